/// The statements of a prune: how each kind is walked by key, and what takes the details of some rows away.
///
/// The change repeats the walk's conditions, since a row may have moved on between the two. Parameters are `:after`, `:limit`,
/// `:cutoff` and `:age` (milliseconds), `:wall`, `:boot`, `:boot_id` and, in a change, `:ids` (a JSON array).
struct PruneStatements: Sendable {
    /// Columns: id, bytes, is_old, verdict.
    let walk: String
    /// In order; the last one's changes are counted.
    let changes: [String]

    init(_ target: PruneTarget) {
        switch target {
        case .callbacks: self = Self.callbacks(ofOptOuts: false)
        case .optOutCallbacks: self = Self.callbacks(ofOptOuts: true)
        case .events: self = Self.events
        case .effects: self = Self.effects
        case .requests: self = Self.requests
        case .profiles: self = Self.profiles
        }
    }

    private init(walk: String, changes: [String]) {
        self.walk = walk
        self.changes = changes
    }

    private static let open = "state NOT IN ('completed', 'discarded')"
    private static let chosen = "IN (SELECT value FROM json_each(:ids))"

    // `id = id` makes SQLite take the row out and put it back. A row that only shrinks stays where it is, and its page never
    // gets empty enough to be merged with its neighbours and freed.

    /// An array is emptied whole, and only when everything in it is finished; one with an opt-out in it counts as an opt-out.
    private static func callbacks(ofOptOuts: Bool) -> PruneStatements {
        let needed = """
            c.id > coalesce((SELECT CAST(value AS INTEGER) FROM checkpoint WHERE name = 'decode'), 0)
            OR c.state = 'received'
            OR EXISTS (
                SELECT 1 FROM delivery AS d JOIN event AS e ON e.id = d.event_id
                WHERE d.callback_id = c.id AND e.\(open))
            """
        let optOuts = """
            EXISTS (
                SELECT 1 FROM delivery AS d JOIN event AS e ON e.id = d.event_id
                WHERE d.callback_id = c.id AND e.opt_out = 1)
            """
        return PruneStatements(
            walk: """
                SELECT c.id AS id, coalesce(length(c.body), 0) + coalesce(length(c.query), 0) AS bytes,
                    c.received_at < :cutoff AS is_old,
                    CASE
                        WHEN c.state IN ('pruned', 'erased') THEN 'kept'
                        WHEN c.received_at >= :cutoff OR \(needed) THEN 'held'
                        WHEN \(ofOptOuts ? "NOT " : "")\(optOuts) THEN 'kept'
                        ELSE 'due'
                    END AS verdict
                FROM callback AS c WHERE c.id > :after ORDER BY c.id LIMIT :limit
                """,
            changes: [
                """
                UPDATE callback AS c
                SET id = id, state = 'pruned', body = NULL, query = NULL, remote_address = NULL, salt = NULL
                WHERE c.id \(chosen) AND c.state NOT IN ('pruned', 'erased') AND NOT (\(needed))
                """
            ]
        )
    }

    /// A subscribe of somebody who opted out says how they came back: their consent follows from it.
    private static let events: PruneStatements = {
        let evidence = """
            e.opt_out = 1 OR (e.action = 'subscribe' AND EXISTS (
                SELECT 1 FROM consent_change AS c WHERE c.person = e.person AND c.change = 'opted_out'))
            """
        return PruneStatements(
            walk: """
                SELECT e.id AS id, length(e.payload) AS bytes, e.received_at < :cutoff AS is_old,
                    CASE
                        WHEN e.pruned_at IS NOT NULL OR \(evidence) THEN 'kept'
                        WHEN e.\(open) OR e.finalized_at >= :cutoff THEN 'held'
                        ELSE 'due'
                    END AS verdict
                FROM event AS e WHERE e.id > :after ORDER BY e.id LIMIT :limit
                """,
            changes: [
                """
                UPDATE event AS e SET id = id, payload = '{"contact":{}}', pruned_at = :wall
                WHERE e.id \(chosen) AND NOT (\(evidence)) AND e.pruned_at IS NULL AND NOT e.\(open)
                """
            ]
        )
    }()

    private static let effects: PruneStatements = {
        let evidence = """
            f.kind GLOB 'optout.*' OR json_extract(f.fields, '$.HasOptedOutOfEmail') IS NOT NULL OR EXISTS (
                SELECT 1 FROM effect_event AS ee JOIN event AS e ON e.id = ee.event_id
                WHERE ee.effect_id = f.id AND e.opt_out = 1)
            """
        let needed = """
            EXISTS (
                SELECT 1 FROM effect_event AS ee JOIN event AS e ON e.id = ee.event_id
                WHERE ee.effect_id = f.id AND (e.\(open) OR e.finalized_at >= :cutoff))
            """
        let which = "IN (SELECT f.id FROM effect AS f WHERE f.id \(chosen) AND NOT (\(evidence)) AND NOT (\(needed)))"
        return PruneStatements(
            walk: """
                SELECT f.id AS id, length(f.fields) + length(f.before) AS bytes, f.planned_at < :cutoff AS is_old,
                    CASE
                        WHEN \(evidence) THEN 'kept'
                        WHEN coalesce(f.confirmed_at, f.sent_at, f.planned_at) >= :cutoff OR \(needed) THEN 'held'
                        ELSE 'due'
                    END AS verdict
                FROM effect AS f WHERE f.id > :after ORDER BY f.id LIMIT :limit
                """,
            changes: [
                "DELETE FROM effect_event WHERE effect_id \(which)",
                "DELETE FROM effect WHERE id \(which)",
            ]
        )
    }()

    /// A row of this boot is judged by the boot clock too: its wall time may come from a clock that was wrong.
    private static let requests: PruneStatements = {
        let needed = """
            r.granted_at >= :cutoff OR (r.boot_id = :boot_id AND r.granted_boot > :boot - :age)
            OR EXISTS (SELECT 1 FROM event AS e WHERE e.id = r.event_id AND e.\(open))
            """
        return PruneStatements(
            walk: """
                SELECT r.id AS id, 0 AS bytes, r.granted_at < :cutoff AS is_old,
                    CASE WHEN \(needed) THEN 'held' ELSE 'due' END AS verdict
                FROM api_request AS r WHERE r.id > :after ORDER BY r.id LIMIT :limit
                """,
            changes: ["DELETE FROM api_request AS r WHERE r.id \(chosen) AND NOT (\(needed))"]
        )
    }()

    /// A profile that was never had only counts failures: it is old as soon as nothing waits for it.
    private static let profiles: PruneStatements = {
        let needed = """
            max(coalesce(p.fetched_at, 0), coalesce(p.listed_at, 0)) >= :cutoff
            OR EXISTS (SELECT 1 FROM event AS e WHERE e.contact_id = p.contact_id AND e.\(open))
            """
        return PruneStatements(
            walk: """
                SELECT p.rowid AS id, coalesce(length(p.details), 0) AS bytes, 1 AS is_old,
                    CASE WHEN \(needed) THEN 'held' ELSE 'due' END AS verdict
                FROM profile AS p WHERE p.rowid > :after ORDER BY p.rowid LIMIT :limit
                """,
            changes: ["DELETE FROM profile AS p WHERE p.rowid \(chosen) AND NOT (\(needed))"]
        )
    }()
}
