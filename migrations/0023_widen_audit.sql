-- The audit of opt-outs tells which request carried each write, and how an opt-out ended that a person decided about.

DROP VIEW opt_out_audit;

-- Every opt-out, the records that it reached, and how long that took. `person` is 'erased' where nobody may know any more.
-- `records` is JSON: [{"object", "id", "written_at", "verified_at", "request_id"}]; what was told last of a record counts.
CREATE VIEW opt_out_audit AS
WITH timed AS (
    SELECT
        e.id, iif(e.erased_at IS NULL, e.person, 'erased') AS person, e.source, e.payload, e.occurred_at, e.received_at, e.state,
        e.outcome, e.accepted_reason,
        CASE WHEN e.state = 'completed' THEN coalesce((
            SELECT max(f.verified_at)
            FROM effect_event AS ee JOIN effect AS f ON f.id = ee.effect_id
            WHERE ee.event_id = e.id AND f.kind IN ('optout.lead', 'optout.contact')
        ), e.finalized_at) END AS confirmed_at,
        coalesce((SELECT CAST(value AS INTEGER) FROM setting WHERE key = 'optOut.deadline'), 300000) AS deadline
    FROM event AS e
    WHERE e.opt_out = 1
)
SELECT
    id AS event_id,
    person,
    source,
    json_extract(payload, '$.reason') AS reason,
    occurred_at,
    received_at,
    state,
    (
        SELECT json_group_array(json_object(
            'object', f.object, 'id', f.record_id, 'written_at', f.confirmed_at, 'verified_at', f.verified_at,
            'request_id', f.request_id
        ))
        FROM effect_event AS ee JOIN effect AS f ON f.id = ee.effect_id
        WHERE ee.event_id = timed.id AND f.kind IN ('optout.lead', 'optout.contact') AND NOT EXISTS (
            SELECT 1 FROM effect_event AS le JOIN effect AS l ON l.id = le.effect_id
            WHERE le.event_id = timed.id AND l.id > f.id AND l.kind = f.kind AND l.record_id = f.record_id)
    ) AS records,
    confirmed_at,
    (confirmed_at - received_at) / 1000.0 AS seconds_to_confirm,
    CASE
        WHEN state = 'completed' OR accepted_reason IS NOT NULL THEN 0
        WHEN state IN ('dead', 'discarded') THEN 1
        ELSE CAST(strftime('%s', 'now') AS INTEGER) * 1000 - received_at > deadline
    END AS overdue,
    outcome,
    accepted_reason
FROM timed;

PRAGMA user_version = 23;
