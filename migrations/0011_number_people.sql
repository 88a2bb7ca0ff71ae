-- People by number in what every claim and every end of a try rewrites. Addresses come in no order: with many people waiting,
-- each event would dirty a page of its own of an index by address, while people who came together have numbers side by side.

-- The same for all events of a person; no other person has it. NULL where the event is about nobody.
ALTER TABLE event ADD COLUMN person_number INTEGER;

UPDATE event SET person_number = first.id
FROM (SELECT person, min(id) AS id FROM event WHERE person IS NOT NULL GROUP BY person) AS first
WHERE event.person = first.person;

-- A person's number is the id of the first event.
DROP TRIGGER event_arrives;

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
    INSERT INTO ready_arrival VALUES (NEW.id, NEW.person, NEW.lane, NEW.opt_out, NEW.state);
END;

-- Somebody new gets a number by chance: the event's own id may be the number of those whom it leaves.
CREATE TRIGGER event_changes_number AFTER UPDATE OF person ON event
WHEN NEW.person IS NOT OLD.person
BEGIN
    UPDATE event SET person_number = iif(NEW.person IS NULL, NULL, coalesce(
        (SELECT e.person_number FROM event AS e WHERE e.person = NEW.person AND e.id <> NEW.id LIMIT 1), random()))
    WHERE id = NEW.id;
END;

PRAGMA user_version = 11;
