import GRDB
package import Model

extension JournalReader {
    /// How many records are judged on one snapshot, so that none is held for long.
    private static let chunk = 200

    /// Which of the records belong to people who opted out, and are not on their way.
    ///
    /// - Parameters:
    ///   - records: Records that may be mailed, as Salesforce told.
    ///   - askedAt: When Salesforce was asked; an opt-out that was carried out later may not show in the answer.
    ///   - isRepair: Whether what is found is to be repaired; else what was reported once is known.
    ///   - isOptedOut: Whether somebody of whom this is known must not be mailed.
    /// - Returns: What is to be mended, and how many records are not.
    /// - Throws: `JournalError`.
    package func drifts(
        among records: [SweptRecord],
        askedAt: Timestamp,
        isRepair: Bool,
        isOptedOut: @escaping @Sendable (PersonKnowledge) -> Bool
    ) async throws(JournalError) -> SweepFindings {
        let judge = DriftJudge(
            askedAt: askedAt.milliseconds,
            isRepair: isRepair,
            names: names,
            isOptedOut: isOptedOut
        )
        var findings = SweepFindings()
        var people: Set<Person> = []
        var rest = records[...]
        while !rest.isEmpty {
            let chunk = Array(rest.prefix(Self.chunk))
            rest = rest.dropFirst(Self.chunk)
            let judged = try await read { db in try chunk.compactMap { try judge.verdict(on: $0, db) } }
            for (verdict, drift) in judged {
                findings.counts[verdict, default: 0] += 1
                guard verdict == .drifted else { continue }
                if isRepair, drift.isByName, !people.insert(drift.person).inserted { continue }
                findings.drifts.append(drift)
            }
        }
        return findings
    }
}

/// The questions that decide whether a record may be mailed against somebody's will.
enum DriftTable {
    /// Who was last seen with a contact, by address.
    static let personOfContactSQL = """
        SELECT person FROM event WHERE contact_id = ? AND instr(person, '@') > 0 ORDER BY id DESC LIMIT 1
        """

    /// Whose opt-out once reached the very record, whatever its address is now.
    static let personOfRecordSQL = """
        SELECT person FROM effect
        WHERE record_id = ? AND kind IN ('optout.lead', 'optout.contact') AND person IS NOT NULL
        ORDER BY id DESC LIMIT 1
        """

    /// The opt-out of somebody that counts last.
    static let lastOptOutSQL = """
        SELECT occurred_at, id, state, finalized_at FROM event
        WHERE person = ? AND opt_out = 1 ORDER BY occurred_at DESC, id DESC LIMIT 1
        """

    /// The same of a contact, which may have had another address then.
    static let lastOptOutOfContactSQL = """
        SELECT occurred_at, id, state, finalized_at FROM event INDEXED BY event_opt_out_of_contact
        WHERE contact_id = ? AND opt_out = 1 ORDER BY occurred_at DESC, id DESC LIMIT 1
        """

    /// Whether it is in the journal already, decoded or not.
    static func isKnown(key: String, _ db: Database) throws -> Bool {
        try Bool.fetchOne(db.cachedStatement(sql: RemovalTable.appendedSQL), arguments: [key]) ?? false
    }
}

/// Judges one record after the other.
private struct DriftJudge: Sendable {
    let askedAt: Int64
    let isRepair: Bool
    /// Recognises people who were erased.
    let names: NameHash?
    let isOptedOut: @Sendable (PersonKnowledge) -> Bool

    /// - Returns: Nil where nobody whom the record may be has opted out.
    func verdict(on record: SweptRecord, _ db: Database) throws -> (SweepVerdict, Drift)? {
        for (person, isByName) in try people(behind: record, db) {
            let knowledge = try JournalReader.knowledge(of: person, names, db)
            guard isOptedOut(knowledge) else { continue }
            let drift = Drift(
                record: record,
                person: person,
                contactID: record.contactID ?? person.bareContactID ?? knowledge.contactIDs.first,
                isByName: isByName
            )
            if try DriftTable.isKnown(key: drift.key(isRepair: isRepair), db) { return (.known, drift) }
            return (try standing(of: person, contactIDs: knowledge.contactIDs, db), drift)
        }
        return nil
    }

    /// Whom the record may be: by contact, by address, by an earlier opt-out of it.
    private func people(behind record: SweptRecord, _ db: Database) throws -> [(person: Person, isByName: Bool)] {
        var people: [(person: Person, isByName: Bool)] = []
        if let contactID = record.contactID {
            if let person = try string(DriftTable.personOfContactSQL, contactID, db) {
                people.append((Person(rawValue: person), true))
            }
            people.append((Person(contactID: contactID), true))
        }
        if let person = record.email.flatMap(Person.init(email:)) { people.append((person, true)) }
        if let person = try string(DriftTable.personOfRecordSQL, record.recordID, db) {
            people.append((Person(rawValue: person), false))
        }
        return people
    }

    /// What became of the last opt-out of somebody who opted out; nothing is known of that of somebody who was erased.
    private func standing(of person: Person, contactIDs: [String], _ db: Database) throws -> SweepVerdict {
        var optOuts: [Row] = []
        let bare = contactIDs.map { Person(contactID: $0).rawValue }
        for name in [person.rawValue] + bare {
            if let row = try Row.fetchOne(db.cachedStatement(sql: DriftTable.lastOptOutSQL), arguments: [name]) {
                optOuts.append(row)
            }
        }
        for contactID in contactIDs {
            let row = try Row.fetchOne(
                db.cachedStatement(sql: DriftTable.lastOptOutOfContactSQL),
                arguments: [contactID]
            )
            if let row { optOuts.append(row) }
        }
        let isUnderWay = optOuts.contains { row in
            (row["finalized_at"] as Int64?).map { $0 >= askedAt } ?? true
        }
        if isUnderWay { return .pending }
        let last = optOuts.max {
            ($0["occurred_at"] as Int64, $0["id"] as Int64) < ($1["occurred_at"] as Int64, $1["id"] as Int64)
        }
        return last?["state"] == "dead" || last?["state"] == "discarded" ? .givenUp : .drifted
    }

    private func string(_ sql: String, _ argument: String, _ db: Database) throws -> String? {
        try String.fetchOne(db.cachedStatement(sql: sql), arguments: [argument])
    }
}

extension Person {
    /// The contact's id where nothing else is known of the person.
    fileprivate var bareContactID: String? {
        email == nil ? String(rawValue.dropFirst("contact:".count)) : nil
    }
}
