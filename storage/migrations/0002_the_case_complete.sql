-- The case complete: who answers for it now and next, the clocks that run on it, how it ended and what the cadre says of that,
-- conversations with a member of staff, leave, persons who share a telephone, and reminders: what is due at a time.

PRAGMA defer_foreign_keys = ON;

CREATE TABLE new_cases (
    id             INTEGER PRIMARY KEY,
    number         TEXT NOT NULL UNIQUE,        -- '2026-17', as people say it
    person_id      INTEGER NOT NULL REFERENCES persons (id),   -- whose difficulty
    acted_by       INTEGER NOT NULL REFERENCES persons (id),   -- who reported it: the cadre, a relative, or staff for somebody who telephoned
    account_id     INTEGER REFERENCES accounts (id),  -- where, and where the answers go; null: by telephone
    category       TEXT NOT NULL,               -- a category key of config.toml, or 'contact' (asks for a person)
    urgent         INTEGER NOT NULL DEFAULT 0,
    danger         TEXT,                        -- the label of the danger that was told; null: none
    state          TEXT NOT NULL,               -- 'open' (nobody has taken it), 'taken', 'closed', 'merged' (goes on as another case)
    owner_id       INTEGER REFERENCES persons (id),
    handed_to      INTEGER REFERENCES persons (id),  -- asked to take it over; until then the owner answers for it
    opened_at      TEXT NOT NULL,
    promised_on    TEXT NOT NULL,               -- date in the office's zone, '2026-12-04'
    waiting_since  TEXT,                        -- the cadre was asked back: the clocks rest; null: they run
    snoozed_until  TEXT,                        -- date; until then it stands in no list but its own
    closed_at      TEXT,                        -- also when it was merged; null: unfinished
    closings       INTEGER NOT NULL DEFAULT 0,  -- how often it was closed: a button asks about one closing
    reopenings     INTEGER NOT NULL DEFAULT 0,
    rounds         INTEGER NOT NULL DEFAULT 0,  -- deadlines set so far: each has its own warnings
    merged_into    INTEGER REFERENCES new_cases (id),
    said_id        INTEGER NOT NULL DEFAULT 0   -- the newest entry of the cadre's side: what may be unread
);
INSERT INTO new_cases (id, number, person_id, acted_by, account_id, category, urgent, state, owner_id, opened_at, promised_on, closed_at,
    closings, reopenings, said_id)
SELECT c.id, c.number, c.person_id, c.acted_by, c.account_id, c.category, c.urgent, c.state, c.owner_id, c.opened_at, c.promised_on, c.closed_at,
    c.closings, (SELECT count(*) FROM case_entries e WHERE e.case_id = c.id AND e.kind = 'reopened'),
    coalesce((SELECT max(e.id) FROM case_entries e WHERE e.case_id = c.id AND e.kind = 'said'), 0)
FROM cases c;

CREATE TABLE new_case_entries (                -- everything that happened in a case, in order
    id         INTEGER PRIMARY KEY,
    case_id    INTEGER NOT NULL REFERENCES new_cases (id),
    at         TEXT NOT NULL,
    author_id  INTEGER REFERENCES persons (id),  -- null: the system
    kind       TEXT NOT NULL,                  -- see storage.case_entries
    words      TEXT NOT NULL,
    media      TEXT NOT NULL DEFAULT '[]'      -- media ids, JSON list
);
INSERT INTO new_case_entries SELECT id, case_id, at, author_id, kind, words, media FROM case_entries;

