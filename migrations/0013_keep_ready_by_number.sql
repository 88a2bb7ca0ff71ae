-- The triggers that keep `ready`, now by the person's number, and with less to do for the usual event: each INSERT into a
-- view costs as much as a look, so they are made only where somebody may be waiting.

DROP TRIGGER event_arrives;
DROP TRIGGER event_frees_others;
DROP TRIGGER event_changes_contact;
DROP TRIGGER event_changes_number;
DROP TRIGGER event_changes_place;
DROP VIEW ready_arrival;
DROP VIEW ready_person;

-- An event became available: it is a candidate, and it lends its lane to what its person has to do before it.
CREATE VIEW ready_arrival AS SELECT NULL AS id, NULL AS lane, NULL AS opt_out, NULL AS state WHERE 0;

CREATE TRIGGER ready_arrives INSTEAD OF INSERT ON ready_arrival WHEN NEW.state = 'available'
BEGIN
    INSERT OR REPLACE INTO ready (event_id, rank, since)
    SELECT id, rank, since FROM claimable_event WHERE id = NEW.id;
    UPDATE ready SET rank = max(NEW.lane, 1)
    WHERE NEW.opt_out = 0 AND rank > max(NEW.lane, 1) AND event_id IN (
        SELECT (
            SELECT w.id FROM event AS w
            WHERE w.person_number = (SELECT e.person_number FROM event AS e WHERE e.id = NEW.id)
                AND w.opt_out = 0 AND w.lane = l.number AND w.state IN ('available', 'retryable')
            ORDER BY w.occurred_at, w.id LIMIT 1
        ) FROM lane AS l WHERE l.number > NEW.lane);
END;

-- Somebody got free: the first waiting event in each lane is a candidate, and so are the first opt-outs.
CREATE VIEW ready_person AS SELECT NULL AS person, NULL AS person_number WHERE 0;

CREATE TRIGGER ready_person_freed INSTEAD OF INSERT ON ready_person
WHEN EXISTS (SELECT 1 FROM event WHERE person_number = NEW.person_number AND state IN ('available', 'retryable'))
    OR EXISTS (SELECT 1 FROM event WHERE previous_person = NEW.person AND state IN ('available', 'retryable'))
BEGIN
    INSERT OR IGNORE INTO ready (event_id, rank, since)
    SELECT c.id, c.rank, c.since FROM claimable_event AS c WHERE c.id IN (
        SELECT (
            SELECT w.id FROM event AS w
            WHERE w.person_number = NEW.person_number AND w.opt_out = 0 AND w.lane = l.number
                AND w.state IN ('available', 'retryable')
            ORDER BY w.occurred_at, w.id LIMIT 1
        ) FROM lane AS l
        UNION ALL
        SELECT id FROM (
            SELECT w.id FROM event AS w
            WHERE w.person_number = NEW.person_number AND w.opt_out = 1 AND w.state IN ('available', 'retryable')
                AND w.state = 'available'
            ORDER BY w.lane, w.occurred_at, w.id LIMIT 8)
        UNION ALL
        SELECT (
            SELECT w.id FROM event AS w
            WHERE w.previous_person = NEW.person AND w.state IN ('available', 'retryable')
            ORDER BY w.occurred_at, w.id LIMIT 1));
END;

-- The contact's latest event tells whether it is shared: that one is marked, or is another person's. A person's number is
-- the id of the first event.
CREATE TRIGGER event_arrives AFTER INSERT ON event
BEGIN
    UPDATE event SET person_number = coalesce(
        (SELECT e.person_number FROM event AS e WHERE e.person = NEW.person AND e.id <> NEW.id LIMIT 1), NEW.id)
    WHERE id = NEW.id AND NEW.person IS NOT NULL;
    UPDATE event SET contact_shared = 1
    WHERE contact_id = NEW.contact_id AND contact_shared = 0 AND EXISTS (
        SELECT 1 FROM (
            SELECT person, contact_shared FROM event
            WHERE contact_id = NEW.contact_id AND id < NEW.id ORDER BY id DESC LIMIT 1
        ) AS latest
        WHERE latest.contact_shared = 1 OR latest.person IS NOT NEW.person);
    INSERT INTO ready_arrival VALUES (NEW.id, NEW.lane, NEW.opt_out, NEW.state);
END;

-- What ran, or was earlier, holds nobody any more. (SQLite builds a table for an IN of more than two at each look.)
CREATE TRIGGER event_frees_others AFTER UPDATE OF state ON event
WHEN (
        (OLD.state = 'running' AND NEW.state <> 'running')
        OR (OLD.state IN ('available', 'retryable')
            AND NEW.state <> 'running' AND NEW.state <> 'available' AND NEW.state <> 'retryable')
        OR (NEW.state = 'available' AND OLD.state <> 'available'))
    AND (
        NEW.state = 'available' OR OLD.contact_shared = 1 OR OLD.previous_person IS NOT NULL
        OR EXISTS (SELECT 1 FROM event WHERE person_number = OLD.person_number AND state IN ('available', 'retryable'))
        OR EXISTS (SELECT 1 FROM event WHERE previous_person = OLD.person AND state IN ('available', 'retryable')))
BEGIN
    INSERT INTO ready_person VALUES (OLD.person, OLD.person_number);
    INSERT INTO ready_person
    SELECT OLD.previous_person, (SELECT p.person_number FROM event AS p WHERE p.person = OLD.previous_person LIMIT 1)
    WHERE OLD.previous_person IS NOT NULL;
    INSERT INTO ready_contact VALUES (OLD.contact_id);
    INSERT INTO ready_arrival VALUES (NEW.id, NEW.lane, NEW.opt_out, NEW.state);
END;

-- A replay from the raw callback or an erasure may change whose event it is, and when it happened. Somebody new gets a
-- number by chance: the event's own id may be the number of those whom it leaves.
CREATE TRIGGER event_changes_place
AFTER UPDATE OF person, previous_person, contact_id, occurred_at, lane, opt_out ON event
WHEN NOT (NEW.person IS OLD.person AND NEW.previous_person IS OLD.previous_person AND NEW.contact_id IS OLD.contact_id
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

-- The fence never goes back, or a zombie could record over the new owner. A trigger before the change would make SQLite read
-- the row twice at every claim.
DROP TRIGGER event_claim_only_grows;

CREATE TRIGGER event_claim_only_grows AFTER UPDATE OF claim ON event
WHEN NEW.claim < OLD.claim
BEGIN
    SELECT RAISE(ABORT, 'event.claim never goes back');
END;

DELETE FROM ready;
INSERT INTO ready (event_id, rank, since) SELECT id, rank, since FROM claimable_event;

PRAGMA user_version = 13;
