-- What was meant to change in Salesforce, what did, and what we know of each person's consent.

-- One intended change, written before its request is sent.
--
-- planned: decided.  sent: the request may have left.  confirmed: Salesforce said yes.  failed: it said no.
-- unknown: the answer was lost; it is settled by key or by looking before anything is sent again.
CREATE TABLE effect (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    idempotency_key TEXT    NOT NULL UNIQUE,
    request_id      TEXT,                      -- effects of one HTTP request share it
    kind            TEXT    NOT NULL,          -- lead.upsert, optout.lead, optout.contact, task.create, …
    person          TEXT,
    object          TEXT    NOT NULL,          -- Lead, Contact, Task, CampaignMember
    record_id       TEXT,                      -- the Salesforce id, once known
    external_key    TEXT,                      -- the external id's value where the target is named by it
    fields          TEXT    NOT NULL CHECK (json_valid(fields)),  -- what was sent
    before          TEXT    NOT NULL CHECK (json_valid(before)),  -- what those fields held when last read
    mapping_version TEXT    NOT NULL,
    state           TEXT    NOT NULL CHECK (state IN ('planned', 'sent', 'confirmed', 'failed', 'unknown')),
    status_code     INTEGER,
    created_record  INTEGER CHECK (created_record IN (0, 1)),
    error_text      TEXT,
    planned_at      INTEGER NOT NULL,
    sent_at         INTEGER,
    confirmed_at    INTEGER,
    verified_at     INTEGER,                   -- when a read-back showed the value in place
    CHECK (state <> 'confirmed' OR confirmed_at IS NOT NULL),
    CHECK (verified_at IS NULL OR state = 'confirmed')
) STRICT;

-- What is still open after a crash, and what was sent for a person.
CREATE INDEX effect_open ON effect (id) WHERE state IN ('planned', 'sent', 'unknown');
CREATE INDEX effect_by_person ON effect (person, planned_at);
CREATE INDEX effect_by_record ON effect (record_id);

-- Which events an effect serves (one write can serve several).
CREATE TABLE effect_event (
    effect_id INTEGER NOT NULL REFERENCES effect (id),
    event_id  INTEGER NOT NULL REFERENCES event (id),
    PRIMARY KEY (event_id, effect_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX effect_event_by_effect ON effect_event (effect_id);

-- Every change of a person's consent with its cause; append-only and chained like `callback`.
CREATE TABLE consent_change (
    id          INTEGER PRIMARY KEY,
    recorded_at INTEGER NOT NULL,
    occurred_at INTEGER NOT NULL,
    source      TEXT    NOT NULL,
    person      TEXT,                          -- NULL once erased
    list_id     TEXT,                          -- NULL: every list
    change      TEXT    NOT NULL CHECK (change IN ('subscribed', 'opted_out')),
    reason      TEXT,
    event_id    INTEGER REFERENCES event (id),
    salt        BLOB,
    digest      BLOB    NOT NULL CHECK (length(digest) = 32),
    chain       BLOB    NOT NULL CHECK (length(chain) = 32),
    CHECK ((person IS NULL) = (salt IS NULL))
) STRICT;

CREATE INDEX consent_change_by_person ON consent_change (person, occurred_at);

-- A replayed event does not change consent a second time.
CREATE UNIQUE INDEX consent_change_once_per_event ON consent_change (event_id) WHERE event_id IS NOT NULL;

CREATE TRIGGER consent_change_appends_at_the_end BEFORE INSERT ON consent_change
WHEN NEW.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM consent_change)
    OR EXISTS (SELECT 1 FROM consent_change WHERE event_id = NEW.event_id)  -- REPLACE would delete that row unseen
BEGIN
    SELECT RAISE(ABORT, 'consent_change is append-only: the next id is the last one plus one, and an event has one change');
END;

CREATE TRIGGER consent_change_refuses_delete BEFORE DELETE ON consent_change
BEGIN
    SELECT RAISE(ABORT, 'consent_change is append-only');
END;

-- Only an erasure may touch a row: it empties the person and the salt.
CREATE TRIGGER consent_change_refuses_update BEFORE UPDATE ON consent_change
WHEN NEW.id IS NOT OLD.id
    OR NEW.recorded_at IS NOT OLD.recorded_at
    OR NEW.occurred_at IS NOT OLD.occurred_at
    OR NEW.source IS NOT OLD.source
    OR NEW.list_id IS NOT OLD.list_id
    OR NEW.change IS NOT OLD.change
    OR NEW.reason IS NOT OLD.reason
    OR NEW.event_id IS NOT OLD.event_id
    OR NEW.digest IS NOT OLD.digest
    OR NEW.chain IS NOT OLD.chain
    OR NEW.person IS NOT NULL
    OR NEW.salt IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'consent_change is append-only');
END;

-- The state that follows from the changes: one row a person and list.
CREATE TABLE consent (
    person       TEXT    NOT NULL,
    list_id      TEXT    NOT NULL,             -- '' where the list is not known
    state        TEXT    NOT NULL CHECK (state IN ('subscribed', 'opted_out')),
    occurred_at  INTEGER NOT NULL,
    reason       TEXT,
    event_id     INTEGER REFERENCES event (id),
    PRIMARY KEY (person, list_id)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 3;
