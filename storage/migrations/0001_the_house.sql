-- People, the addresses they write from, what they said, what we said, and the cases that came of it.
-- Times are UTC, written '2026-11-22T03:00:00.000Z' so that they sort as text. Flags are 0 or 1. JSON stands in TEXT.

-- ── who ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE units (
    id    INTEGER PRIMARY KEY,
    name  TEXT NOT NULL UNIQUE
);

CREATE TABLE persons (
    id                 INTEGER PRIMARY KEY,
    name               TEXT NOT NULL,
    sex                TEXT,              -- '男', '女' or null when the roster does not say
    birth              TEXT,              -- '1938', '1938-07' or '1938-07-05': as exact as the roster
    birthday_calendar  TEXT NOT NULL DEFAULT 'solar',  -- 'solar' or 'lunar': by which the person keeps the birthday
    retirement_kind    TEXT,              -- '离休' or '退休'; null for relatives and staff
    unit_id            INTEGER REFERENCES units (id),
    branch             TEXT,              -- party branch (支部)
    post               TEXT,              -- last post and rank
    political_status   TEXT,
    joined_party       TEXT,              -- partial date like birth
    phone              TEXT,              -- mobile, digits only
    home_phone         TEXT,              -- digits only, with area code
    family_name        TEXT,
    family_relation    TEXT,
    family_phone       TEXT,
    address            TEXT,
    living             TEXT,              -- 独居, 空巢, 与子女同住 ...
    health             TEXT,              -- a coarse class only
    contact_officer    TEXT,              -- the member of staff who keeps in touch, by name
    note               TEXT,
    active             INTEGER NOT NULL DEFAULT 1,
    created_at         TEXT NOT NULL,
    updated_at         TEXT NOT NULL
);
CREATE INDEX persons_by_name ON persons (name);                              -- roster import, invite NAME, access requests
CREATE INDEX persons_by_phone ON persons (phone) WHERE phone IS NOT NULL;    -- a shared contact

CREATE TABLE roles (
    id         INTEGER PRIMARY KEY,
    person_id  INTEGER NOT NULL REFERENCES persons (id),
    role       TEXT NOT NULL,                  -- 'cadre', 'relative', 'staff', 'leader' or 'administrator'
    unit_id    INTEGER REFERENCES units (id),  -- the role holds for this unit only; null: for all
    UNIQUE (person_id, role, unit_id)
);
CREATE INDEX roles_by_role ON roles (role);    -- who must hear of a case

CREATE TABLE kin (                             -- a relative acts for these cadres
    relative_id  INTEGER NOT NULL REFERENCES persons (id),
    cadre_id     INTEGER NOT NULL REFERENCES persons (id),
    PRIMARY KEY (relative_id, cadre_id)
);

CREATE TABLE accounts (                        -- a person's address on one channel
    id               INTEGER PRIMARY KEY,
    channel          TEXT NOT NULL,            -- 'web', 'telegram', ...
    address          TEXT NOT NULL,            -- what the channel calls the account: a chat id, a seat
    person_id        INTEGER REFERENCES persons (id),  -- null: a stranger
    unreachable_why  TEXT,                     -- null: reachable
    created_at       TEXT NOT NULL,
    bound_at         TEXT,
    UNIQUE (channel, address)
);
CREATE INDEX accounts_by_person ON accounts (person_id);  -- to whom a message for a person goes

CREATE TABLE consents (
    id            INTEGER PRIMARY KEY,
    person_id     INTEGER NOT NULL REFERENCES persons (id),
    account_id    INTEGER NOT NULL REFERENCES accounts (id),  -- where it was given
    version       TEXT NOT NULL,                              -- office.consent_version at that time
    given_at      TEXT NOT NULL,
    withdrawn_at  TEXT
);
CREATE INDEX consents_by_person ON consents (person_id);  -- may we go on talking?

-- ── how a person comes in ───────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE links (                           -- a personal link of the web chat
    id           INTEGER PRIMARY KEY,
    account_id   INTEGER NOT NULL REFERENCES accounts (id),
    secret_hash  TEXT NOT NULL UNIQUE,         -- SHA-256 of the secret; the secret itself is shown once and not kept
    created_at   TEXT NOT NULL,
    revoked_at   TEXT
);

CREATE TABLE sessions (                        -- a browser that opened a link
    token_hash  TEXT PRIMARY KEY,              -- SHA-256 of the cookie
    account_id  INTEGER NOT NULL REFERENCES accounts (id),
    link_id     INTEGER REFERENCES links (id), -- null: a stranger's own seat
    created_at  TEXT NOT NULL,
    expires_at  TEXT NOT NULL,
    revoked_at  TEXT
);

CREATE TABLE invites (                         -- a one-time code that binds an account to a person
    id          INTEGER PRIMARY KEY,
    person_id   INTEGER NOT NULL REFERENCES persons (id),
    code_hash   TEXT NOT NULL UNIQUE,
    made_by     INTEGER REFERENCES persons (id),  -- null: the operator, on the command line
    created_at  TEXT NOT NULL,
    expires_at  TEXT NOT NULL,
    used_at     TEXT,
    used_by     INTEGER REFERENCES accounts (id)
);

