-- What people query with sqlite3. Times are milliseconds since 1970 UTC: datetime(t / 1000, 'unixepoch') shows one.

-- One row an opt-out: who, when it was told, which records it reached, when that was confirmed.
-- `records` is JSON: [{"object", "id", "written_at", "verified_at"}]. An opt-out is confirmed when every record that it
-- reaches was read back, or when nobody in Salesforce is this person. `overdue` compares with the setting
-- `optOut.deadline` (milliseconds, 300000 unless the worker stored another); dead and discarded ones stay overdue.
CREATE VIEW opt_out_audit AS
WITH timed AS (
    SELECT
        e.id, e.person, e.source, e.payload, e.occurred_at, e.received_at, e.state, e.accepted_reason,
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
            'object', f.object, 'id', f.record_id, 'written_at', f.confirmed_at, 'verified_at', f.verified_at
        ))
        FROM effect_event AS ee JOIN effect AS f ON f.id = ee.effect_id
        WHERE ee.event_id = timed.id AND f.kind IN ('optout.lead', 'optout.contact')
    ) AS records,
    confirmed_at,
    (confirmed_at - received_at) / 1000.0 AS seconds_to_confirm,
    CASE
        WHEN state = 'completed' OR accepted_reason IS NOT NULL THEN 0
        WHEN state IN ('dead', 'discarded') THEN 1
        ELSE CAST(strftime('%s', 'now') AS INTEGER) * 1000 - received_at > deadline
    END AS overdue
FROM timed;

-- Events that need a person, with the last error.
CREATE VIEW dead_letter AS
SELECT
    e.id AS event_id,
    e.action,
    e.person,
    e.source,
    coalesce((SELECT a.error_class FROM attempt AS a WHERE a.event_id = e.id ORDER BY a.id DESC LIMIT 1), 'data')
        AS error_class,
    e.last_error,
    e.attempt AS attempts,
    e.occurred_at,
    e.received_at,
    e.finalized_at AS died_at,
    (SELECT d.callback_id FROM delivery AS d WHERE d.event_id = e.id AND d.duplicate = 0) AS callback_id
FROM event AS e
WHERE e.state = 'dead';

-- How many events of which lane are in which state, and how old the oldest is.
CREATE VIEW queue_health AS
SELECT
    CASE lane WHEN 0 THEN 'compliance' WHEN 1 THEN 'signal' WHEN 2 THEN 'lead' WHEN 3 THEN 'activity' ELSE 'bulk' END
        AS lane,
    state,
    count(*) AS count,
    round((CAST(strftime('%s', 'now') AS INTEGER) * 1000 - min(received_at)) / 1000.0, 3) AS oldest_seconds
FROM event
GROUP BY event.lane, state;

-- Everything that was written to Salesforce, or was meant to be.
CREATE VIEW salesforce_writes AS
SELECT
    f.id AS effect_id, f.request_id, f.kind, f.person, f.object, f.record_id, f.external_key, f.fields, f.before, f.state,
    f.status_code, f.created_record, f.error_text, f.mapping_version, f.planned_at, f.sent_at, f.confirmed_at, f.verified_at,
    (SELECT json_group_array(ee.event_id) FROM effect_event AS ee WHERE ee.effect_id = f.id) AS event_ids
FROM effect AS f;

-- One person's whole story; add WHERE person = '…' ORDER BY at.
CREATE VIEW contact_timeline AS
SELECT e.person, c.received_at AS at, 'callback' AS what, e.action AS detail, e.id AS event_id, c.id AS row_id
FROM event AS e JOIN delivery AS d ON d.event_id = e.id JOIN callback AS c ON c.id = d.callback_id
UNION ALL
SELECT e.person, e.occurred_at, 'event', e.action || ' (' || e.state || coalesce(', ' || e.outcome, '') || ')', e.id, e.id
FROM event AS e
UNION ALL
SELECT e.person, a.finished_at, 'attempt', a.outcome || coalesce(': ' || a.error_text, ''), e.id, a.id
FROM event AS e JOIN attempt AS a ON a.event_id = e.id
UNION ALL
SELECT e.person, coalesce(f.confirmed_at, f.sent_at, f.planned_at), 'effect',
    f.kind || ' ' || f.object || ' ' || coalesce(f.record_id, f.external_key, '') || ' ' || f.fields || ' ' || f.state, e.id, f.id
FROM event AS e JOIN effect_event AS ee ON ee.event_id = e.id JOIN effect AS f ON f.id = ee.effect_id
UNION ALL
SELECT person, recorded_at, 'consent', change || coalesce(' (' || reason || ')', ''), event_id, id
FROM consent_change;

PRAGMA user_version = 5;
