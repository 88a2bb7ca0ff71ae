import Foundation
import Journal
import Model

/// The raw callback of a drift that a sweep found, as JSON: who opted out, and which record may be mailed all the same.
struct DriftCallback: Encodable {
    struct Contact: Encodable {
        var contactId: String?
        var email: String?
    }

    struct Record: Encodable {
        var object: String
        var id: String
        var changedAt: String
    }

    var action = Action.drift.rawValue
    var reason = "drift"
    var contact: Contact
    var record: Record
}

extension NewCallback {
    /// The row that tells of a drift.
    init(_ drift: Drift, isRepair: Bool, receivedAt: Timestamp) {
        let told = DriftCallback(
            contact: DriftCallback.Contact(contactId: drift.contactID, email: drift.person.email),
            record: DriftCallback.Record(
                object: drift.record.object.rawValue,
                id: drift.record.recordID,
                changedAt: drift.record.stateAt.iso8601
            )
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        self.init(
            receivedAt: receivedAt,
            source: .reconcile,
            method: "SYNTHETIC",
            contentType: "application/json",
            webhookID: drift.key(isRepair: isRepair),
            body: try? encoder.encode(told)
        )
    }
}
