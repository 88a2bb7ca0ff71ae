import GRDB
import Model

/// The questions that decide whether a removal is news.
enum RemovalTable {
    /// A callback has no time of its own, and two clocks are compared: an opt-out received so long before the removal is still
    /// the same one.
    static let tolerance: Int64 = 600_000

    static let appendedSQL = "SELECT EXISTS (SELECT 1 FROM callback WHERE source = 'reconcile' AND webhook_id = ?)"

    static let toldSQL = """
        SELECT EXISTS (
            SELECT 1 FROM consent_change
            WHERE person = ? AND occurred_at >= ? AND change = 'opted_out' AND reason = ?
                AND (list_id IS NULL OR list_id = coalesce(?, list_id)))
        """

    static let lastSubscriptionSQL = """
        SELECT occurred_at FROM consent_change
        WHERE person = ? AND change = 'subscribed' ORDER BY occurred_at DESC LIMIT 1
        """

    /// What becomes of a removal; `names` recognises people who were erased, and nil recognises nobody.
    static func verdict(
        on removal: Removal,
        since: Timestamp?,
        names: NameHash?,
        _ db: Database
    ) throws -> RemovalVerdict {
        if let since, removal.removedAt <= since { return .tooOld }
        if let key = removal.callback.webhookID,
            try Bool.fetchOne(db.cachedStatement(sql: appendedSQL), arguments: [key]) ?? false
        {
            return .known
        }
        let subscribed = try lastSubscription(removal.person, removal.contact, db)
        if let subscribed, removal.removedAt.milliseconds <= subscribed { return .cameBack }
        // Somebody who was erased is opted out for good; telling it again would only bring the name back.
        if subscribed == nil {
            let contactIDs = [removal.contact.contactID].compactMap { $0 }
            let erased = try ErasedPeople.optOuts(of: removal.person.rawValue, contactIDs: contactIDs, names, db)
            if !erased.isEmpty { return .known }
        }
        // An opt-out from before the person came back is not this one.
        let earliest = max(removal.removedAt.milliseconds - tolerance, subscribed ?? .min)
        for name in Self.names(of: removal.person, removal.contact) {
            let isTold = try Bool.fetchOne(
                db.cachedStatement(sql: toldSQL),
                arguments: [name, earliest, removal.reason, removal.contact.listID]
            )
            if isTold ?? false { return .known }
        }
        return .missing
    }

    /// Whether the person subscribed to anything at or after that time.
    static func cameBack(
        _ person: Person?,
        since removedAt: Timestamp,
        contact: ContactDetails,
        _ db: Database
    ) throws -> Bool {
        guard let person, let subscribed = try lastSubscription(person, contact, db) else { return false }
        return removedAt.milliseconds <= subscribed
    }

    private static func lastSubscription(
        _ person: Person,
        _ contact: ContactDetails,
        _ db: Database
    ) throws -> Int64? {
        try names(of: person, contact).compactMap { name in
            try Int64.fetchOne(db.cachedStatement(sql: lastSubscriptionSQL), arguments: [name])
        }.max()
    }

    /// Under which the person may stand in the journal: a callback may have carried the contact's id alone.
    private static func names(of person: Person, _ contact: ContactDetails) -> Set<String> {
        Set([person.rawValue] + [contact.contactID.map { Person(contactID: $0).rawValue }].compactMap { $0 })
    }
}
