-- What people decided about events that needed them, and why.

-- One row a decision, never changed: the event itself only knows the last one.
--
-- replayed: given another life.   discarded: given up.   accepted: an opt-out that could not be carried out, and need not be.
CREATE TABLE decision (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id   INTEGER NOT NULL REFERENCES event (id),
    decided_at INTEGER NOT NULL,
    decision   TEXT    NOT NULL CHECK (decision IN ('replayed', 'discarded', 'accepted')),
    from_state TEXT    NOT NULL CHECK (from_state IN ('dead', 'discarded')),
    attempts   INTEGER NOT NULL,                                 -- the tries that were charged until then
    from_raw   INTEGER NOT NULL CHECK (from_raw IN (0, 1)),      -- whether the callback was decoded again
    redrive    INTEGER NOT NULL,                                 -- the generation of effects from then on
    reason     TEXT,
    detail     TEXT,                                             -- what came of it, without anything personal
    CHECK ((decision = 'replayed') = (reason IS NULL))
) STRICT;

-- An event's decisions in order.
CREATE INDEX decision_by_event ON decision (event_id);

CREATE TRIGGER decision_refuses_update BEFORE UPDATE ON decision
BEGIN
    SELECT RAISE(ABORT, 'decision is append-only');
END;

CREATE TRIGGER decision_refuses_delete BEFORE DELETE ON decision
BEGIN
    SELECT RAISE(ABORT, 'decision is append-only');
END;

-- REPLACE would delete a row without asking the trigger above.
CREATE TRIGGER decision_refuses_replace BEFORE INSERT ON decision
WHEN EXISTS (SELECT 1 FROM decision WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'decision is append-only');
END;

-- What was given up before this table was there.
INSERT INTO decision (event_id, decided_at, decision, from_state, attempts, from_raw, redrive, reason)
SELECT id, finalized_at, 'discarded', 'dead', attempt, 0, redrive, discard_reason
FROM event WHERE state = 'discarded';

-- A person's story has the decisions in it.
DROP VIEW contact_timeline;

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
SELECT e.person, d.decided_at, 'decision', d.decision || coalesce(': ' || d.reason, ''), e.id, d.id
FROM event AS e JOIN decision AS d ON d.event_id = e.id
UNION ALL
SELECT person, recorded_at, 'consent', change || coalesce(' (' || reason || ')', ''), event_id, id
FROM consent_change;

-- As before, but for `records`: a forced replay tells of the same record anew, and what it told last counts.
DROP VIEW opt_out_audit;

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
    END AS overdue
FROM timed;

PRAGMA user_version = 10;
