import Foundation
import Journal
import Time

/// A journal with events waiting in it.
struct Backlog {
    let path: String
    let journal: EventJournal

    init(path: String) throws {
        self.path = path
        journal = try EventJournal(
            configuration: JournalConfiguration(path: path, checkpointBytes: 16 << 20),
            time: SystemTimeSource()
        )
    }

    /// What a batch of events is like.
    enum Kind {
        /// Of as many people, whose addresses come in no order.
        case available
        /// Waiting for a time that is far away.
        case snoozed
        /// All of one person, of whom one is running, and due before everything else.
        case held
    }

    /// Adds events by plain SQL, in commits that are not made durable: this is not what is measured.
    func add(_ count: Int, _ kind: Kind = .available) throws {
        let database = try BareSQLite(path: path)
        try database.execute("PRAGMA synchronous = OFF")
        let values =
            switch kind {
            case .available: ("hex(randomblob(8)) || '@example.com'", "'available', 1000 + i, NULL, NULL")
            case .snoozed: ("'s' || hex(randomblob(8)) || '@example.com'", "'snoozed', 4102444800000, NULL, NULL")
            case .held: ("'busy@example.com'", "'available', i, NULL, NULL")
            }
        if case .held = kind { try insert(1, values.0, "'running', 0, 'other', 4102444800000", into: database) }
        for first in stride(from: 0, to: count, by: 50_000) {
            try insert(min(50_000, count - first), values.0, values.1, into: database)
            try database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        }
    }

    private func insert(_ count: Int, _ person: String, _ state: String, into database: BareSQLite) throws {
        try database.execute(
            """
            INSERT INTO event (
                idempotency_key, content_key, content_seen_at, action, source, person, contact_id, list_id, occurred_at,
                received_at, payload, lane, opt_out, state, available_at, lease_owner, lease_until
            )
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
            SELECT
                'benchmark:' || hex(randomblob(8)), hex(randomblob(16)), 1000, 'subscribe', 'getresponse', \(person),
                hex(randomblob(5)), 'list', 1000 + i, 1000 + i,
                '{"contact":{"email":"somebody@example.com","name":"Somebody Else","customFields":{"company":["Acme"]}}}',
                2, 0, \(state)
            FROM n
            """
        )
    }
}
