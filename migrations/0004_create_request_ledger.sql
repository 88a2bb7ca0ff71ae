-- GetResponse: the ledger that the hourly cap is counted from, and what was fetched.

-- One row a GetResponse request, committed before it is sent. A grant that is not used within two seconds is not sent any
-- more, and stays spent. Rows of this boot count by the boot clock, others by wall time.
CREATE TABLE api_request (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    purpose      TEXT    NOT NULL,           -- contact, contacts, campaigns, search, account, …
    granted_at   INTEGER NOT NULL,
    boot_id      TEXT    NOT NULL,
    granted_boot INTEGER NOT NULL,           -- milliseconds of CLOCK_BOOTTIME
    worker       TEXT    NOT NULL,
    event_id     INTEGER REFERENCES event (id),
    status       INTEGER,                    -- the HTTP status, once answered
    finished_at  INTEGER
) STRICT;

-- The window is counted by either clock.
CREATE INDEX api_request_by_time ON api_request (granted_at);
CREATE INDEX api_request_by_boot ON api_request (boot_id, granted_boot);

-- For what an event has spent.
CREATE INDEX api_request_by_event ON api_request (event_id) WHERE event_id IS NOT NULL;

-- Contact details as last fetched; NULL details with a fetched_at: GetResponse says that there is no such contact.
CREATE TABLE profile (
    contact_id TEXT    PRIMARY KEY,
    person     TEXT,
    fetched_at INTEGER,
    details    TEXT    CHECK (details IS NULL OR json_valid(details)),
    failures   INTEGER NOT NULL DEFAULT 0   -- fetches without a profile since the last that brought one
) STRICT;

CREATE INDEX profile_by_person ON profile (person);

-- The score ledger: each rule fires once an event, the sum is what is written.
CREATE TABLE score (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    person    TEXT    NOT NULL,
    rule      TEXT    NOT NULL,
    event_id  INTEGER NOT NULL REFERENCES event (id),
    points    REAL    NOT NULL,
    scored_at INTEGER NOT NULL,
    UNIQUE (event_id, rule)
) STRICT;

CREATE INDEX score_by_person ON score (person);

PRAGMA user_version = 4;
