-- The queue: what was decoded from the callbacks, who holds it, and every try.

-- One decoded thing that happened to one contact.
--
-- available: may be claimed.   running: claimed, under a lease.   retryable: waits for its backoff.
-- snoozed: waits for budget or the end of a pause, at no cost.    completed: done, `outcome` says how.
-- dead: a dead letter, needs a person.                            discarded: given up by a person, with a reason.
CREATE TABLE event (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    idempotency_key  TEXT    NOT NULL UNIQUE,  -- a second telling of the same event can't become a second row
    content_key      TEXT    NOT NULL,         -- hash of what it says, without times: finds tellings without an id
    content_seen_at  INTEGER NOT NULL,         -- when that content was last received; the look-back slides with it
    action           TEXT    NOT NULL,
    source           TEXT    NOT NULL CHECK (source IN ('getresponse', 'zapier', 'backfill', 'reconcile', 'poll')),
    person           TEXT,                     -- normalised e-mail, or contact:ID; NULL where it is about nobody
    previous_person  TEXT,                     -- the address before a contact_email_changed: both are held
    contact_id       TEXT,
    list_id          TEXT,
    occurred_at      INTEGER NOT NULL,
    received_at      INTEGER NOT NULL,
    payload          TEXT    NOT NULL CHECK (json_valid(payload)),
    lane             INTEGER NOT NULL CHECK (lane BETWEEN 0 AND 4),
    opt_out          INTEGER NOT NULL CHECK (opt_out IN (0, 1)),
    state            TEXT    NOT NULL CHECK (state IN
        ('available', 'running', 'retryable', 'snoozed', 'completed', 'dead', 'discarded')),
    claim            INTEGER NOT NULL DEFAULT 0 CHECK (claim >= 0),    -- the fence: grows at every claim
    attempt          INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),  -- charged tries only
    redrive          INTEGER NOT NULL DEFAULT 0 CHECK (redrive >= 0),  -- generation of forced replays
    available_at     INTEGER NOT NULL,
    waits_for        TEXT    CHECK (waits_for IN ('profile')),  -- what a snoozed event waits for beside the clock
    claimed_at       INTEGER,
    lease_owner      TEXT,
    lease_until      INTEGER,                  -- wall time, for people and after a reboot
    lease_boot_id    TEXT,                     -- within this boot the lease counts by the boot clock
    lease_until_boot INTEGER,
    outcome          TEXT,                     -- how it was completed: applied, ignored, noTarget, unknownPerson, …
    last_error       TEXT,
    discard_reason   TEXT,                     -- why a person gave it up
    accepted_reason  TEXT,                     -- a person accepts that an opt-out could not be carried out
    finalized_at     INTEGER,
    CHECK ((state IN ('completed', 'dead', 'discarded')) = (finalized_at IS NOT NULL)),
    CHECK ((state = 'running') = (lease_owner IS NOT NULL)),
    CHECK ((state = 'running') = (lease_until IS NOT NULL)),
    CHECK (state <> 'completed' OR outcome IS NOT NULL),
    CHECK (waits_for IS NULL OR state = 'snoozed'),
    CHECK ((state = 'discarded') = (discard_reason IS NOT NULL))
) STRICT;

-- The claim walks it: what is ready, in order of lane, then of due time.
CREATE INDEX event_ready ON event (lane, available_at, id) WHERE state = 'available';

-- What becomes ready when its time comes.
CREATE INDEX event_due ON event (available_at) WHERE state IN ('retryable', 'snoozed') AND waits_for IS NULL;

-- What waits for a contact's details from GetResponse: nobody is held meanwhile.
CREATE INDEX event_waits_for_profile ON event (available_at, id) WHERE waits_for = 'profile';

-- Who holds what: lease renewal and rescue.
CREATE INDEX event_leased ON event (lease_owner) WHERE state = 'running';

-- The claim asks whether the person is busy or has something earlier; people ask for a person's history.
CREATE INDEX event_by_person ON event (person, state, occurred_at, id);
CREATE INDEX event_by_contact ON event (contact_id, state, occurred_at, id);
CREATE INDEX event_by_previous_person ON event (previous_person, state, occurred_at, id) WHERE previous_person IS NOT NULL;

-- The look-back for a second telling without an id.
CREATE INDEX event_by_content ON event (content_key, content_seen_at);

-- The opt-out audit by time and, for reading it page by page, by id; and the count of those that are not confirmed.
CREATE INDEX event_opt_out ON event (received_at) WHERE opt_out = 1;
CREATE INDEX event_opt_out_by_id ON event (id, received_at) WHERE opt_out = 1;
CREATE INDEX event_opt_out_open ON event (received_at) WHERE opt_out = 1 AND state <> 'completed';

-- The dead letters, newest last.
CREATE INDEX event_dead ON event (finalized_at) WHERE state = 'dead';

-- The fence never goes back, or a zombie could record over the new owner.
CREATE TRIGGER event_claim_only_grows BEFORE UPDATE OF claim ON event
WHEN NEW.claim < OLD.claim
BEGIN
    SELECT RAISE(ABORT, 'event.claim never goes back');
END;

-- Which event each element of a delivery became; a duplicate points at the event that was there before.
CREATE TABLE delivery (
    callback_id INTEGER NOT NULL REFERENCES callback (id),
    position    INTEGER NOT NULL CHECK (position >= 0),  -- place in the delivery's array, 0 for a single object
    event_id    INTEGER NOT NULL REFERENCES event (id),
    duplicate   INTEGER NOT NULL CHECK (duplicate IN (0, 1)),
    PRIMARY KEY (callback_id, position)
) STRICT, WITHOUT ROWID;

-- From an event back to everything that told it.
CREATE INDEX delivery_by_event ON delivery (event_id);

-- One row a try, written when the try is over; a try whose worker died is written by its rescuer, outcome `lost`.
CREATE TABLE attempt (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id      INTEGER NOT NULL REFERENCES event (id),
    claim         INTEGER NOT NULL,
    number        INTEGER NOT NULL,          -- event.attempt at that time; a try that cost nothing repeats the number
    worker        TEXT    NOT NULL,
    started_at    INTEGER NOT NULL,
    finished_at   INTEGER NOT NULL,
    outcome       TEXT    NOT NULL CHECK (outcome IN ('completed', 'retry', 'snoozed', 'dead', 'lost', 'interrupted')),
    error_class   TEXT    CHECK (error_class IN ('transient', 'throttled', 'quota', 'lost_answer', 'data', 'configuration')),
    error_text    TEXT,
    requests_used INTEGER NOT NULL DEFAULT 0,  -- GetResponse requests
    UNIQUE (event_id, claim)                   -- one outcome a claim
) STRICT;

CREATE TRIGGER attempt_refuses_update BEFORE UPDATE ON attempt
BEGIN
    SELECT RAISE(ABORT, 'attempt is append-only');
END;

CREATE TRIGGER attempt_refuses_delete BEFORE DELETE ON attempt
BEGIN
    SELECT RAISE(ABORT, 'attempt is append-only');
END;

-- REPLACE would delete a row without asking the trigger above.
CREATE TRIGGER attempt_refuses_replace BEFORE INSERT ON attempt
WHEN EXISTS (SELECT 1 FROM attempt WHERE id = NEW.id OR (event_id = NEW.event_id AND claim = NEW.claim))
BEGIN
    SELECT RAISE(ABORT, 'attempt is append-only: a claim has one outcome');
END;

PRAGMA user_version = 2;
