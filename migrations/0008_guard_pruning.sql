-- Pruning: what may be taken away once it is old, and what never.
--
-- Rows of `callback`, `event`, `attempt`, `delivery` and `consent_change` stay for ever: who was told what, when, by whom. A
-- prune empties a callback's contents and an event's details, and deletes effects, ledger rows and profiles that nothing
-- asks for any more. Opt-outs, and whatever was written because of one, are evidence and are kept whole.

-- When a prune emptied the payload; it then reads {"contact":{}}.
ALTER TABLE event ADD COLUMN pruned_at INTEGER;

-- An emptied event is taken out and put back, so that its page can be freed: whoever names it is looked up then.
CREATE INDEX consent_by_event ON consent (event_id);

-- A callback that is not decoded yet, or whose events are not all finished, is needed whole: for decoding it, and for
-- decoding it again once a fault is mended.
CREATE TRIGGER callback_keeps_what_is_needed BEFORE UPDATE OF state ON callback
WHEN NEW.state = 'pruned' AND OLD.state <> 'pruned' AND (
    OLD.state = 'received'
    OR OLD.id > coalesce((SELECT CAST(value AS INTEGER) FROM checkpoint WHERE name = 'decode'), 0)
    OR EXISTS (
        SELECT 1 FROM delivery AS d JOIN event AS e ON e.id = d.event_id
        WHERE d.callback_id = OLD.id AND e.state NOT IN ('completed', 'discarded'))
)
BEGIN
    SELECT RAISE(ABORT, 'this callback is still needed: it is not decoded, or one of its events is open or dead');
END;

CREATE TRIGGER event_keeps_what_is_needed BEFORE UPDATE OF pruned_at ON event
WHEN NEW.pruned_at IS NOT NULL AND (OLD.opt_out = 1 OR OLD.state NOT IN ('completed', 'discarded'))
BEGIN
    SELECT RAISE(ABORT, 'this event is still needed: it is an opt-out, or it is open or dead');
END;

CREATE TRIGGER event_keeps_opt_outs BEFORE DELETE ON event
WHEN OLD.opt_out = 1
BEGIN
    SELECT RAISE(ABORT, 'an opt-out is evidence, and is kept');
END;

-- A Lead that was created opted out is as good a proof as one that was opted out later.
CREATE TRIGGER effect_keeps_opt_outs BEFORE DELETE ON effect
WHEN OLD.kind GLOB 'optout.*' OR json_extract(OLD.fields, '$.HasOptedOutOfEmail') IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'what was written for an opt-out is evidence, and is kept');
END;

CREATE TRIGGER effect_event_keeps_what_is_needed BEFORE DELETE ON effect_event
WHEN EXISTS (
    SELECT 1 FROM event AS e
    WHERE e.id = OLD.event_id AND (e.opt_out = 1 OR e.state NOT IN ('completed', 'discarded')))
BEGIN
    SELECT RAISE(ABORT, 'this effect is still needed: its event is an opt-out, or it is open or dead');
END;

PRAGMA user_version = 8;
