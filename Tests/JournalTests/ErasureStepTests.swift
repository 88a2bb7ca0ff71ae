import Foundation
import GRDB
import Model
import TestSupport
import Testing
import Time

@testable import Journal

/// Beside workers and ingest, and when it is killed.
@Suite("An erasure goes in steps", .timeLimit(.minutes(2)))
struct ErasureStepTests {
    private static let ann = Person(rawValue: "ann@example.com")

    /// Lets whoever sleeps wake at once for as long as `body` runs.
    private func hurrying<Value: Sendable>(
        _ fixture: JournalFixture,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    fixture.time.advanceToNextWake()
                    await Task.yield()
                }
            }
            defer { group.cancelAll() }
            return try await body()
        }
    }

    @Test func waitsForWhatIsInHandAndGivesUpInTheEnd() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe, contactID: "c1"))
        let event = try await fixture.claimOne(lease: .seconds(100_000))
        await #expect(throws: ErasureRefusal.inHand(eventID: event.ticket.eventID)) {
            try await hurrying(fixture) { try await fixture.erase() }
        }
        // The worker's end is recorded as ever, and then it goes.
        try await fixture.journal.conclude(event.ticket, with: .completed(outcome: "applied"))
        #expect(try await fixture.erase().rows["event"] == 1)
        #expect(try fixture.filesHolding("ann@example.com") == [])
    }

    @Test func endsAsSoonAsWhatIsInHandHasEnded() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe, contactID: "c1"))
        let event = try await fixture.claimOne(lease: .seconds(100_000))
        let erasing = Task { try await fixture.erase() }
        while try await fixture.count("erasure") == 0 { await Task.yield() }
        try await fixture.journal.conclude(event.ticket, with: .completed(outcome: "applied"))
        let report = try await hurrying(fixture) { try await erasing.value }
        #expect(report.rows["event"] == 1)
    }

    /// Killed after each of its transactions in turn, the next run finds all the rest, whichever of the names it is given.
    @Test(arguments: ["ann@example.com", "ann@old.example"])
    func goesOnWhereItWasKilled(name: String) async throws {
        for stop in 0..<12 {
            let fixture = try JournalFixture()
            try await fixture.tell(
                (0..<450).map { .sample(.open, email: "ann@example.com", contactID: "c\($0 % 3)", position: $0) }
            )
            try await fixture.tell(.sample(.emailChanged, contactID: "c1", previousEmail: "ann@old.example"))
            try await fixture.tell(.sample(.click, email: "ann@old.example", contactID: "c9"))
            try await fixture.journal.storeProfile(ContactDetails(contactID: "c9", name: "A"), contactID: "c9")
            try await fixture.tell(.sample(.unsubscribe, email: "ann@old.example", contactID: "c9"))
            for event in try await fixture.claim(lanes: .compliance ... .compliance) {
                try await fixture.journal.conclude(event.ticket, with: .completed(outcome: "unknownPerson"))
            }
            let isDone = try await run(fixture, upTo: stop)
            #expect(try await fixture.reader.knowledge(of: Self.ann).everOptedOut || stop == 0)
            let again = try fixture.openAnother()
            let eraser = PersonEraser(journal: again, time: fixture.time) { $0.last(where: \.isOptOut) }
            _ = try await eraser.erase(Person(rawValue: name))
            let rows = try await fixture.dump()
            #expect(rows.filter { $0.contains("ann@") || $0.contains("\"c9\"") } == [], "stopped after \(stop)")
            #expect(try await fixture.count("profile") == 0)
            #expect(try await fixture.failedChecks() == [])
            for name in ["ann@example.com", "ann@old.example", "contact:c9", "contact:c2"] {
                #expect(
                    try await fixture.reader.knowledge(of: Person(rawValue: name)).everOptedOut,
                    "\(name) after \(stop)"
                )
            }
            if isDone { break }
        }
    }

    /// The first transactions of an erasure.
    private func run(_ fixture: JournalFixture, upTo stop: Int) async throws -> Bool {
        guard stop > 0 else { return false }
        let step = try await fixture.journal.eraseConsent(of: Self.ann) { $0.last(where: \.isOptOut) }
        var done = 1
        while done < stop {
            done += 1
            if try await fixture.journal.eraseEvents(of: step.names) == nil { break }
        }
        guard done < stop else { return false }
        _ = try await fixture.journal.eraseNames(step.names)
        return true
    }

    @Test func workerThatKnewThePersonWritesNothingBack() async throws {
        let fixture = try JournalFixture()
        try await fixture.live(.sample(.subscribe, contactID: "c1", listID: "L"))
        try await fixture.tell(.sample(.open, contactID: "c1"))
        let open = try await fixture.claimOne()
        try await fixture.journal.conclude(open.ticket, with: .dead(.data, "refused"))
        let letters = try await fixture.reader.letters(of: [open.ticket.eventID])
        try await fixture.journal.discard(open.ticket.eventID, reason: "no")
        let discarded = try await fixture.reader.letters(of: [open.ticket.eventID])
        let raw = try await fixture.reader.rawCallback(2)
        try await fixture.erase()
        let rows = try await fixture.dump()
        // A profile that was asked for before, and replays of what was read before, raw or not.
        try await fixture.journal.storeProfile(
            ContactDetails(contactID: "c1", email: "ann@example.com"),
            contactID: "c1"
        )
        try await fixture.journal.storeListed([ContactDetails(contactID: "c1", email: "ann@example.com")])
        try await fixture.journal.endPages(ofList: "L", missing: ["c1"])
        for letter in letters + discarded {
            #expect(try await fixture.journal.replay([ReplayOrder(letter: letter)]) == [.changed])
            let decoded = DecodedCallback(callback: raw, elements: [.sample(.open, contactID: "c1")])
            let order = ReplayOrder(letter: letter, redecoding: Redecoding(decoded: decoded, position: 0))
            #expect(try await fixture.journal.replay([order], isForced: true)[0].isDone == false)
        }
        let known = try await fixture.dump().filter { !$0.hasPrefix("profile_tally") }
        #expect(known == rows.filter { !$0.hasPrefix("profile_tally") })
        // Whoever reads it now is told why.
        let letter = try #require(try await fixture.reader.letters(of: [open.ticket.eventID]).first)
        #expect(letter.reasonAgainstReplay(isFromRaw: true)?.contains("erased") == true)
        #expect(letter.reasonAgainstReplay(isFromRaw: false)?.contains("erased") == true)
        let error = await #expect(throws: JournalError.self) { try await fixture.reader.rawCallback(2) }
        #expect("\(String(describing: error))".contains("erased"))
    }

    @Test func contactThatSomebodyElseHasTooStaysTheirs() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe, contactID: "c1"))
        try await fixture.tell(.sample(.subscribe, email: "bob@example.com", contactID: "c1"))
        try await fixture.tell(.sample(.unsubscribe, contactID: "c2"))
        for event in try await fixture.claim() {
            try await fixture.journal.conclude(event.ticket, with: .completed(outcome: "unknownPerson"))
        }
        try await fixture.carryOutAll()
        let report = try await fixture.erase()
        #expect(report.sharedContacts == 1)
        #expect(
            try await fixture.rows("SELECT id FROM event WHERE person = 'bob@example.com' AND contact_id = 'c1'").count
                == 1
        )
        #expect(try await !fixture.reader.knowledge(of: Person(rawValue: "bob@example.com")).everOptedOut)
        #expect(try await fixture.reader.knowledge(of: Person(rawValue: "contact:c2")).everOptedOut)
        #expect(try await fixture.failedChecks() == [])
    }

    @Test func longReaderKeepsItFromBeingDone() async throws {
        let fixture = try JournalFixture()
        try await fixture.live(.sample(.subscribe, contactID: "c1"))
        var configuration = JournalConnections.configuration(readOnly: true)
        configuration.allowsUnsafeTransactions = true
        let reader = try DatabaseQueue(path: fixture.path, configuration: configuration)
        try await reader.writeWithoutTransaction { db in
            try db.execute(sql: "BEGIN")
            _ = try Int.fetchOne(db, sql: "SELECT count(*) FROM event")
        }
        await #expect(throws: ErasureRefusal.heldLog) { try await hurrying(fixture) { try await fixture.erase() } }
        try await reader.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
        try reader.close()
        // Nobody takes it for done meanwhile.
        #expect(try await fixture.check("erasure") == .warning)
        #expect(try await fixture.erase().changed == 0)
        #expect(try fixture.filesHolding("ann@example.com") == [])
        #expect(try await fixture.count("erasure") == 0)
        #expect(try await fixture.check("erasure") == .ok)
    }

    /// With pages that were split and rows that moved, in a log that was emptied many times.
    @Test func nothingIsLeftInThePagesOfAMuchUsedFile() async throws {
        let fixture = try JournalFixture(checkpointBytes: 64 << 10)
        var random = SeededGenerator(seed: 6)
        let people = (0..<200).map { "p\(Int.random(in: 0..<1_000_000, using: &random))-\($0)@example\($0 % 7).com" }
        for _ in 0..<30 {
            let elements = (0..<40).map { position in
                DecodedElement.sample(.subscribe, email: people.randomElement(using: &random), position: position)
            }
            try await fixture.tell(elements)
            for event in try await fixture.claim(limit: 40) {
                let isGood = Bool.random(using: &random)
                let words = "refused \(event.person?.rawValue ?? "")"
                try await fixture.journal.conclude(
                    event.ticket,
                    with: isGood ? .completed(outcome: "applied") : .dead(.data, words)
                )
            }
        }
        for person in people.prefix(12) {
            try await fixture.erase(person)
            #expect(try fixture.filesHolding(person) == [], "\(person)")
        }
        #expect(try await fixture.failedChecks() == [])
    }

    /// What a program without `secure_delete` left behind is no row, and goes all the same.
    @Test func oldCopyThatBelongsToNoRowIsFoundAndTheFileWrittenAnew() async throws {
        let fixture = try JournalFixture()
        try await fixture.live(.sample(.subscribe, contactID: "c1"))
        let other = try DatabaseQueue(path: fixture.path, configuration: JournalConnections.configuration())
        try await other.writeWithoutTransaction { db in
            try db.execute(
                sql: """
                    PRAGMA secure_delete = OFF;
                    INSERT INTO score (person, rule, event_id, points, scored_at) VALUES ('Ann@Example.com', 'r', 1, 1, 1);
                    DELETE FROM score;
                    """
            )
        }
        try other.close()
        #expect(try await fixture.journal.emptyLog())
        let mention = PersonMention(addresses: ["ann@example.com"], checksNeighbours: false)
        #expect(try await fixture.reader.hasTraces(of: mention))
        let report = try await fixture.erase()
        #expect(report.wasRewritten)
        #expect(try fixture.filesHolding("ann@example.com") == [])
        #expect(try await !fixture.reader.hasTraces(of: mention))
        #expect(try await fixture.failedChecks() == [])
    }
}
