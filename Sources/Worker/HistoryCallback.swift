import Foundation
import Journal
import Model

/// The raw callback of a contact that a backfill found: the guide's subscribe, as JSON.
struct HistoryCallback: Encodable {
    struct Contact: Encodable {
        struct Campaign: Encodable {
            var campaignId: String?
            var name: String?
        }

        var contactId: String?
        var email: String?
        var name: String?
        var origin: String?
        var createdOn: String?
        var campaign: Campaign
    }

    var action = "subscribe"
    var contact: Contact

    init(_ contact: ContactDetails) {
        self.contact = Contact(
            contactId: contact.contactID,
            email: contact.email,
            name: contact.name,
            origin: contact.origin,
            createdOn: contact.createdOn?.iso8601,
            campaign: Contact.Campaign(campaignId: contact.listID, name: contact.listName)
        )
    }

    /// The delivery to append; nil for a contact that names nobody.
    func delivery(receivedAt: Timestamp) -> NewCallback? {
        guard contact.contactId != nil || contact.email != nil else { return nil }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let body = try? encoder.encode(self) else { return nil }
        return NewCallback(
            receivedAt: receivedAt,
            source: .backfill,
            method: "SYNTHETIC",
            contentType: "application/json",
            webhookID: NewCallback.historyKey(of: body),
            body: body
        )
    }
}
