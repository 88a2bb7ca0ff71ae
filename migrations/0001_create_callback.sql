-- The journal of raw deliveries, and small state that must survive a restart.
-- Times are INTEGER milliseconds since 1970 UTC in every table.

-- Every authenticated delivery as it was received, and every row that a backfill, a reconcile or a poll produced.
-- Ids have no gaps. `digest` is SHA-256(salt || contents); `chain` is HMAC-SHA-256(journal key, chain of the row before
-- || id || received_at || source || digest), so that a changed, missing or inserted row shows.
CREATE TABLE callback (
    id             INTEGER PRIMARY KEY,
    received_at    INTEGER NOT NULL,
    source         TEXT    NOT NULL CHECK (source IN ('getresponse', 'zapier', 'backfill', 'reconcile', 'poll')),
    method         TEXT    NOT NULL,
    query          TEXT,             -- as received, the token cut out
    content_type   TEXT,
    webhook_id     TEXT,             -- X-Webhook-ID: the same for every try of one delivery
    webhook_type   TEXT,             -- X-Webhook-Type
    body           BLOB,
    remote_address TEXT,
    token_label    TEXT,             -- which token let it in
    state          TEXT    NOT NULL CHECK (state IN ('received', 'decoded', 'malformed', 'pruned', 'erased')),
    salt           BLOB,
    digest         BLOB    NOT NULL CHECK (length(digest) = 32),
    chain          BLOB    NOT NULL CHECK (length(chain) = 32),
    CHECK (state NOT IN ('pruned', 'erased') OR (body IS NULL AND query IS NULL AND remote_address IS NULL AND salt IS NULL)),
    CHECK (state IN ('pruned', 'erased') OR salt IS NOT NULL)
) STRICT;

-- For the audit by day and for retention.
CREATE INDEX callback_by_time ON callback (received_at);

-- A row is only ever appended at the end: no gap, no second row of an id (which REPLACE would otherwise slip in).
CREATE TRIGGER callback_appends_at_the_end BEFORE INSERT ON callback
WHEN NEW.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM callback)
BEGIN
    SELECT RAISE(ABORT, 'callback is append-only: the next id is the last one plus one');
END;

CREATE TRIGGER callback_refuses_delete BEFORE DELETE ON callback
BEGIN
    SELECT RAISE(ABORT, 'callback is append-only: rows are pruned or erased, never deleted');
END;

-- Two changes are allowed: received -> decoded, and prune or erase, which empty body, query, address and salt.
CREATE TRIGGER callback_refuses_update BEFORE UPDATE ON callback
WHEN NEW.id IS NOT OLD.id
    OR NEW.received_at IS NOT OLD.received_at
    OR NEW.source IS NOT OLD.source
    OR NEW.method IS NOT OLD.method
    OR NEW.content_type IS NOT OLD.content_type
    OR NEW.webhook_id IS NOT OLD.webhook_id
    OR NEW.webhook_type IS NOT OLD.webhook_type
    OR NEW.token_label IS NOT OLD.token_label
    OR NEW.digest IS NOT OLD.digest
    OR NEW.chain IS NOT OLD.chain
    OR (NEW.state NOT IN ('pruned', 'erased') AND (
        NEW.query IS NOT OLD.query OR NEW.body IS NOT OLD.body
        OR NEW.remote_address IS NOT OLD.remote_address OR NEW.salt IS NOT OLD.salt
        OR (NEW.state IS NOT OLD.state AND NOT (OLD.state = 'received' AND NEW.state = 'decoded'))
    ))
    OR (OLD.state = 'erased' AND NEW.state IS NOT OLD.state)
BEGIN
    SELECT RAISE(ABORT, 'callback is append-only: only its decode state may change, or prune and erase empty it');
END;

-- State that must survive a restart and that every process may read: pauses, deadlines, versions. `value` is JSON.
CREATE TABLE setting (
    key        TEXT    PRIMARY KEY,
    value      TEXT    NOT NULL CHECK (json_valid(value)),
    updated_at INTEGER NOT NULL
) STRICT;

-- How far a reader of something has come: `decode` is the last decoded callback, the pollers keep their cursors here.
CREATE TABLE checkpoint (
    name       TEXT    PRIMARY KEY,
    value      TEXT    NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

INSERT INTO checkpoint (name, value, updated_at) VALUES ('decode', '0', 0);

PRAGMA user_version = 1;
