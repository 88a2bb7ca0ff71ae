-- Whether an open or click has its Task, how many Tasks a person has of a day, and which contacts the person is: each look
-- costs the same however much somebody opens. By the person's number, which people who came together have side by side.

-- The tellings of one open or click, by what tells them apart (JournalReader+Tellings has the same terms).
CREATE INDEX event_telling ON event (
    person_number, action,
    coalesce(json_extract(payload, '$.message.id'), json_extract(payload, '$.message.name')),
    coalesce(json_extract(payload, '$.link.id'), json_extract(payload, '$.link.url')),
    received_at, id
) WHERE action IN ('open', 'click') AND person_number IS NOT NULL;

-- The contacts of a person, without reading all that they did.
CREATE INDEX event_contact_of_person ON event (person_number, contact_id)
WHERE person_number IS NOT NULL AND contact_id IS NOT NULL;

-- Whether a contact ever opted out.
CREATE INDEX event_opt_out_of_contact ON event (contact_id) WHERE opt_out = 1;

-- What became of a Task, whichever event it was written for.
CREATE INDEX effect_task_by_key ON effect (external_key) WHERE kind = 'task.create' AND state <> 'failed';

-- A person's Tasks of one day.
CREATE INDEX effect_task_by_day ON effect (person, json_extract(fields, '$.ActivityDate'), external_key)
WHERE kind = 'task.create' AND state <> 'failed';

PRAGMA user_version = 15;
