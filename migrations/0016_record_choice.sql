-- Which of several records a try took, and why: a person who finds three Leads of one address can see what was decided.

ALTER TABLE attempt ADD COLUMN choice TEXT;

PRAGMA user_version = 16;
