-- What the search for removed contacts appended, so that it appends nothing twice.

-- Its rows name the removal they tell of in `webhook_id`: contact, time and reason. Whoever appends looks first, under the lock.
CREATE INDEX callback_reconciled ON callback (webhook_id) WHERE source = 'reconcile';

PRAGMA user_version = 18;
