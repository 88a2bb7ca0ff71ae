/// One table's share in an erasure: which of its rows, and what becomes of them.
struct ErasureStatement: Sendable {
    var table: String
    /// Which rows; names `:people`, `:contacts` or `:ids` (events).
    var rows: String
    /// The columns that are emptied; nil deletes the rows.
    var change: String?

    var sql: String {
        // `id = id` makes SQLite take the row out and put it back.
        change.map { "UPDATE \(table) SET \($0) WHERE \(rows)" } ?? "DELETE FROM \(table) WHERE \(rows)"
    }

    var countSQL: String { "SELECT count(*) FROM \(table) WHERE \(rows)" }
}

extension ErasureStatement {
    private static let people = "IN (SELECT value FROM json_each(:people))"
    private static let contacts = "IN (SELECT value FROM json_each(:contacts))"
    private static let ids = "IN (SELECT value FROM json_each(:ids))"

    /// The person's events that are not erased, some of them; what is in hand is waited for, and an opt-out that was not
    /// carried out is not touched.
    ///
    /// An event that came since consent was last looked at waits for the next look.
    static let nextEventsSQL = """
        SELECT e.id FROM event AS e WHERE e.state <> 'running' AND NOT (\(unverifiedOptOut)) AND e.id IN (
            SELECT id FROM event WHERE person \(people)
            UNION SELECT id FROM event WHERE previous_person \(people) AND erased_at IS NULL)
            AND NOT EXISTS (SELECT 1 FROM consent_change AS c WHERE c.event_id = e.id AND c.person \(people))
        ORDER BY e.id LIMIT 200
        """

    /// Those in hand, and opt-outs without a proof; both have to end first.
    static let heldEventsSQL = """
        SELECT id, state, opt_out, received_at FROM event WHERE (state = 'running' OR \(unverifiedOptOut)) AND id IN (
            SELECT id FROM event WHERE person \(people)
            UNION SELECT id FROM event WHERE previous_person \(people) AND erased_at IS NULL)
        ORDER BY id LIMIT 20
        """

    static let allEventsSQL = """
        SELECT id FROM event WHERE person \(people) UNION SELECT id FROM event WHERE previous_person \(people) AND erased_at IS NULL
        """

    /// Completed means read back (rule 8); accepted means that a person answers for it.
    private static let unverifiedOptOut = "opt_out = 1 AND state <> 'completed' AND accepted_reason IS NULL"

    /// What hangs on events, and last the events themselves.
    static let ofEvents: [ErasureStatement] = [
        ErasureStatement(
            table: "callback",
            rows: "id IN (SELECT callback_id FROM delivery WHERE event_id \(ids)) AND state <> 'erased'",
            change: "id = id, \(emptiedCallback)"
        ),
        ErasureStatement(
            table: "attempt",
            rows: "event_id \(ids) AND (error_text IS NOT NULL OR choice IS NOT NULL)",
            change: "id = id, error_text = NULL, choice = NULL"
        ),
        ErasureStatement(
            table: "decision",
            rows: "event_id \(ids) AND (reason <> '(erased)' OR detail IS NOT NULL)",
            change: "id = id, reason = iif(reason IS NULL, NULL, '(erased)'), detail = NULL"
        ),
        ErasureStatement(
            table: "effect",
            rows: "id IN (SELECT effect_id FROM effect_event WHERE event_id \(ids))",
            change: emptiedEffect
        ),
        ErasureStatement(table: "score", rows: "event_id \(ids)"),
        ErasureStatement(table: "event", rows: "id \(ids) AND state <> 'running'", change: emptiedEvent),
    ]

    /// What is known of the person's consent, all at once: what is to be kept of it follows from the whole.
    static let ofConsent: [ErasureStatement] = [
        ErasureStatement(table: "consent_change", rows: "person \(people)", change: emptiedConsentChange),
        ErasureStatement(table: "consent", rows: "person \(people)"),
    ]

    /// What has the person's name without an event of theirs.
    static let ofNames: [ErasureStatement] = [
        ErasureStatement(table: "effect", rows: "person \(people)", change: emptiedEffect),
        ErasureStatement(
            table: "profile",
            rows: "person \(people) OR (contact_id \(contacts) AND (person IS NULL OR person \(people)))"
        ),
        ErasureStatement(table: "score", rows: "person \(people)"),
    ]

    static let emptiedCallback = "state = 'erased', body = NULL, query = NULL, remote_address = NULL, salt = NULL"

    /// That a flag was set, when, and when it was read back, is the proof; of whom goes.
    private static let emptiedEffect = """
        id = id, idempotency_key = 'erased:' || id, person = NULL, record_id = NULL, external_key = NULL,
        fields = iif(json_extract(fields, '$.HasOptedOutOfEmail') = 1, '{"HasOptedOutOfEmail":true}', '{}'),
        before = '{}', error_text = iif(error_text = 'The record is gone.', error_text, NULL), record_version = NULL,
        created_record = NULL
        """

    private static let emptiedConsentChange = """
        id = id, person = NULL, salt = NULL, reason = iif(\(isWord("reason")), reason, NULL)
        """

    private static let emptiedEvent = """
        id = id,
        idempotency_key = iif(
            EXISTS (SELECT 1 FROM json_each(:people) AS n WHERE instr(lower(idempotency_key), n.value) > 0),
            'erased:' || id, idempotency_key),
        content_key = '', person = NULL, person_number = NULL, previous_person = NULL, contact_id = NULL,
        payload = CASE WHEN opt_out = 1 AND \(isWord("json_extract(payload, '$.reason')"))
            THEN json_object('contact', json('{}'), 'reason', json_extract(payload, '$.reason'))
            ELSE '{"contact":{}}' END,
        last_error = NULL, accepted_reason = iif(accepted_reason IS NULL, NULL, 'erased'),
        discard_reason = iif(state = 'completed', NULL, 'erased'), finalized_at = coalesce(finalized_at, :now),
        state = iif(state = 'completed', state, 'discarded'), waits_for = NULL, held_by = NULL, erased_at = :now
        """

    /// Whether a reason is one of GetResponse's words and not a sentence about somebody.
    private static func isWord(_ reason: String) -> String {
        "(length(\(reason)) <= 32 AND NOT \(reason) GLOB '*[^a-zA-Z_-]*')"
    }
}
