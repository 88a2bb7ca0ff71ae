-- Three views that are only inserted into: SQLite's way to name what several triggers do.

-- An event became available: it is a candidate, and it lends its lane to what its person has to do before it.
CREATE VIEW ready_arrival AS SELECT NULL AS id, NULL AS person, NULL AS lane, NULL AS opt_out, NULL AS state WHERE 0;

CREATE TRIGGER ready_arrives INSTEAD OF INSERT ON ready_arrival WHEN NEW.state = 'available'
BEGIN
    INSERT OR REPLACE INTO ready (event_id, rank, since)
    SELECT id, rank, since FROM claimable_event WHERE id = NEW.id;
    UPDATE ready SET rank = max(NEW.lane, 1)
    WHERE NEW.opt_out = 0 AND rank > max(NEW.lane, 1) AND event_id IN (
        SELECT (
            SELECT w.id FROM event AS w
            WHERE w.person = NEW.person AND w.opt_out = 0 AND w.lane = l.number AND w.state IN ('available', 'retryable')
            ORDER BY w.occurred_at, w.id LIMIT 1
        ) FROM lane AS l WHERE l.number > NEW.lane);
END;

-- Somebody got free: the first waiting event in each lane is a candidate, and so are the first opt-outs.
CREATE VIEW ready_person AS SELECT NULL AS person WHERE 0;

CREATE TRIGGER ready_person_freed INSTEAD OF INSERT ON ready_person
WHEN EXISTS (SELECT 1 FROM event WHERE person = NEW.person AND state IN ('available', 'retryable'))
    OR EXISTS (SELECT 1 FROM event WHERE previous_person = NEW.person AND state IN ('available', 'retryable'))
BEGIN
    INSERT OR IGNORE INTO ready (event_id, rank, since)
    SELECT c.id, c.rank, c.since FROM claimable_event AS c WHERE c.id IN (
        SELECT (
            SELECT w.id FROM event AS w
            WHERE w.person = NEW.person AND w.opt_out = 0 AND w.lane = l.number AND w.state IN ('available', 'retryable')
            ORDER BY w.occurred_at, w.id LIMIT 1
        ) FROM lane AS l
        UNION ALL
        SELECT id FROM (
            SELECT w.id FROM event AS w
            WHERE w.person = NEW.person AND w.opt_out = 1 AND w.state IN ('available', 'retryable')
                AND w.state = 'available'
            ORDER BY w.lane, w.occurred_at, w.id LIMIT 8)
        UNION ALL
        SELECT (
            SELECT w.id FROM event AS w
            WHERE w.previous_person = NEW.person AND w.state IN ('available', 'retryable')
            ORDER BY w.occurred_at, w.id LIMIT 1));
END;

-- The same for a contact.
CREATE VIEW ready_contact AS SELECT NULL AS contact_id WHERE 0;

CREATE TRIGGER ready_contact_freed INSTEAD OF INSERT ON ready_contact
WHEN EXISTS (
    SELECT 1 FROM event
    WHERE contact_id = NEW.contact_id AND contact_shared = 1 AND state IN ('available', 'retryable'))
BEGIN
    INSERT OR IGNORE INTO ready (event_id, rank, since)
    SELECT c.id, c.rank, c.since FROM claimable_event AS c WHERE c.id IN (
        SELECT (
            SELECT w.id FROM event AS w
            WHERE w.contact_id = NEW.contact_id AND w.contact_shared = 1 AND w.opt_out = 0
                AND w.state IN ('available', 'retryable')
            ORDER BY w.occurred_at, w.id LIMIT 1)
        UNION ALL
        SELECT id FROM (
            SELECT w.id FROM event AS w
            WHERE w.contact_id = NEW.contact_id AND w.contact_shared = 1 AND w.opt_out = 1
                AND w.state IN ('available', 'retryable') AND w.state = 'available'
            ORDER BY w.occurred_at, w.id LIMIT 8));
END;

-- The contact's latest event tells whether it is shared: that one is marked, or is another person's.
CREATE TRIGGER event_arrives AFTER INSERT ON event
BEGIN
    UPDATE event SET contact_shared = 1
    WHERE contact_id = NEW.contact_id AND contact_shared = 0 AND EXISTS (
        SELECT 1 FROM (
            SELECT person, contact_shared FROM event
            WHERE contact_id = NEW.contact_id AND id < NEW.id ORDER BY id DESC LIMIT 1
        ) AS latest
        WHERE latest.contact_shared = 1 OR latest.person IS NOT NEW.person);
    INSERT INTO ready_arrival VALUES (NEW.id, NEW.person, NEW.lane, NEW.opt_out, NEW.state);
END;

-- These two are asked at every change of state. Each statement and each trigger that is asked costs, whether it has something
-- to do or not, so there are few.
CREATE TRIGGER event_leaves_ready AFTER UPDATE OF state ON event
WHEN OLD.state = 'available' AND NEW.state <> 'available'
BEGIN
    DELETE FROM ready WHERE event_id = OLD.id;
END;

-- What ran, or was earlier, holds nobody any more.
CREATE TRIGGER event_frees_others AFTER UPDATE OF state ON event
WHEN (OLD.state = 'running' AND NEW.state <> 'running')
    OR (OLD.state IN ('available', 'retryable') AND NEW.state NOT IN ('available', 'retryable', 'running'))
    OR (NEW.state = 'available' AND OLD.state <> 'available')
BEGIN
    INSERT INTO ready_person VALUES (OLD.person);
    INSERT INTO ready_person VALUES (OLD.previous_person);
    INSERT INTO ready_contact VALUES (OLD.contact_id);
    INSERT INTO ready_arrival VALUES (NEW.id, NEW.person, NEW.lane, NEW.opt_out, NEW.state);
END;

-- A replay from the raw callback or an erasure may change whose event it is, and when it happened.
CREATE TRIGGER event_changes_contact AFTER UPDATE OF person, contact_id ON event
WHEN NEW.person IS NOT OLD.person OR NEW.contact_id IS NOT OLD.contact_id
BEGIN
    UPDATE event SET contact_shared = 1 WHERE contact_id IN (NEW.contact_id, OLD.contact_id) AND contact_shared = 0;
END;

CREATE TRIGGER event_changes_place
AFTER UPDATE OF person, previous_person, contact_id, occurred_at, lane, opt_out ON event
WHEN NEW.state = OLD.state AND NEW.state IN ('available', 'retryable', 'running')
    AND NOT (NEW.person IS OLD.person AND NEW.previous_person IS OLD.previous_person
        AND NEW.contact_id IS OLD.contact_id AND NEW.occurred_at = OLD.occurred_at AND NEW.lane = OLD.lane
        AND NEW.opt_out = OLD.opt_out)
BEGIN
    DELETE FROM ready WHERE event_id = NEW.id;
    INSERT INTO ready_arrival VALUES (NEW.id, NEW.person, NEW.lane, NEW.opt_out, NEW.state);
    INSERT INTO ready_person VALUES (OLD.person);
    INSERT INTO ready_person VALUES (OLD.previous_person);
    INSERT INTO ready_contact VALUES (OLD.contact_id);
END;

INSERT INTO ready (event_id, rank, since) SELECT id, rank, since FROM claimable_event;

PRAGMA user_version = 7;
