-- Who holds whom is looked up by the person's number.

DROP INDEX event_waiting_by_person;
DROP INDEX event_running_by_person;

-- Whether somebody has something earlier, and which event is the next.
CREATE INDEX event_waiting_by_person ON event (person_number, opt_out, lane, occurred_at, id)
WHERE state IN ('available', 'retryable') AND person_number IS NOT NULL;

-- Whether somebody is busy, and who holds what: as short as what is in hand.
CREATE INDEX event_running_by_person ON event (person_number) WHERE state = 'running';

-- What may be claimed now: available events of whom nothing is running, by person or contact, and nothing earlier waits. An
-- opt-out waits only for a running one; snoozed, dead and finished events hold nothing back. An event that changes an
-- address holds both. `rank` is the lane in which the person waits; what is not of the compliance lane itself gets no further
-- than the next one, so that nothing stands between an opt-out and its place. The usual event, whose person has nothing else
-- waiting and whose contact nobody shares, is told after four looks.
DROP VIEW claimable_event;

CREATE VIEW claimable_event AS
SELECT
    e.id,
    e.lane,
    e.available_at AS since,
    CASE WHEN e.lane = 0 OR e.person IS NULL THEN e.lane ELSE coalesce((
        SELECT max(l.number, 1) FROM lane AS l
        WHERE EXISTS (
            SELECT 1 FROM event AS w
            WHERE w.person_number = e.person_number AND w.opt_out = 0 AND w.lane = l.number
                AND w.state IN ('available', 'retryable'))
        ORDER BY l.number LIMIT 1
    ), e.lane) END AS rank
FROM event AS e
WHERE e.state = 'available'
    AND NOT EXISTS (SELECT 1 FROM event AS r WHERE r.person_number = e.person_number AND r.state = 'running')
    AND NOT EXISTS (SELECT 1 FROM event AS r WHERE r.previous_person = e.person AND r.state = 'running')
    AND (e.contact_shared = 0 OR NOT EXISTS (
        SELECT 1 FROM event AS r WHERE r.contact_id = e.contact_id AND r.contact_shared = 1 AND r.state = 'running'))
    AND (e.previous_person IS NULL OR (
        NOT EXISTS (
            SELECT 1 FROM event AS r
            WHERE r.person_number = (SELECT p.person_number FROM event AS p WHERE p.person = e.previous_person LIMIT 1)
                AND r.state = 'running')
        AND NOT EXISTS (SELECT 1 FROM event AS r WHERE r.previous_person = e.previous_person AND r.state = 'running')))
    AND (e.opt_out = 1 OR (
        (
            NOT EXISTS (
                SELECT 1 FROM event AS w
                WHERE w.person_number = e.person_number AND w.state IN ('available', 'retryable') AND w.id <> e.id)
            OR (
                NOT EXISTS (
                    SELECT 1 FROM event AS w
                    WHERE w.person_number = e.person_number AND w.opt_out = 1 AND w.lane = 0
                        AND w.state IN ('available', 'retryable') AND (w.occurred_at, w.id) < (e.occurred_at, e.id))
                AND NOT EXISTS (
                    SELECT 1 FROM lane AS l WHERE EXISTS (
                        SELECT 1 FROM event AS w
                        WHERE w.person_number = e.person_number AND w.opt_out = 0 AND w.lane = l.number
                            AND w.state IN ('available', 'retryable') AND (w.occurred_at, w.id) < (e.occurred_at, e.id)))))
        AND NOT EXISTS (
            SELECT 1 FROM event AS w
            WHERE w.previous_person = e.person AND w.state IN ('available', 'retryable')
                AND (w.occurred_at, w.id) < (e.occurred_at, e.id))
        AND (e.contact_shared = 0 OR NOT EXISTS (
            SELECT 1 FROM event AS w
            WHERE w.contact_id = e.contact_id AND w.contact_shared = 1 AND w.opt_out IN (0, 1)
                AND w.state IN ('available', 'retryable') AND (w.occurred_at, w.id) < (e.occurred_at, e.id)))
        AND (e.previous_person IS NULL OR (
            NOT EXISTS (
                SELECT 1 FROM event AS w
                WHERE w.person_number = (SELECT p.person_number FROM event AS p WHERE p.person = e.previous_person LIMIT 1)
                    AND w.opt_out = 1 AND w.lane = 0
                    AND w.state IN ('available', 'retryable') AND (w.occurred_at, w.id) < (e.occurred_at, e.id))
            AND NOT EXISTS (
                SELECT 1 FROM lane AS l WHERE EXISTS (
                    SELECT 1 FROM event AS w
                    WHERE w.person_number = (SELECT p.person_number FROM event AS p WHERE p.person = e.previous_person LIMIT 1)
                        AND w.opt_out = 0 AND w.lane = l.number
                        AND w.state IN ('available', 'retryable') AND (w.occurred_at, w.id) < (e.occurred_at, e.id)))
            AND NOT EXISTS (
                SELECT 1 FROM event AS w
                WHERE w.previous_person = e.previous_person AND w.state IN ('available', 'retryable')
                    AND (w.occurred_at, w.id) < (e.occurred_at, e.id))))
    ));

PRAGMA user_version = 12;
