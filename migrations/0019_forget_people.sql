-- What an erasure takes away, and what it leaves: rows that say that something happened, and nobody's name.

-- When a person's data was taken out of the event; its names are NULL from then on.
ALTER TABLE event ADD COLUMN erased_at INTEGER;

-- People who were erased and had opted out: they stay so under every name that was known. `hash` is HMAC-SHA-256 of the name
-- (the address, or contact:ID) with a key that is made from the journal's; nobody who lacks that can look a name up.
CREATE TABLE erased_person (
    hash        BLOB    PRIMARY KEY CHECK (length(hash) = 32),
    occurred_at INTEGER NOT NULL,          -- of the last opt-out
    source      TEXT    NOT NULL,
    reason      TEXT,                      -- unsubscribe, complaint, …
    erased_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER erased_person_refuses_delete BEFORE DELETE ON erased_person
BEGIN
    SELECT RAISE(ABORT, 'an opt-out is kept, the person''s hash with it');
END;

-- The names of people whose erasure is under way, so that one that was interrupted finds all of them again. Empty otherwise.
CREATE TABLE erasure (
    name       TEXT    PRIMARY KEY,
    started_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The addresses that a person had before. (With the second condition no claim takes it for its own, shorter ones.)
CREATE INDEX event_by_previous_person ON event (previous_person) WHERE previous_person IS NOT NULL AND erased_at IS NULL;

-- A worker or a command that had read the event before must not bring anything back.
CREATE TRIGGER event_stays_erased
AFTER UPDATE OF person, previous_person, contact_id, payload, last_error, erased_at ON event
WHEN OLD.erased_at IS NOT NULL AND (
    NEW.person IS NOT NULL OR NEW.previous_person IS NOT NULL OR NEW.contact_id IS NOT NULL OR NEW.last_error IS NOT NULL
    OR NEW.payload IS NOT OLD.payload OR NEW.erased_at IS NULL)
BEGIN
    SELECT RAISE(ABORT, 'this event was erased, and stays so');
END;

DROP TRIGGER attempt_refuses_update;

-- One change is allowed: an erasure empties the texts.
CREATE TRIGGER attempt_refuses_update BEFORE UPDATE ON attempt
WHEN NEW.id IS NOT OLD.id
    OR NEW.event_id IS NOT OLD.event_id
    OR NEW.claim IS NOT OLD.claim
    OR NEW.number IS NOT OLD.number
    OR NEW.worker IS NOT OLD.worker
    OR NEW.started_at IS NOT OLD.started_at
    OR NEW.finished_at IS NOT OLD.finished_at
    OR NEW.outcome IS NOT OLD.outcome
    OR NEW.error_class IS NOT OLD.error_class
    OR NEW.requests_used IS NOT OLD.requests_used
    OR (NEW.error_text IS NOT OLD.error_text AND NEW.error_text IS NOT NULL)
    OR (NEW.choice IS NOT OLD.choice AND NEW.choice IS NOT NULL)
BEGIN
    SELECT RAISE(ABORT, 'attempt is append-only: only erase empties its texts');
END;

DROP TRIGGER decision_refuses_update;

-- One change is allowed: an erasure takes names out of the texts, and leaves a mark where they were.
CREATE TRIGGER decision_refuses_update BEFORE UPDATE ON decision
WHEN NEW.id IS NOT OLD.id
    OR NEW.event_id IS NOT OLD.event_id
    OR NEW.decided_at IS NOT OLD.decided_at
    OR NEW.decision IS NOT OLD.decision
    OR NEW.from_state IS NOT OLD.from_state
    OR NEW.attempts IS NOT OLD.attempts
    OR NEW.from_raw IS NOT OLD.from_raw
    OR NEW.redrive IS NOT OLD.redrive
    OR (NEW.reason IS NOT OLD.reason AND coalesce(instr(NEW.reason, '(erased)'), 0) = 0)
    OR (NEW.detail IS NOT OLD.detail AND NEW.detail IS NOT NULL)
BEGIN
    SELECT RAISE(ABORT, 'decision is append-only: only erase takes names out of its texts');
END;

DROP TRIGGER consent_change_refuses_update;

-- An erasure takes person and salt away, and a reason in words; the row and its link stay.
CREATE TRIGGER consent_change_refuses_update BEFORE UPDATE ON consent_change
WHEN NEW.id IS NOT OLD.id
    OR NEW.recorded_at IS NOT OLD.recorded_at
    OR NEW.occurred_at IS NOT OLD.occurred_at
    OR NEW.source IS NOT OLD.source
    OR NEW.list_id IS NOT OLD.list_id
    OR NEW.change IS NOT OLD.change
    OR (NEW.reason IS NOT OLD.reason AND NEW.reason IS NOT NULL)
    OR NEW.event_id IS NOT OLD.event_id
    OR NEW.digest IS NOT OLD.digest
    OR NEW.chain IS NOT OLD.chain
    OR NEW.person IS NOT NULL
    OR NEW.salt IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'consent_change is append-only: only erase takes the person away');
END;

PRAGMA user_version = 19;
