-- The scheduler of GetResponse requests: who a request was for, whom a list page can help, and what each way has saved.

-- Whose share of the budget a request came from: a lane of the queue, or what keeps the whole thing in order (reconcile, drift
-- checks, operators' commands).
ALTER TABLE api_request ADD COLUMN share TEXT NOT NULL DEFAULT 'lead'
    CHECK (share IN ('upkeep', 'signal', 'lead', 'activity', 'bulk'));

-- How much of its own share upkeep has used in the window.
CREATE INDEX api_request_upkeep ON api_request (boot_id, granted_boot) WHERE share = 'upkeep';

-- When a page of the contact's list was last read for it, whether the contact was on it or not; `fetched_at` is of single
-- fetches only, since a page carries neither tags nor custom fields.
ALTER TABLE profile ADD COLUMN listed_at INTEGER;

-- What was fetched lately is used again.
CREATE INDEX profile_by_fetch ON profile (fetched_at) WHERE details IS NOT NULL;

-- The order of the fetches: signals and leads before history.
DROP INDEX event_waits_for_profile;
CREATE INDEX event_waits_for_profile ON event (lane, available_at, id) WHERE waits_for = 'profile';

-- Which waiting event of a contact a stored profile wakes.
CREATE INDEX event_profile_of ON event (contact_id) WHERE waits_for = 'profile';

-- Whom a page of the list gives all that is missing: the callback carried tags and custom fields itself.
CREATE INDEX event_listable ON event (list_id, received_at)
WHERE waits_for = 'profile' AND list_id IS NOT NULL
    AND json_type(payload, '$.contact.tags') IS NOT NULL AND json_type(payload, '$.contact.customFields') IS NOT NULL;

-- How contacts got their details, for `status` and the metrics.
--
-- carried: the callback had everything.         shared: a request that was made for another event of the contact.
-- reused: a profile that was fetched lately.    listed: a page of the list.    fetched: a request of its own.
-- gone: GetResponse has no such contact any more.
CREATE TABLE profile_tally (
    way      TEXT    PRIMARY KEY CHECK (way IN ('carried', 'shared', 'reused', 'listed', 'fetched', 'gone')),
    contacts INTEGER NOT NULL DEFAULT 0 CHECK (contacts >= 0)
) STRICT;

INSERT INTO profile_tally (way) VALUES ('carried'), ('shared'), ('reused'), ('listed'), ('fetched'), ('gone');

-- A subscribe that completes either needs no fetch, or finds another event of the contact waiting for the same one.
CREATE TRIGGER event_counts_profile_way AFTER UPDATE OF state ON event
WHEN NEW.state = 'completed' AND OLD.state <> 'completed' AND NEW.action = 'subscribe' AND NEW.outcome = 'applied'
    AND NEW.contact_id IS NOT NULL
BEGIN
    UPDATE profile_tally SET contacts = contacts + 1
    WHERE way = CASE
        WHEN json_type(NEW.payload, '$.contact.tags') IS NOT NULL
            AND json_type(NEW.payload, '$.contact.customFields') IS NOT NULL
            AND json_type(NEW.payload, '$.contact.name') IS NOT NULL
            AND json_type(NEW.payload, '$.contact.createdOn') IS NOT NULL THEN 'carried'
        WHEN EXISTS (SELECT 1 FROM event AS w WHERE w.contact_id = NEW.contact_id AND w.waits_for = 'profile') THEN 'shared'
    END;
END;

PRAGMA user_version = 9;