CREATE TABLE case_closings (                   -- how a case ended, each time it did
    id           INTEGER PRIMARY KEY,
    case_id      INTEGER NOT NULL REFERENCES new_cases (id),
    number       INTEGER NOT NULL,             -- 1 for the first closing of the case
    outcome      TEXT NOT NULL,                -- 'done', 'partly', 'cannot'
    words        TEXT NOT NULL,                -- what the cadre is told; for 'cannot' the reason
    elsewhere    TEXT NOT NULL DEFAULT '',     -- where else to turn
    media        TEXT NOT NULL DEFAULT '[]',
    proposed_by  INTEGER REFERENCES persons (id),
    proposed_at  TEXT NOT NULL,
    decision     TEXT,                         -- 'closed', 'returned' (the leader did not sign); null: waits for the leader
    decided_by   INTEGER REFERENCES persons (id),
    decided_at   TEXT,
    call         INTEGER NOT NULL DEFAULT 0,   -- the cadre cannot be asked here and must be called
    solved       TEXT,                         -- the cadre's answer: 'yes', 'partly', 'no'; null: not answered
    satisfied    TEXT,                         -- 'yes', 'basic', 'no'
    remark       TEXT NOT NULL DEFAULT '',
    answered_by  INTEGER REFERENCES persons (id),
    answered_at  TEXT,
    caller_id    INTEGER REFERENCES persons (id)  -- who called and entered the answer; null: answered here
);
INSERT INTO case_closings (case_id, number, outcome, words, media, proposed_by, proposed_at, decision, decided_by, decided_at)
SELECT case_id, row_number() OVER (PARTITION BY case_id ORDER BY id), 'done', words, media, author_id, at, 'closed', author_id, at
FROM case_entries WHERE kind = 'closed';
UPDATE case_closings SET
    solved = (SELECT c.solved FROM cases c WHERE c.id = case_closings.case_id AND c.closings = case_closings.number),
    answered_at = (SELECT max(e.at) FROM case_entries e WHERE e.case_id = case_closings.case_id AND e.kind = 'answered' AND EXISTS (
        SELECT 1 FROM cases c WHERE c.id = case_closings.case_id AND c.closings = case_closings.number AND c.solved IS NOT NULL));

DROP TABLE case_entries;
DROP TABLE cases;
ALTER TABLE new_cases RENAME TO cases;
ALTER TABLE new_case_entries RENAME TO case_entries;

CREATE INDEX cases_unfinished ON cases (urgent DESC, id) WHERE closed_at IS NULL;  -- 待办 and its counts
CREATE INDEX cases_of_owner ON cases (owner_id, urgent DESC, id) WHERE closed_at IS NULL;  -- 我承办的; what a leave hands over
CREATE INDEX cases_handed ON cases (handed_to) WHERE handed_to IS NOT NULL;        -- what somebody is asked to take over
CREATE INDEX cases_by_person ON cases (person_id, id);                             -- 我的困难
CREATE INDEX cases_by_reporter ON cases (acted_by, id);                            -- whose words are these?
CREATE INDEX cases_merged ON cases (merged_into) WHERE merged_into IS NOT NULL;    -- what went into a case
CREATE INDEX cases_by_opening ON cases (opened_at);                                -- a month's report
CREATE INDEX case_entries_of_case ON case_entries (case_id, id);                   -- a case's history
CREATE UNIQUE INDEX case_closings_of_case ON case_closings (case_id, number);      -- the closing that is asked about
CREATE INDEX case_closings_proposed ON case_closings (id) WHERE decision IS NULL;  -- what waits for a leader
CREATE INDEX case_closings_to_call ON case_closings (id) WHERE call = 1 AND solved IS NULL;  -- 回访
CREATE INDEX case_closings_by_time ON case_closings (decided_at) WHERE decision = 'closed';  -- a month's report

CREATE TABLE case_clocks (                     -- a limit that runs on an unfinished case; there is none on a finished one
    case_id         INTEGER NOT NULL REFERENCES cases (id),
    kind            TEXT NOT NULL,             -- 'accept' (until taken), 'progress' (until the cadre hears something), 'solve'
    round           INTEGER NOT NULL,          -- the case's count of deadlines when this one was set
    started_at      TEXT NOT NULL,
    paused_minutes  INTEGER NOT NULL DEFAULT 0,  -- working minutes rested so far
    paused_at       TEXT,                      -- rests since; null: runs
    extended_to     TEXT,                      -- date promised by hand, which no rule changes; null: by the rule
    due_at          TEXT NOT NULL,             -- by the rule, the calendar and the rests up to now
    PRIMARY KEY (case_id, kind)
);

CREATE TABLE case_reads (                      -- how far a member of staff has read a case
    case_id    INTEGER NOT NULL REFERENCES cases (id),
    person_id  INTEGER NOT NULL REFERENCES persons (id),
    entry_id   INTEGER NOT NULL,               -- the newest entry seen
    PRIMARY KEY (case_id, person_id)
);

