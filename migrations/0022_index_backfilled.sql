-- What a backfill appended, so that it appends nothing twice.

-- Its rows name what they tell in `webhook_id`: a hash over the contact as it was read.
CREATE UNIQUE INDEX callback_backfilled ON callback (webhook_id) WHERE source = 'backfill';

PRAGMA user_version = 22;
