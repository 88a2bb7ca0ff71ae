-- An opt-out may be taken back only where nobody else has changed the record since ours (sync.resubscribe = clear).

-- The record's LastModifiedDate as read back after the write, where the last change was our own; else NULL.
ALTER TABLE effect ADD COLUMN record_version TEXT;

PRAGMA user_version = 17;
