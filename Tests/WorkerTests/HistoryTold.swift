import Foundation
import Journal
import Model

/// One thing that GetResponse tells of a contact, in one of its shapes.
///
/// Telling the same value again is a second delivery of the same bytes, with the same X-Webhook-ID where there is one.
struct Told: Hashable {
    enum Shape: String, CaseIterable {
        /// GetResponse's callback: all in the query, no time, no id.
        case callback
        /// The guide's JSON.
        case guide
        /// GetResponse's webhook: an array, with an id and the time of the event.
        case webhook
        /// Zapier's flat body, which need not carry a contact id.
        case zap
    }

    var shape: Shape
    var action: Action
    var person: Int
    var contactID: String?
    var listID: String?
    var email: String?
    var name: String?
    var company: String?
    var title: String?
    /// Nil where the shape does not say.
    var tags: [String]?
    var tag: String?
    var reason: String?
    var message: String?
    var link: String?
    var previousEmail: String?
    /// Milliseconds since 1970 UTC, in whole seconds.
    var createdOn: Int64?
    var occurredAt: Int64?
    var webhookID: String?

    var isOptOut: Bool {
        action == .unsubscribe || (action == .removed && ["unsubscribe", "complaint", "blacklisted"].contains(reason))
    }

    /// What it says beside times: what makes two tellings without an id the same.
    var content: Told {
        var copy = self
        // Of the four shapes the callback says one thing more, the origin; the others say the same in other words.
        if copy.shape != .callback { copy.shape = .guide }
        copy.email = email?.lowercased()
        copy.tags = tags?.sorted()
        copy.createdOn = nil
        copy.occurredAt = nil
        copy.webhookID = nil
        return copy
    }

    /// The delivery as ingest stores it.
    func delivery(receivedAt: Int64) -> NewCallback {
        var callback = NewCallback(
            receivedAt: Timestamp(milliseconds: receivedAt),
            source: shape == .zap ? .zapier : .getresponse,
            method: shape == .callback ? "GET" : "POST"
        )
        guard shape != .callback else {
            callback.query = query
            return callback
        }
        callback.contentType = "application/json"
        callback.webhookID = webhookID
        let json: Any = shape == .webhook ? [element] : shape == .zap ? zap : element
        callback.body = try? JSONSerialization.data(withJSONObject: json, options: .sortedKeys)
        return callback
    }

    private var query: String {
        let pairs: [(String, String?)] = [
            ("action", action.rawValue), ("ACCOUNT_ID", "A1"), ("CAMPAIGN_ID", listID), ("CONTACT_ID", contactID),
            ("contact_name", name), ("contact_email", email), ("contact_origin", "www"), ("MESSAGE_ID", message),
            ("message_name", message.map { "News \($0)" }), ("LINK_ID", link),
            ("link_url", link.map { "https://example.com/\($0)" }),
        ]
        return pairs.compactMap { name, value in value.map { "\(name)=\($0.percentEncoded)" } }.joined(separator: "&")
    }

    /// The guide's object and the webhook's, which differ in the word for what happened and in the time.
    private var element: [String: Any] {
        var contact: [String: Any] = [:]
        contact["contactId"] = contactID
        contact["email"] = email
        contact["name"] = name
        contact["campaign"] = listID.map { ["campaignId": $0] }
        contact["createdOn"] = createdOn.map { Timestamp(milliseconds: $0).iso8601 }
        contact["tags"] = tags?.map { ["tagId": "id-\($0)", "name": $0] }
        if tags != nil || company != nil || title != nil {
            contact["customFields"] = [("company", company), ("job_title", title)].compactMap { name, value in
                value.map { ["customFieldId": "id-\(name)", "name": name, "value": [$0]] as [String: Any] }
            }
        }
        var element: [String: Any] = ["contact": contact]
        element[shape == .webhook ? "type" : "action"] = shape == .webhook ? webhookType : action.rawValue
        element["event"] = occurredAt.map { ["occurredAt": Timestamp(milliseconds: $0).iso8601] }
        element["message"] = message.map { ["resourceId": $0, "name": "News \($0)"] }
        element["clickTrack"] = link.map { ["clickTrackId": $0, "url": "https://example.com/\($0)"] }
        element["tag"] = tag
        element["previousEmail"] = previousEmail
        return element
    }

    private var webhookType: String {
        switch action {
        case .subscribe: "contact_added"
        case .unsubscribe: "contact_removed_link"
        case .removed: "contact_removed_\(reason ?? "")"
        case .open: "contact_opened_message"
        case .click: "contact_clicked_message_link"
        default: action.rawValue
        }
    }

    private var zap: [String: Any] {
        var body: [String: Any] = ["event": action == .subscribe ? "new_contact" : "contact_unsubscribed"]
        body["contact_id"] = contactID
        body["contact_email"] = email
        body["contact_name"] = name
        body["contact_list_id"] = listID
        return body
    }
}

extension Told: CustomStringConvertible {
    var description: String {
        let facts: [(String, String?)] = [
            ("contact", contactID), ("email", email), ("name", name), ("company", company), ("title", title),
            ("tags", tags?.joined(separator: "+")), ("tag", tag), ("reason", reason), ("message", message),
            ("link", link), ("previous", previousEmail), ("id", webhookID),
            ("created", createdOn.map { Timestamp(milliseconds: $0).iso8601 }),
            ("occurred", occurredAt.map { Timestamp(milliseconds: $0).iso8601 }),
        ]
        return "\(shape) \(action) "
            + facts.compactMap { name, value in value.map { "\(name)=\($0)" } }.joined(separator: " ")
    }
}
