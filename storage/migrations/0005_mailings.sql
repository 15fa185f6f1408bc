-- Mailings: what is sent to many people, a notice or a briefing; each recipient once, with what became of it.

CREATE TABLE mailings (
    id            INTEGER PRIMARY KEY,
    kind          TEXT NOT NULL,               -- a key of handlers.mailing.kinds.KINDS: 'notice', 'briefing', ...
    subject_id    INTEGER,                     -- what is sent, a briefing's id; null: the mailing itself (a notice)
    text          TEXT NOT NULL,               -- the whole message
    media         TEXT NOT NULL DEFAULT '[]',  -- media ids, JSON list
    asks          TEXT NOT NULL,               -- 'nothing', 'read', 'come', 'words': what the recipient is asked to press
    circle        TEXT NOT NULL,               -- to whom, JSON of storage.mailings.Circle
    urgent        INTEGER NOT NULL DEFAULT 0,  -- 1: quiet hours do not hold it
    starts_at     TEXT NOT NULL,               -- not earlier
    useful_until  TEXT NOT NULL,               -- after that nobody is sent it any more
    from_time     TEXT,                        -- '09:00' on the office's wall: sent from then ...
    until_time    TEXT,                        -- ... until then each day; null with it: at any time
    state         TEXT NOT NULL,               -- 'proposed', 'returned', 'approved', 'sending', 'paused', 'done', 'cancelled'
    made_by       INTEGER NOT NULL REFERENCES persons (id),
    made_at       TEXT NOT NULL,
    account_id    INTEGER REFERENCES accounts (id),  -- where the maker sits, and sees the progress; null: the command line
    decided_by    INTEGER REFERENCES persons (id),   -- who approved or returned it
    decided_at    TEXT,
    began_at      TEXT,                        -- the recipients were counted then
    ended_at      TEXT,
    why           TEXT,                        -- of returning or cancelling
    rounds        INTEGER NOT NULL DEFAULT 0,  -- ticks of the clock so far: the round of the next one's reminder
    progress      TEXT NOT NULL DEFAULT '[]',  -- outbox ids of the progress messages, JSON list
    again_of      INTEGER REFERENCES mailings (id)  -- the returned one that this one takes the place of
);
CREATE INDEX mailings_by_subject ON mailings (kind, subject_id);             -- the sendings of one briefing
CREATE INDEX mailings_again ON mailings (again_of) WHERE again_of IS NOT NULL;  -- was it proposed anew?
CREATE INDEX mailings_unfinished ON mailings (id) WHERE ended_at IS NULL;    -- what staff look at first
CREATE INDEX mailings_by_time ON mailings (made_at);                         -- the list

CREATE TABLE recipients (                      -- one row: one person and one mailing
    id           INTEGER PRIMARY KEY,
    mailing_id   INTEGER NOT NULL REFERENCES mailings (id),
    person_id    INTEGER NOT NULL REFERENCES persons (id),
    state        TEXT NOT NULL DEFAULT 'queued',  -- 'queued', 'out' (in the outbox), 'arrived', 'failed', 'unreachable', 'late' (of no use any more), 'dropped'
    not_before   TEXT,                         -- of 'queued': not to be disturbed, or looked at again, until then; null: now
    tried_after  INTEGER NOT NULL DEFAULT 0,   -- outbox id: what was written before it belongs to an earlier try
    why          TEXT,                         -- of 'failed', 'unreachable' and of waiting, for staff
    channel      TEXT,                         -- where it arrived
    arrived_at   TEXT,
    read_at      TEXT,                         -- the first time
    read_by      TEXT,                         -- 'button', 'paged', 'page' (on the web page), 'answer', 'call'
    answer       TEXT,                         -- 'yes', 'no', or null
    words        TEXT,                         -- a free answer
    answered_at  TEXT,
    calls        INTEGER NOT NULL DEFAULT 0,   -- how often was telephoned
    call         TEXT,                         -- how the last call ended: 'told', 'nobody', 'wrong'
    called_by    INTEGER REFERENCES persons (id),
    called_at    TEXT,
    UNIQUE (mailing_id, person_id)             -- nobody is sent the same twice
);
CREATE INDEX recipients_by_state ON recipients (mailing_id, state, id);      -- the next portion, the figures
CREATE INDEX recipients_by_person ON recipients (person_id, id);             -- what somebody was sent

ALTER TABLE outbox ADD COLUMN recipient_id INTEGER REFERENCES recipients (id);  -- of a mailing's message
-- A mailing's message has one more state: 'dropped' (called back before it left).
CREATE INDEX outbox_by_recipient ON outbox (recipient_id) WHERE recipient_id IS NOT NULL;  -- what became of it
