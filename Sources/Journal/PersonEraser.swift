package import Model
package import Time

/// Takes everything that is known of a person out of the journal, but for the fact that they opted out.
///
/// It goes in steps, each a short transaction under the journal's lock, beside workers and ingest. The names are noted first, so
/// that an erasure that was killed is taken up again by the next one of the same person; and the opt-out is kept first, so
/// that it holds at every moment. Nothing is done until the file itself has no copy left.
package struct PersonEraser: Sendable {
    let journal: EventJournal
    /// Whether a file of any size may be written anew, where old copies are left.
    let mayRewrite: Bool
    /// What of a person's consent is kept.
    let keeping: @Sendable ([ConsentRecord]) -> ConsentRecord?
    let time: any TimeSource

    /// How long an event that is in hand is waited for.
    private static let patience = 150
    private static let pause: Duration = .milliseconds(100)
    /// A file up to this size is written anew without asking: that takes a second or so.
    private static let smallFile: Int64 = 64 << 20
    private static let rowsPerTransaction = 100

    /// - Parameters:
    ///   - journal: The journal.
    ///   - mayRewrite: Whether a large file may be written anew where old copies are left in it.
    ///   - time: The clocks, for waiting.
    ///   - keeping: What of a person's consent is kept under the hashes of their names; nil for somebody who may be mailed.
    package init(
        journal: EventJournal,
        mayRewrite: Bool = false,
        time: any TimeSource,
        keeping: @escaping @Sendable ([ConsentRecord]) -> ConsentRecord?
    ) {
        self.journal = journal
        self.mayRewrite = mayRewrite
        self.time = time
        self.keeping = keeping
    }

    /// What an erasure would change; rows that only mention the person are not looked for.
    package func preview(_ person: Person) async throws -> ErasureReport {
        let names = try await journal.reader.names(of: person)
        if let refusal = try await journal.reader.heldEvent(of: names), refusal.isOpenOptOut { throw refusal }
        var report = ErasureReport(isDryRun: true)
        report.rows = try await journal.reader.erasureCounts(names)
        report.sharedContacts = names.sharedContactIDs.count
        return report
    }

    /// Erases a person.
    ///
    /// - Returns: What was done; nothing where nothing is known of the person.
    /// - Throws: `ErasureRefusal` where something has to happen first, `JournalError`; what was done until then is done.
    package func erase(_ person: Person) async throws -> ErasureReport {
        var report = ErasureReport(isDryRun: false)
        var addresses: Set<String> = Set([person.rawValue].filter { $0.contains("@") })
        for _ in 0..<5 {
            let names = try await eraseRows(of: person, into: &report)
            addresses.formUnion(names.addresses)
            let mention = PersonMention(addresses: addresses)
            guard try await takeMentions(mention, names, into: &report) == 0 else { continue }
            guard try await journal.reader.heldEvent(of: names) == nil else { continue }
            try await cleanFile(of: PersonMention(addresses: addresses, checksNeighbours: false), report: &report)
            try await journal.endErasure(of: names)
            try await emptyLog()
            return report
        }
        throw ErasureRefusal.restless
    }

    /// Erases what is the person's own, until none of it is left.
    private func eraseRows(of person: Person, into report: inout ErasureReport) async throws -> PersonNames {
        let known = try await journal.reader.names(of: person)
        if let callbackID = try await journal.reader.undecodedMention(PersonMention(addresses: known.addresses)) {
            throw ErasureRefusal.undecoded(callbackID: callbackID)
        }
        for _ in 0..<Self.patience {
            let step = try await journal.eraseConsent(of: person, keeping: keeping)
            report.add(step.rows)
            report.keptHashes = max(report.keptHashes, step.keptHashes)
            report.sharedContacts = max(report.sharedContacts, step.names.sharedContactIDs.count)
            if let refusal = step.refusal, refusal.isOpenOptOut { throw refusal }
            // Asked before: what ends in between is erased the next time.
            let isHeld = try await journal.reader.heldEvent(of: step.names) != nil
            while let rows = try await journal.eraseEvents(of: step.names) { report.add(rows) }
            report.add(try await journal.eraseNames(step.names))
            guard isHeld else { return step.names }
            try await time.sleep(for: Self.pause)
        }
        let names = try await journal.reader.names(of: person)
        throw try await journal.reader.heldEvent(of: names) ?? .restless
    }

    /// Takes the person out of rows that are about others, or about nobody.
    ///
    /// - Returns: How many there were.
    private func takeMentions(
        _ mention: PersonMention,
        _ names: PersonNames,
        into report: inout ErasureReport
    ) async throws -> Int {
        var taken = 0
        for table in MentionTable.allCases {
            var last: Int64? = 0
            while let row = last {
                let page = try await journal.reader.mentions(mention, in: table, after: row)
                last = page.last
                var rest = page.found[...]
                while !rest.isEmpty {
                    let some = Array(rest.prefix(Self.rowsPerTransaction))
                    rest = rest.dropFirst(some.count)
                    let rows = try await journal.takeNames(mention, names, outOf: table, rows: some)
                    report.add(rows)
                    taken += rows.values.reduce(0, +)
                }
            }
        }
        return taken
    }

    /// Sees to it that neither the log nor an unused part of the file holds the names.
    private func cleanFile(of mention: PersonMention, report: inout ErasureReport) async throws {
        try await emptyLog()
        guard try await journal.reader.hasTraces(of: mention) else { return }
        let bytes = try await journal.reader.fileSize().bytes
        guard mayRewrite || bytes <= Self.smallFile else {
            throw ErasureRefusal.traces(megabytes: bytes >> 20)
        }
        guard try await journal.rewriteFile() else { return try await emptyLog() }
        report.wasRewritten = true
    }

    private func emptyLog() async throws {
        for _ in 0..<20 {
            if try await journal.emptyLog() { return }
            try await time.sleep(for: Self.pause)
        }
        throw ErasureRefusal.heldLog
    }
}
