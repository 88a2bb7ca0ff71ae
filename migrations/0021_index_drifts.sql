-- The records of people who opted out that a sweep found mailable, by when it found them: for `status` and for people.
CREATE INDEX event_drift ON event (received_at) WHERE action = 'opt_out_drift';

PRAGMA user_version = 21;
