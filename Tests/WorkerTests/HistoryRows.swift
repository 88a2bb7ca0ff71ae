import Foundation
import TestSupport

/// What the journal holds after a history, asked with plain SQL as an operator would.
struct HistoryRows: Decodable {
    struct Event: Decodable {
        var id: Int64
        var key: String
        var action: String
        var state: String
        var outcome: String?
        var error: String?
        var claim: Int64
        var occurredAt: Int64
    }

    struct Attempt: Decodable {
        var id: Int64
        var event: Int64
        var claim: Int64
        var worker: String
        var startedAt: Int64
        var finishedAt: Int64
        var outcome: String
    }

    struct Effect: Decodable {
        var id: Int64
        var key: String
        var kind: String
        var object: String
        var record: String?
        var externalKey: String?
        var fields: String
        var state: String
        var created: Int64?
        var plannedAt: Int64
        var error: String?
        var events: [Int64]
    }

    var events: [Event]
    var attempts: [Attempt]
    var effects: [Effect]
    /// What breaks a rule that a query can tell.
    private(set) var faults: [String] = []

    private enum CodingKeys: String, CodingKey {
        case events, attempts, effects
    }

    static func read(_ path: String) throws -> HistoryRows {
        let text = try PlainSQL.text(sql, in: path)
        var rows = try JSONDecoder().decode(HistoryRows.self, from: Data(text.utf8))
        rows.faults = try PlainSQL.faults(in: path).map(\.description)
        return rows
    }

    private static let sql = """
        SELECT json_object(
            'events', json((SELECT json_group_array(json_object(
                'id', id, 'key', idempotency_key, 'action', action, 'state', state, 'outcome', outcome,
                'error', last_error, 'claim', claim, 'occurredAt', occurred_at)) FROM (SELECT * FROM event ORDER BY id))),
            'attempts', json((SELECT json_group_array(json_object(
                'id', id, 'event', event_id, 'claim', claim, 'worker', worker, 'startedAt', started_at,
                'finishedAt', finished_at, 'outcome', outcome)) FROM (SELECT * FROM attempt ORDER BY id))),
            'effects', json((SELECT json_group_array(json_object(
                'id', id, 'key', idempotency_key, 'kind', kind, 'object', object, 'record', record_id, 'externalKey', external_key, 'fields', fields,
                'state', state, 'created', created_record, 'plannedAt', planned_at, 'error', error_text,
                'events', json((SELECT json_group_array(event_id) FROM effect_event WHERE effect_id = e.id))
                )) FROM (SELECT * FROM effect ORDER BY id) AS e)));
        """
}

extension HistoryRows {
    /// What the journal says of each event, for whoever looks into a failure.
    var story: [String] {
        events.flatMap { event in
            ["event \(event.id) \(event.action) \(event.state) \(event.outcome ?? "") \(event.error ?? "")"]
                + attempts.filter { $0.event == event.id }.map { attempt in
                    "  attempt \(attempt.id) by \(attempt.worker) \(attempt.startedAt)-\(attempt.finishedAt) \(attempt.outcome)"
                }
                + effects.filter { $0.events.contains(event.id) }.map { effect in
                    "  effect \(effect.id) \(effect.kind) \(effect.record ?? effect.externalKey ?? "") \(effect.state) "
                        + "at \(effect.plannedAt) \(effect.fields) \(effect.error ?? "")"
                }
        }
    }
}
