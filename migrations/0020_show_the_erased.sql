-- An erased event has no place in anybody's order any more, and the audit of opt-outs says so instead of a name.

DROP TRIGGER event_changes_place;

-- A replay from the raw callback may change whose event it is, and when it happened. Somebody new gets a number by chance: the
-- event's own id may be the number of those whom it leaves. (An erasure takes the number away itself: to look at all events of
-- the contact at each of them would take long for somebody with many.)
CREATE TRIGGER event_changes_place
AFTER UPDATE OF person, previous_person, contact_id, occurred_at, lane, opt_out ON event
WHEN NEW.erased_at IS NULL AND NOT (
    NEW.person IS OLD.person AND NEW.previous_person IS OLD.previous_person AND NEW.contact_id IS OLD.contact_id
    AND NEW.occurred_at = OLD.occurred_at AND NEW.lane = OLD.lane AND NEW.opt_out = OLD.opt_out)
BEGIN
    UPDATE event SET person_number = iif(NEW.person IS NULL, NULL, coalesce(
        (SELECT e.person_number FROM event AS e WHERE e.person = NEW.person AND e.id <> NEW.id LIMIT 1), random()))
    WHERE id = NEW.id AND NEW.person IS NOT OLD.person;
    UPDATE event SET contact_shared = 1
    WHERE contact_id IN (NEW.contact_id, OLD.contact_id) AND contact_shared = 0
        AND (NEW.person IS NOT OLD.person OR NEW.contact_id IS NOT OLD.contact_id);
    DELETE FROM ready WHERE event_id = NEW.id;
    INSERT INTO ready_arrival VALUES (NEW.id, NEW.lane, NEW.opt_out, NEW.state);
    INSERT INTO ready_person VALUES (OLD.person, OLD.person_number);
    INSERT INTO ready_person
    SELECT OLD.previous_person, (SELECT p.person_number FROM event AS p WHERE p.person = OLD.previous_person LIMIT 1)
    WHERE OLD.previous_person IS NOT NULL;
    INSERT INTO ready_contact VALUES (OLD.contact_id);
END;

DROP VIEW opt_out_audit;

-- Every opt-out, the records that it reached, and how long that took. `person` is 'erased' where nobody may know any more.
CREATE VIEW opt_out_audit AS
WITH timed AS (
    SELECT
        e.id, iif(e.erased_at IS NULL, e.person, 'erased') AS person, e.source, e.payload, e.occurred_at, e.received_at, e.state, e.accepted_reason,
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

PRAGMA user_version = 20;
