-- What a pause holds up waits for the end of that pause, and not for the clock: each event is tried once and then let go when the
-- fault is mended, instead of coming due again and again while it lasts.

-- The pause's name, as in `setting` after `pause:`; only of a snoozed event.
ALTER TABLE event ADD COLUMN held_by TEXT;

-- What becomes ready when its time comes; the opt-outs among it are asked for first.
DROP INDEX event_due;
CREATE INDEX event_due ON event (available_at)
WHERE state IN ('retryable', 'snoozed') AND waits_for IS NULL AND held_by IS NULL;
CREATE INDEX event_due_compliance ON event (available_at)
WHERE state IN ('retryable', 'snoozed') AND waits_for IS NULL AND held_by IS NULL AND lane = 0;

-- What a pause holds, in the order in which it is let go.
CREATE INDEX event_held ON event (held_by, lane, occurred_at, id) WHERE state = 'snoozed' AND held_by IS NOT NULL;

PRAGMA user_version = 14;