CREATE TABLE case_aids (                       -- help given in a case, for the 困难帮扶台账
    id          INTEGER PRIMARY KEY,
    case_id     INTEGER NOT NULL REFERENCES cases (id),
    kind        TEXT NOT NULL,                 -- 帮扶类型
    reason      TEXT NOT NULL,                 -- 原因
    form        TEXT NOT NULL,                 -- 形式: 现金, 物资, 人力
    amount      TEXT NOT NULL,                 -- as entered: '500元', '大米两袋'
    given_on    TEXT NOT NULL,                 -- date
    giver       TEXT NOT NULL,                 -- 发放人
    entered_by  INTEGER NOT NULL REFERENCES persons (id),
    entered_at  TEXT NOT NULL
);
CREATE INDEX case_aids_of_case ON case_aids (case_id, id);  -- the ledger

-- The words of the entries as storage.grams cuts them; the rowid is the entry's id. The words themselves stand in case_entries only.
CREATE VIRTUAL TABLE case_search USING fts5 (grams, content = '', tokenize = "unicode61 remove_diacritics 0 categories 'L* N* Co Cn'");
INSERT INTO case_search (rowid, grams) SELECT id, grams(words) FROM case_entries WHERE words <> '';

CREATE TABLE talks (                           -- somebody talks to a member of staff; the bot keeps silent meanwhile
    id                INTEGER PRIMARY KEY,
    account_id        INTEGER NOT NULL REFERENCES accounts (id),  -- the cadre's side
    staff_account_id  INTEGER NOT NULL REFERENCES accounts (id),
    staff_id          INTEGER NOT NULL REFERENCES persons (id),
    case_id           INTEGER NOT NULL REFERENCES cases (id),     -- where everything said is kept
    began_at          TEXT NOT NULL,
    last_at           TEXT NOT NULL,           -- when one of the two last said something
    ended_at          TEXT,                    -- null: they are talking
    ended_why         TEXT                     -- 'cadre', 'staff', 'idle', 'closed', 'handed'
);
CREATE UNIQUE INDEX talks_open ON talks (account_id) WHERE ended_at IS NULL;              -- whose words are these?
CREATE UNIQUE INDEX talks_open_of_staff ON talks (staff_account_id) WHERE ended_at IS NULL;
CREATE INDEX talks_of_case ON talks (case_id);                                            -- ends with the case

CREATE TABLE absences (                        -- leave: nothing new, and the open cases go to the stand-in
    id            INTEGER PRIMARY KEY,
    person_id     INTEGER NOT NULL REFERENCES persons (id),
    from_on       TEXT NOT NULL,               -- dates in the office's zone, both included
    until_on      TEXT NOT NULL,
    stand_in_id   INTEGER NOT NULL REFERENCES persons (id),
    entered_by    INTEGER NOT NULL REFERENCES persons (id),
    entered_at    TEXT NOT NULL,
    cancelled_at  TEXT
);
CREATE INDEX absences_in_force ON absences (until_on) WHERE cancelled_at IS NULL;  -- who is away today

CREATE TABLE account_persons (                 -- who else uses an account: two elders with one telephone
    account_id  INTEGER NOT NULL REFERENCES accounts (id),
    person_id   INTEGER NOT NULL REFERENCES persons (id),
    added_at    TEXT NOT NULL,
    PRIMARY KEY (account_id, person_id)
);
CREATE INDEX account_persons_by_person ON account_persons (person_id);  -- where a person can be reached

CREATE INDEX kin_by_cadre ON kin (cadre_id);   -- who else reads this

CREATE TABLE reminders (                       -- something due at a time, written in the transaction that makes or changes its subject
    id          INTEGER PRIMARY KEY,
    kind        TEXT NOT NULL,                 -- handlers.reminders has a line for each
    subject_id  INTEGER NOT NULL,              -- whose row it is depends on the kind: a case, a talk, a year ...
    round       INTEGER NOT NULL,              -- of one kind, subject and round there is one reminder, ever
    due_at      TEXT NOT NULL,
    state       TEXT NOT NULL DEFAULT 'waiting',  -- 'waiting', 'fired', 'failed' (it raised)
    done_at     TEXT,
    UNIQUE (kind, subject_id, round)
);
CREATE INDEX reminders_waiting ON reminders (due_at) WHERE state = 'waiting';  -- what is due next
CREATE INDEX reminders_failed ON reminders (id) WHERE state = 'failed';          -- what the operator must look at

CREATE TABLE adjusted_days (                   -- 放假 and 调休 as imported; wins over config.toml
    day    TEXT PRIMARY KEY,                   -- date
    works  INTEGER NOT NULL,                   -- 1: a working weekend day, 0: free
    name   TEXT NOT NULL
);
