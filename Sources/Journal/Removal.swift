import Crypto
import Foundation
package import Model

/// A removal that GetResponse tells when it is asked, on its way into the journal.
package struct Removal: Sendable {
    package var contact: ContactDetails
    package var person: Person
    package var reason: String
    package var removedAt: Timestamp
    /// What is appended where no callback has told of it; its `webhookID` names the removal.
    package var callback: NewCallback

    package init(
        contact: ContactDetails,
        person: Person,
        reason: String,
        removedAt: Timestamp,
        callback: NewCallback
    ) {
        self.contact = contact
        self.person = person
        self.reason = reason
        self.removedAt = removedAt
        self.callback = callback
    }
}

extension Removal {
    /// The name of a removal in `callback.webhook_id`: a hash, since that column outlives an erasure.
    ///
    /// - Parameters:
    ///   - subject: The contact's id; the person where there is none.
    ///   - reason: Why it was removed.
    ///   - removedAt: When it was removed.
    /// - Returns: `reconcile:` and 32 hexadecimal digits.
    package static func key(subject: String, reason: String, removedAt: Timestamp) -> String {
        let text = "\(removedAt.milliseconds) \(reason) \(subject)"
        let digits = SHA256.hash(data: Data(text.utf8)).prefix(16).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        return "reconcile:" + digits.joined()
    }
}

/// What the journal makes of a removal.
package enum RemovalVerdict: String, CaseIterable, Codable, Sendable {
    /// Nothing told of it: it is appended.
    case missing
    /// A callback told of it, or an earlier search appended it.
    case known
    /// The person subscribed again, so it is history.
    case cameBack
    /// It is not later than `optOut.since`.
    case tooOld
    /// Its reason opts nobody out.
    case otherReason
}
