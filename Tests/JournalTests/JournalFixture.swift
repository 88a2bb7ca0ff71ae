import Foundation
import GRDB
import Model
import TestSupport
import Time

@testable import Journal

/// A journal on a file of its own, with clocks that the test moves.
struct JournalFixture: Sendable {
    /// What one told delivery became.
    struct Told: Sendable {
        var callbackID: Int64
        /// The events of its elements, in the order of their positions.
        var events: [Int64]
        var added: Int
        var duplicates: Int
    }

    let directory: TemporaryDirectory
    let time: ManualTimeSource
    let journal: EventJournal

    init(
        time: ManualTimeSource = ManualTimeSource(),
        lockTimeout: Duration = .seconds(2),
        checkpointBytes: Int64 = 4 << 20
    ) throws {
        directory = try TemporaryDirectory()
        self.time = time
        journal = try EventJournal(
            configuration: JournalConfiguration(
                path: directory.path("leadrelay.sqlite"),
                lockTimeout: lockTimeout,
                checkpointBytes: checkpointBytes
            ),
            time: time
        )
    }

    var path: String { journal.configuration.path }
    var reader: JournalReader { journal.reader }
    var now: Timestamp { Timestamp(milliseconds: time.read().wall) }

    /// A second journal on the same file, as another process would have it.
    func openAnother() throws -> EventJournal {
        try EventJournal(configuration: journal.configuration, time: time)
    }

    /// Appends a delivery with these elements and decodes everything that waits.
    @discardableResult
    func tell(
        _ elements: DecodedElement...,
        source: Source = .getresponse,
        isMalformed: Bool = false,
        window: Duration = .seconds(600)
    ) async throws -> Told {
        try await tell(elements, source: source, isMalformed: isMalformed, window: window)
    }

    @discardableResult
    func tell(
        _ elements: [DecodedElement],
        source: Source = .getresponse,
        isMalformed: Bool = false,
        window: Duration = .seconds(600)
    ) async throws -> Told {
        let callback = NewCallback(
            receivedAt: now,
            source: source,
            method: "POST",
            body: Data("{}".utf8),
            isMalformed: isMalformed
        )
        let callbackID = try await journal.append([callback])[0]
        let waiting = try await reader.undecodedCallbacks(limit: 1000)
        let decoded = waiting.map { DecodedCallback(callback: $0, elements: $0.id == callbackID ? elements : []) }
        let (added, duplicates) = try await journal.record(decoded, duplicateWindow: window)
        let events = try await integers(
            "SELECT event_id FROM delivery WHERE callback_id = \(callbackID) ORDER BY position"
        )
        return Told(callbackID: callbackID, events: events, added: added, duplicates: duplicates)
    }

    func claim(
        _ owner: String = "w1",
        limit: Int = 10,
        lanes: ClosedRange<Lane> = .compliance ... .bulk,
        rota: LaneRota = LaneRota(patience: .seconds(1_000_000)),
        lease: Duration = .seconds(60)
    ) async throws -> [ClaimedEvent] {
        try await journal.claim(owner: owner, limit: limit, lanes: lanes, rota: rota, leaseDuration: lease).events
    }

    /// Claims what must be the only claimable event.
    func claimOne(_ owner: String = "w1", lease: Duration = .seconds(60)) async throws -> ClaimedEvent {
        let claimed = try await claim(owner, lease: lease)
        guard let event = claimed.first, claimed.count == 1 else {
            throw FixtureError.unexpected("\(claimed.count) events were claimed instead of one")
        }
        return event
    }
}

enum FixtureError: Error {
    case unexpected(String)
}

/// Plain SQL, the way a person looks into the file.
extension JournalFixture {
    func rows(_ sql: String) async throws -> [TableRow] {
        try await journal.read { db in try Row.fetchAll(db, sql: sql).map(TableRow.init(row:)) }
    }

    /// The only row of a query.
    func row(_ sql: String) async throws -> TableRow {
        let found = try await rows(sql)
        guard let row = found.first, found.count == 1 else {
            throw FixtureError.unexpected("\(found.count) rows instead of one: \(sql)")
        }
        return row
    }

    func integers(_ sql: String) async throws -> [Int64] {
        try await journal.read { db in try Int64.fetchAll(db, sql: sql) }
    }

    func integer(_ sql: String) async throws -> Int64? {
        try await journal.read { db in try Int64.fetchOne(db, sql: sql) }
    }

    func text(_ sql: String) async throws -> String? {
        try await journal.read { db in try String.fetchOne(db, sql: sql) }
    }

    func count(_ table: String) async throws -> Int64 {
        try await integer("SELECT count(*) FROM \(table)") ?? -1
    }

    func state(of eventID: Int64) async throws -> String? {
        try await text("SELECT state FROM event WHERE id = \(eventID)")
    }

    func execute(_ sql: String) async throws {
        try await journal.write { db in try db.execute(sql: sql) }
    }

    /// A profile that was fetched for something that is long over.
    func keepProfile(_ details: ContactDetails?, contactID: String) async throws {
        try await journal.write { [now] db in
            try db.execute(
                sql: "INSERT INTO profile (contact_id, fetched_at, details) VALUES (?, ?, ?)",
                arguments: [contactID, now.milliseconds, try details.map { try JSONText.encode($0) }]
            )
        }
    }
}
