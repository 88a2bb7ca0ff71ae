import Foundation
import Journal
import Model
import Time

/// Deliveries as ingest appends them.
extension NewCallback {
    /// GetResponse's real callback: GET with everything in the query.
    static func query(
        _ action: String,
        contactID: String?,
        email: String?,
        name: String? = nil,
        _ more: [(name: String, value: String)] = []
    ) -> NewCallback {
        let known: [(String, String?)] = [
            ("action", action), ("ACCOUNT_ID", "A1"), ("CAMPAIGN_ID", "p86zQ"), ("campaign_name", "q2_nurture"),
            ("CONTACT_ID", contactID), ("contact_name", name), ("contact_email", email), ("contact_origin", "www"),
        ]
        let pairs = known.compactMap { name, value in value.map { (name, $0) } } + more
        return NewCallback(
            receivedAt: .now,
            source: .getresponse,
            method: "GET",
            query: pairs.map { "\($0.0)=\($0.1.percentEncoded)" }.joined(separator: "&")
        )
    }

    static func json(_ body: String, webhookID: String? = nil, isMalformed: Bool = false) -> NewCallback {
        NewCallback(
            receivedAt: .now,
            source: .getresponse,
            method: "POST",
            contentType: "application/json",
            webhookID: webhookID,
            body: Data(body.utf8),
            isMalformed: isMalformed
        )
    }

    static func subscribe(_ contactID: String, _ email: String, name: String? = nil) -> NewCallback {
        .query("subscribe", contactID: contactID, email: email, name: name)
    }

    static func unsubscribe(_ contactID: String?, _ email: String?) -> NewCallback {
        .query("unsubscribe", contactID: contactID, email: email)
    }

    /// A click on the link `L1` of the message `M1`.
    static func click(_ contactID: String, _ email: String) -> NewCallback {
        .query(
            "click",
            contactID: contactID,
            email: email,
            [
                ("MESSAGE_ID", "M1"), ("message_name", "June news"), ("LINK_ID", "L1"),
                ("link_url", "https://example.com/pricing"),
            ]
        )
    }

    /// The same click as a webhook tells it.
    static func clickByWebhook(_ contactID: String, _ email: String, webhookID: String) -> NewCallback {
        .json(
            """
            [{"type":"contact_clicked_message_link","contact":{"contactId":"\(contactID)","email":"\(email)",
            "campaign":{"campaignId":"p86zQ","name":"q2"}},"account":{"accountId":"A1"},
            "message":{"resourceType":"newsletters","resourceId":"M1","name":"June news","subject":"June"},
            "clickTrack":{"clickTrackId":"L1","name":"Pricing","url":"https://example.com/pricing"},
            "event":{"occurredAt":"2026-04-27T12:56:00+00:00"}}]
            """,
            webhookID: webhookID
        )
    }

    /// An open of a message as a webhook tells it, which is never a duplicate of another one.
    static func open(
        _ contactID: String,
        _ email: String,
        message: String = "M1",
        at time: String = "2026-04-27T12:56:00+00:00",
        webhookID: String
    ) -> NewCallback {
        .json(
            """
            [{"type":"contact_opened_message","contact":{"contactId":"\(contactID)","email":"\(email)",
            "campaign":{"campaignId":"p86zQ","name":"q2"}},"account":{"accountId":"A1"},
            "message":{"resourceType":"newsletters","resourceId":"\(message)","name":"News \(message)","subject":"June"},
            "event":{"occurredAt":"\(time)"}}]
            """,
            webhookID: webhookID
        )
    }

    static func tag(_ tag: String, _ contactID: String, _ email: String) -> NewCallback {
        .json(
            """
            {"action":"tag_applied","tag":"\(tag)","contact":{"contactId":"\(contactID)","email":"\(email)",
            "campaign":{"campaignId":"p86zQ","name":"q2"}}}
            """
        )
    }

    /// A subscribe that tells everything that is mapped, so that nothing has to be fetched.
    static func wholeSubscribe(_ contactID: String, _ email: String, name: String = "Jane Doe") -> NewCallback {
        .json(
            """
            {"action":"subscribe","contact":{"contactId":"\(contactID)","email":"\(email)","name":"\(name)",
            "campaign":{"campaignId":"p86zQ","name":"q2"},"createdOn":"2026-04-21T09:15:00+0000","tags":[],
            "customFields":[{"customFieldId":"cf1","name":"company","value":["Acme"]}]}}
            """
        )
    }

    /// The guide's Phase 1, to the letter but for the address, which the guide's page hides.
    static let guideSubscribe = NewCallback.json(
        """
        {
          "contact": {
            "contactId": "xyz789abc",
            "email": "jane.doe@example.com",
            "name": "Jane Doe",
            "campaign": { "campaignId": "abc123def", "name": "Q2 2026 Nurture List" },
            "createdOn": "2026-04-21T09:15:00+0000",
            "tags": [ { "tagId": "tag001", "name": "webinar_registrant" } ],
            "customFields": [
              { "customFieldId": "cf001", "name": "company", "value": ["Acme Corporation"] },
              { "customFieldId": "cf002", "name": "job_title", "value": ["VP of Engineering"] }
            ]
          },
          "action": "subscribe"
        }
        """
    )
}

extension Timestamp {
    static var now: Timestamp { Timestamp(milliseconds: SystemTimeSource().read().wall) }
}

extension NewCallback {
    /// The same delivery with a part of its body replaced.
    func replacing(_ part: String, with other: String) -> NewCallback {
        var copy = self
        copy.body = body.map { Data(String(decoding: $0, as: UTF8.self).replacing(part, with: other).utf8) }
        return copy
    }
}
