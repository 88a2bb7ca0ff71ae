-- What may be claimed now, kept at hand: a claim takes the first rows of `ready` instead of walking past everything that is
-- held. Who holds whom is said once, in the view `claimable_event`; triggers keep `ready` in step with `event`.

-- The lanes by their numbers; a smaller number goes first.
CREATE TABLE lane (
    number INTEGER PRIMARY KEY,
    name   TEXT    NOT NULL UNIQUE
) STRICT;

INSERT INTO lane (number, name) VALUES (0, 'compliance'), (1, 'signal'), (2, 'lead'), (3, 'activity'), (4, 'bulk');

-- The claim's candidates. Whatever is claimable is here, or shares a person or contact with an event that is; a row that
-- has become held since is dropped by the claim that finds it, and put back when what holds it goes.
CREATE TABLE ready (
    event_id INTEGER PRIMARY KEY,
    rank     INTEGER NOT NULL,       -- the most urgent lane among the person's waiting events: lanes rank people
    since    INTEGER NOT NULL        -- event.available_at
) STRICT;

-- The order of the claim.
CREATE INDEX ready_order ON ready (rank, since, event_id);

-- Whether events of another person name the same contact: after a change of address, or where one came without an address.
-- Two events of one person hold each other by the person; only these must be looked up by the contact as well.
ALTER TABLE event ADD COLUMN contact_shared INTEGER NOT NULL DEFAULT 0 CHECK (contact_shared IN (0, 1));

UPDATE event SET contact_shared = 1 WHERE contact_id IN (
    SELECT contact_id FROM event WHERE contact_id IS NOT NULL GROUP BY contact_id
    HAVING count(DISTINCT coalesce(person, '')) > 1);

-- These held the state, so that every claim and every end of a try rewrote an entry of each.
DROP INDEX event_ready;
DROP INDEX event_by_person;
DROP INDEX event_by_contact;
DROP INDEX event_by_previous_person;
DROP INDEX event_leased;

-- People ask for a person's history; the look-back asks for a contact's person.
CREATE INDEX event_by_person ON event (person, occurred_at, id);
CREATE INDEX event_by_contact ON event (contact_id, id);

-- Whether somebody has something earlier, and which event is the next.
CREATE INDEX event_waiting_by_person ON event (person, opt_out, lane, occurred_at, id)
WHERE state IN ('available', 'retryable');
CREATE INDEX event_waiting_by_contact ON event (contact_id, opt_out, occurred_at, id)
WHERE state IN ('available', 'retryable') AND contact_shared = 1;
CREATE INDEX event_waiting_by_previous_person ON event (previous_person, occurred_at, id)
WHERE state IN ('available', 'retryable') AND previous_person IS NOT NULL;

-- Whether somebody is busy, and who holds what: as short as what is in hand.
CREATE INDEX event_running_by_person ON event (person) WHERE state = 'running';
CREATE INDEX event_running_by_contact ON event (contact_id) WHERE state = 'running' AND contact_shared = 1;
CREATE INDEX event_running_by_previous_person ON event (previous_person)
WHERE state = 'running' AND previous_person IS NOT NULL;

-- The depths and ages of the queue, without the history.
CREATE INDEX event_open ON event (lane, state, received_at) WHERE finalized_at IS NULL;

-- What may be claimed now: available events of whom nothing is running, by person or contact, and nothing earlier waits. An
-- opt-out waits only for a running one; snoozed, dead and finished events hold nothing back. An event that changes an
-- address holds both. `rank` is the lane in which the person waits; what is not of the compliance lane itself gets no further
-- than the next one, so that nothing stands between an opt-out and its place.
CREATE VIEW claimable_event AS
SELECT
    e.id,
    e.lane,
    e.available_at AS since,
    CASE WHEN e.lane = 0 OR e.person IS NULL THEN e.lane ELSE (
        SELECT max(l.number, 1) FROM lane AS l
        WHERE EXISTS (
            SELECT 1 FROM event AS w
            WHERE w.person = e.person AND w.opt_out = 0 AND w.lane = l.number AND w.state IN ('available', 'retryable'))
        ORDER BY l.number LIMIT 1
    ) END AS rank
FROM event AS e
WHERE e.state = 'available'
    AND NOT EXISTS (SELECT 1 FROM event AS r WHERE r.person = e.person AND r.state = 'running')
    AND NOT EXISTS (SELECT 1 FROM event AS r WHERE r.contact_id = e.contact_id AND r.contact_shared = 1 AND r.state = 'running')
    AND NOT EXISTS (SELECT 1 FROM event AS r WHERE r.previous_person = e.person AND r.state = 'running')
    AND (e.previous_person IS NULL OR (
        NOT EXISTS (SELECT 1 FROM event AS r WHERE r.person = e.previous_person AND r.state = 'running')
        AND NOT EXISTS (SELECT 1 FROM event AS r WHERE r.previous_person = e.previous_person AND r.state = 'running')))
    AND (e.opt_out = 1 OR (
        NOT EXISTS (
            SELECT 1 FROM event AS w
            WHERE w.person = e.person AND w.opt_out = 1 AND w.lane = 0 AND w.state IN ('available', 'retryable')
                AND (w.occurred_at, w.id) < (e.occurred_at, e.id))
        AND NOT EXISTS (
            SELECT 1 FROM lane AS l WHERE EXISTS (
                SELECT 1 FROM event AS w
                WHERE w.person = e.person AND w.opt_out = 0 AND w.lane = l.number AND w.state IN ('available', 'retryable')
                    AND (w.occurred_at, w.id) < (e.occurred_at, e.id)))
        AND NOT EXISTS (
            SELECT 1 FROM event AS w
            WHERE w.contact_id = e.contact_id AND w.contact_shared = 1 AND w.opt_out IN (0, 1)
                AND w.state IN ('available', 'retryable') AND (w.occurred_at, w.id) < (e.occurred_at, e.id))
        AND NOT EXISTS (
            SELECT 1 FROM event AS w
            WHERE w.previous_person = e.person AND w.state IN ('available', 'retryable')
                AND (w.occurred_at, w.id) < (e.occurred_at, e.id))
        AND (e.previous_person IS NULL OR (
            NOT EXISTS (
                SELECT 1 FROM event AS w
                WHERE w.person = e.previous_person AND w.opt_out = 1 AND w.lane = 0
                    AND w.state IN ('available', 'retryable') AND (w.occurred_at, w.id) < (e.occurred_at, e.id))
            AND NOT EXISTS (
                SELECT 1 FROM lane AS l WHERE EXISTS (
                    SELECT 1 FROM event AS w
                    WHERE w.person = e.previous_person AND w.opt_out = 0 AND w.lane = l.number
                        AND w.state IN ('available', 'retryable') AND (w.occurred_at, w.id) < (e.occurred_at, e.id)))
            AND NOT EXISTS (
                SELECT 1 FROM event AS w
                WHERE w.previous_person = e.previous_person AND w.state IN ('available', 'retryable')
                    AND (w.occurred_at, w.id) < (e.occurred_at, e.id))))
    ));

PRAGMA user_version = 6;