CREATE TABLE wrong_codes (                     -- guesses, counted to throttle them
    id          INTEGER PRIMARY KEY,
    account_id  INTEGER NOT NULL REFERENCES accounts (id),
    at          TEXT NOT NULL
);
CREATE INDEX wrong_codes_by_account ON wrong_codes (account_id, at);  -- guesses of the last hour
CREATE INDEX wrong_codes_by_time ON wrong_codes (at);                 -- guesses of everybody in the last hour

CREATE TABLE access_requests (                 -- a stranger asks to be let in; staff decide
    id          INTEGER PRIMARY KEY,
    account_id  INTEGER NOT NULL REFERENCES accounts (id),
    words       TEXT NOT NULL,                 -- name, unit, telephone, as typed
    name        TEXT NOT NULL,
    made_at     TEXT NOT NULL,
    decision    TEXT,                          -- 'approved', 'refused'; null: open
    decided_by  INTEGER REFERENCES persons (id),
    decided_at  TEXT
);
CREATE INDEX access_requests_open ON access_requests (account_id) WHERE decision IS NULL;  -- one open request an account

-- ── the way of a message ────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE inbox (                           -- stored before the channel is told that we have it
    id           INTEGER PRIMARY KEY,
    channel      TEXT NOT NULL,
    external_id  TEXT NOT NULL,                -- the channel's own id, the key of de-duplication
    account_id   INTEGER NOT NULL REFERENCES accounts (id),
    kind         TEXT NOT NULL,                -- 'words', 'choice', 'contact', 'edited', 'gone', 'back', 'unsupported'
    words        TEXT NOT NULL,                -- what was typed; the label, for a pressed button
    choice       TEXT,                         -- what the pressed button carries
    media        TEXT NOT NULL DEFAULT '[]',   -- media ids, JSON list
    said_at      TEXT NOT NULL,                -- by the channel's clock
    received_at  TEXT NOT NULL,                -- by ours
    state        TEXT NOT NULL DEFAULT 'waiting',  -- 'waiting', 'handled', 'parked' (its turn raised twice)
    starts       INTEGER NOT NULL DEFAULT 0,   -- process starts that found it waiting: a turn that kills the process is parked
    trace        TEXT,                         -- why it was parked
    UNIQUE (channel, external_id)
);
CREATE INDEX inbox_waiting ON inbox (id) WHERE state = 'waiting';  -- the next turns
CREATE INDEX inbox_parked ON inbox (id) WHERE state = 'parked';    -- what the operator must look at
CREATE INDEX inbox_by_account ON inbox (account_id, id);           -- the page's history

CREATE TABLE outbox (                          -- one row: one message to one account
    id           INTEGER PRIMARY KEY,
    account_id   INTEGER NOT NULL REFERENCES accounts (id),
    channel      TEXT NOT NULL,                -- the account's: each channel empties its own lane
    answers      INTEGER,                      -- inbox id of the message it answers, which may be pruned before it; null: a push
    priority     INTEGER NOT NULL,             -- 0 an answer, 1 news of a case, 5 a notice: lower goes first
    text         TEXT NOT NULL,
    buttons      TEXT NOT NULL DEFAULT '[]',   -- JSON list of [label, choice] or [label, choice, kind]
    media        TEXT NOT NULL DEFAULT '[]',   -- media ids, JSON list
    made_at      TEXT NOT NULL,
    not_before   TEXT NOT NULL,                -- first or next try
    state        TEXT NOT NULL DEFAULT 'waiting',  -- 'waiting', 'sent', 'failed'
    tries        INTEGER NOT NULL DEFAULT 0,
    parts_sent   INTEGER NOT NULL DEFAULT 0,   -- of a long message or one with media: how many parts have left
    done_at      TEXT,
    why          TEXT                          -- the last error's reason
);
CREATE INDEX outbox_waiting ON outbox (channel, priority, id) WHERE state = 'waiting';               -- what leaves next on a channel
CREATE INDEX outbox_waiting_of_account ON outbox (account_id, priority, id) WHERE state = 'waiting'; -- what leaves first of one account
CREATE INDEX outbox_by_account ON outbox (account_id, id);                                           -- the page's history; the newest buttons
CREATE INDEX outbox_failed ON outbox (done_at) WHERE state = 'failed';                               -- shown to staff

CREATE TABLE dialogs (                         -- a conversation in progress
    id             INTEGER PRIMARY KEY,
    account_id     INTEGER NOT NULL REFERENCES accounts (id),
    flow           TEXT NOT NULL,
    answers        TEXT NOT NULL,              -- JSON object: question key -> answer; the engine's own keys start with '~'
    asked          TEXT,                       -- the key of the question that stands open
    state          TEXT NOT NULL,              -- 'open', 'draft' (put aside), 'done', 'dropped'
    misunderstood  INTEGER NOT NULL DEFAULT 0, -- in a row
    created_at     TEXT NOT NULL,
    updated_at     TEXT NOT NULL
);
CREATE UNIQUE INDEX dialogs_open ON dialogs (account_id) WHERE state = 'open';      -- at most one an account
CREATE INDEX dialogs_draft ON dialogs (account_id, flow) WHERE state = 'draft';     -- "接着填吗？"
CREATE INDEX dialogs_by_time ON dialogs (updated_at);                               -- housekeeping

