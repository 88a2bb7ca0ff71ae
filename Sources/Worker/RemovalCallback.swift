import Foundation
import GetResponse
import Journal
import Model

/// The raw callback of a removal that was found by a search: what GetResponse might have sent, as JSON.
struct RemovalCallback: Encodable {
    struct Contact: Encodable {
        struct Campaign: Encodable {
            var campaignId: String?
            var name: String?
        }

        var contactId: String?
        var email: String?
        var name: String?
        var origin: String?
        var campaign: Campaign
    }

    var action = "removed"
    var reason: String
    var occurredAt: String
    var contact: Contact

    init(contact: ContactDetails, reason: String, removedAt: Timestamp) {
        self.reason = reason
        occurredAt = removedAt.iso8601
        self.contact = Contact(
            contactId: contact.contactID,
            email: contact.email,
            name: contact.name,
            origin: contact.origin,
            campaign: Contact.Campaign(campaignId: contact.listID, name: contact.listName)
        )
    }

    var json: Data? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try? encoder.encode(self)
    }
}

extension Removal {
    /// What the journal needs to know of a removal; nil where it names nobody, no reason or no time.
    init?(_ removed: RemovedContact, receivedAt: Timestamp) {
        let contact = removed.contact
        let known = contact.email.flatMap(Person.init(email:)) ?? contact.contactID.map(Person.init(contactID:))
        guard let person = known, let reason = removed.reason?.lowercased(), let removedAt = removed.deletedOn else {
            return nil
        }
        self.init(
            contact: contact,
            person: person,
            reason: reason,
            removedAt: removedAt,
            callback: NewCallback(
                receivedAt: receivedAt,
                source: .reconcile,
                method: "SYNTHETIC",
                contentType: "application/json",
                webhookID: Removal.key(
                    subject: contact.contactID ?? person.rawValue,
                    reason: reason,
                    removedAt: removedAt
                ),
                body: RemovalCallback(contact: contact, reason: reason, removedAt: removedAt).json
            )
        )
    }
}