CREATE TABLE media (                           -- a photo, recording, film or file
    id          TEXT PRIMARY KEY,              -- random; also the file's name in the media folder
    account_id  INTEGER NOT NULL REFERENCES accounts (id),  -- who sent it
    kind        TEXT NOT NULL,                 -- 'photo', 'voice', 'video', 'file'
    name        TEXT NOT NULL,                 -- as the sender called it
    media_type  TEXT NOT NULL,                 -- as we found it
    size_bytes  INTEGER,                       -- null while unknown
    channel     TEXT NOT NULL,
    reference   TEXT,                          -- what the channel calls it; null when the bytes came with the message
    state       TEXT NOT NULL,                 -- 'wanted' (to be fetched), 'kept', 'lost'
    tries       INTEGER NOT NULL DEFAULT 0,
    not_before  TEXT NOT NULL,
    why         TEXT,                          -- why it is lost
    made_at     TEXT NOT NULL
);
CREATE INDEX media_kept ON media (made_at) WHERE state = 'kept';         -- what is past its time
CREATE INDEX media_wanted ON media (not_before) WHERE state = 'wanted';  -- what to fetch next

CREATE TABLE media_seen_by (                   -- an account that was sent a medium may open it
    media_id    TEXT NOT NULL REFERENCES media (id),
    account_id  INTEGER NOT NULL REFERENCES accounts (id),
    PRIMARY KEY (media_id, account_id)
);

-- ── cases ───────────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE counters (
    name   TEXT PRIMARY KEY,                   -- 'case-2026'
    value  INTEGER NOT NULL
);

CREATE TABLE cases (
    id            INTEGER PRIMARY KEY,
    number        TEXT NOT NULL UNIQUE,        -- '2026-17', as people say it
    person_id     INTEGER NOT NULL REFERENCES persons (id),   -- whose difficulty
    acted_by      INTEGER NOT NULL REFERENCES persons (id),   -- who reported it
    account_id    INTEGER NOT NULL REFERENCES accounts (id),  -- where, and where the answers go
    category      TEXT NOT NULL,               -- a category key of config.toml, or 'contact' (asks for a person)
    urgent        INTEGER NOT NULL DEFAULT 0,
    state         TEXT NOT NULL,               -- 'open' (nobody has taken it), 'taken', 'closed'
    owner_id      INTEGER REFERENCES persons (id),
    opened_at     TEXT NOT NULL,
    promised_on   TEXT NOT NULL,               -- date in the office's zone, '2026-12-04'
    closed_at     TEXT,
    closings      INTEGER NOT NULL DEFAULT 0,  -- how often it was closed: a button asks about one closing
    outcome       TEXT,                        -- what staff said on closing
    solved        TEXT                         -- the cadre's answer: 'yes', 'partly', 'no'; null: not answered
);
CREATE INDEX cases_unfinished ON cases (promised_on, id) WHERE state <> 'closed';   -- 待办
CREATE INDEX cases_by_person ON cases (person_id, id);                              -- 我的困难
CREATE INDEX cases_by_reporter ON cases (acted_by, id);                             -- whose words are these?

CREATE TABLE case_entries (                    -- everything that happened in a case, in order
    id         INTEGER PRIMARY KEY,
    case_id    INTEGER NOT NULL REFERENCES cases (id),
    at         TEXT NOT NULL,
    author_id  INTEGER REFERENCES persons (id),  -- null: the system
    kind       TEXT NOT NULL,                  -- 'said' (cadre's side), 'taken', 'replied', 'closed', 'answered', 'reopened'
    words      TEXT NOT NULL,
    media      TEXT NOT NULL DEFAULT '[]'      -- media ids, JSON list
);
CREATE INDEX case_entries_of_case ON case_entries (case_id, id);  -- a case's history

CREATE TABLE audit (                           -- who changed what, written in the transaction of the change
    id          INTEGER PRIMARY KEY,
    at          TEXT NOT NULL,
    actor_id    INTEGER REFERENCES persons (id),   -- null: the operator or the clock
    account_id  INTEGER REFERENCES accounts (id),  -- from where; null: command line or clock
    deed        TEXT NOT NULL,                 -- 'case.opened', 'invite.made', ...
    subject     TEXT NOT NULL,                 -- 'case:17', 'person:3'
    detail      TEXT NOT NULL DEFAULT '{}'     -- JSON; never message text
);
CREATE INDEX audit_by_subject ON audit (subject, id);  -- the history of one thing

CREATE TABLE marks (                           -- single facts about this file
    name   TEXT PRIMARY KEY,                   -- 'demonstration': this file holds invented people
    value  TEXT NOT NULL
);
