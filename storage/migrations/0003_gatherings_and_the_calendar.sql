-- Gatherings: anything with a time, a place and people (activity, report meeting, branch meeting, lesson), who comes, who waits for a
-- place; and what the calendar needs to know of people: interests, days away, life events, quiet hours.

CREATE TABLE courses (                         -- a course at the university for the elderly: its lessons are gatherings
    id       INTEGER PRIMARY KEY,
    title    TEXT NOT NULL,
    term     TEXT NOT NULL,                    -- as people say it: '2026年秋季'; the limit of courses a person counts within a term
    made_by  INTEGER NOT NULL REFERENCES persons (id),
    made_at  TEXT NOT NULL
);

CREATE TABLE gatherings (
    id             INTEGER PRIMARY KEY,
    uid            TEXT NOT NULL UNIQUE,       -- the calendar file's UID: the same for ever
    sequence       INTEGER NOT NULL DEFAULT 0, -- the calendar file's SEQUENCE: counts the changes that people were told of
    title          TEXT NOT NULL,
    kind           TEXT NOT NULL,              -- a key of handlers.gatherings.kinds
    branch         TEXT,                       -- whose meeting it is; null: the office's
    course_id      INTEGER REFERENCES courses (id),     -- a lesson of this course; who is in the course is in all lessons
    series_id      INTEGER REFERENCES gatherings (id),  -- the first of a series made together; null: alone
    starts_at      TEXT NOT NULL,
    ends_at        TEXT NOT NULL,
    place          TEXT NOT NULL,              -- for people
    room           TEXT,                       -- the room's label in config.toml; null: elsewhere, no room to overlap
    capacity       INTEGER,                    -- places; null: no limit
    kept           INTEGER NOT NULL DEFAULT 0, -- places of the capacity kept for people who telephone, until the deadline
    companions     INTEGER NOT NULL DEFAULT 0, -- how many a person may bring; each takes a place
    opens_at       TEXT NOT NULL,              -- sign-up opens
    deadline_at    TEXT NOT NULL,              -- sign-up ends
    by_draw        INTEGER NOT NULL DEFAULT 0, -- places are drawn at the deadline instead of first come, first served
    seed           TEXT NOT NULL,              -- of the draw; its SHA-256 is shown from the start, the seed itself after the draw
    drawn_at       TEXT,
    audience       TEXT NOT NULL,              -- JSON object: units, branches, interests, roles, youngest, oldest; empty: everybody
    asks           TEXT NOT NULL,              -- JSON list of 'transport', 'diet', 'health'
    state          TEXT NOT NULL DEFAULT 'planned',  -- 'planned', 'cancelled'
    why_cancelled  TEXT,
    made_by        INTEGER NOT NULL REFERENCES persons (id),
    made_at        TEXT NOT NULL
);
CREATE INDEX gatherings_by_start ON gatherings (starts_at);                               -- what is coming; a year's duties
CREATE INDEX gatherings_of_course ON gatherings (course_id, starts_at) WHERE course_id IS NOT NULL;
CREATE INDEX gatherings_of_series ON gatherings (series_id, starts_at) WHERE series_id IS NOT NULL;
CREATE INDEX gatherings_in_room ON gatherings (room, starts_at) WHERE room IS NOT NULL AND state = 'planned';  -- is the room free?

CREATE TABLE signups (                         -- somebody and a gathering
    id             INTEGER PRIMARY KEY,
    gathering_id   INTEGER NOT NULL REFERENCES gatherings (id),
    person_id      INTEGER NOT NULL REFERENCES persons (id),   -- who comes
    acted_by       INTEGER NOT NULL REFERENCES persons (id),   -- who signed up
    account_id     INTEGER REFERENCES accounts (id),  -- where, and where the news go; null: by telephone
    line           INTEGER NOT NULL,           -- the place in the line: as they came; after a draw as drawn
    companions     INTEGER NOT NULL DEFAULT 0,
    answers        TEXT NOT NULL DEFAULT '{}', -- JSON object: transport, diet, health, as answered
    state          TEXT NOT NULL,              -- 'in' (has a place), 'waiting', 'offered' (a freed place, until offered_until), 'drawing',
                                               -- 'no' (不来), 'cancelled', 'lost' (the draw, or an offer that ran out)
    by_phone       INTEGER NOT NULL DEFAULT 0, -- may take one of the kept places
    offered_until  TEXT,
    offers         INTEGER NOT NULL DEFAULT 0, -- how often a place was offered
    sure           TEXT,                       -- answer to 还来吗: 'yes'; null: not answered (no is a cancellation)
    leave_reason   TEXT,                       -- 请假; null: none
    attended_at    TEXT,                       -- checked in; null: not
    attended_how   TEXT,                       -- 'button', 'code', 'list', 'walk-in'
    attended_by    INTEGER REFERENCES persons (id),
    told_sequence  INTEGER NOT NULL DEFAULT 0, -- up to which change of the gathering the person was told
    rating         TEXT,                       -- answer to the one question afterwards
    made_at        TEXT NOT NULL,
    changed_at     TEXT NOT NULL
);
CREATE UNIQUE INDEX signups_current ON signups (gathering_id, person_id) WHERE state IN ('in', 'waiting', 'offered', 'drawing', 'no');
CREATE INDEX signups_of_gathering ON signups (gathering_id, line);    -- its list
CREATE INDEX signups_of_person ON signups (person_id, gathering_id);  -- 我的活动
CREATE INDEX signups_waiting ON signups (gathering_id, line) WHERE state = 'waiting';  -- who is next
CREATE INDEX signups_holding ON signups (gathering_id, companions, by_phone) WHERE state IN ('in', 'offered');  -- how many places are taken

CREATE TABLE days_away (                       -- "from ... until ... I am away"
    id         INTEGER PRIMARY KEY,
    person_id  INTEGER NOT NULL REFERENCES persons (id),
    from_on    TEXT NOT NULL,
    until_on   TEXT NOT NULL,
    made_at    TEXT NOT NULL
);
CREATE INDEX days_away_of_person ON days_away (person_id, until_on);

CREATE TABLE interests (                       -- kinds of gatherings that a person likes
    person_id  INTEGER NOT NULL REFERENCES persons (id),
    kind       TEXT NOT NULL,
    PRIMARY KEY (person_id, kind)
);

CREATE TABLE life_events (                     -- decides which pushes stop and whom staff must visit
    id          INTEGER PRIMARY KEY,
    person_id   INTEGER NOT NULL REFERENCES persons (id),
    kind        TEXT NOT NULL,                 -- 'hospital', 'bereaved', 'disabled', 'deceased'
    from_on     TEXT NOT NULL,
    until_on    TEXT,                          -- null: goes on
    note        TEXT NOT NULL DEFAULT '',
    entered_by  INTEGER REFERENCES persons (id),
    entered_at  TEXT NOT NULL
);
CREATE INDEX life_events_of_person ON life_events (person_id);

CREATE TABLE quiet_hours (                     -- a person's own, besides the office's
    person_id  INTEGER PRIMARY KEY REFERENCES persons (id),
    from_time  TEXT NOT NULL,                  -- '21:00', on the office's wall
    until_time TEXT NOT NULL,
    greetings  INTEGER NOT NULL DEFAULT 1      -- 0: no festival and birthday greetings
);

-- A medium may be one that the office itself made: nobody sent it, and its bytes stand here.
PRAGMA defer_foreign_keys = ON;

CREATE TABLE new_media (                       -- a photo, recording, film or file
    id          TEXT PRIMARY KEY,              -- not to be guessed; also the file's name in the media folder
    account_id  INTEGER REFERENCES accounts (id),  -- who sent it; null: made by the office
    kind        TEXT NOT NULL,                 -- 'photo', 'voice', 'video', 'file'
    name        TEXT NOT NULL,                 -- as the sender called it
    media_type  TEXT NOT NULL,                 -- as we found it
    size_bytes  INTEGER,                       -- null while unknown
    channel     TEXT NOT NULL,                 -- 'office': made by the office
    reference   TEXT,                          -- what the channel calls it; null when the bytes came with the message
    state       TEXT NOT NULL,                 -- 'wanted' (to be fetched), 'kept' (in the media folder), 'made' (in `content`), 'lost'
    tries       INTEGER NOT NULL DEFAULT 0,
    not_before  TEXT NOT NULL,
    why         TEXT,                          -- why it is lost
    made_at     TEXT NOT NULL,
    content     BLOB                           -- the bytes of what is 'made'; null: in the media folder, or nowhere
);
INSERT INTO new_media SELECT id, account_id, kind, name, media_type, size_bytes, channel, reference, state, tries, not_before, why, made_at, NULL
FROM media;

CREATE TABLE new_media_seen_by (               -- an account that was sent a medium may open it
    media_id    TEXT NOT NULL REFERENCES new_media (id),
    account_id  INTEGER NOT NULL REFERENCES accounts (id),
    PRIMARY KEY (media_id, account_id)
);
INSERT INTO new_media_seen_by SELECT media_id, account_id FROM media_seen_by;

DROP TABLE media_seen_by;
DROP TABLE media;
ALTER TABLE new_media RENAME TO media;
ALTER TABLE new_media_seen_by RENAME TO media_seen_by;
CREATE INDEX media_kept ON media (made_at) WHERE state IN ('kept', 'made');  -- what is past its time
CREATE INDEX media_wanted ON media (not_before) WHERE state = 'wanted';      -- what to fetch next

ALTER TABLE persons ADD COLUMN birth_leap TEXT;  -- '闰': the lunar birth lies in a leap month; null: it does not, or nobody said so

-- Reminders have two more states: 'late' (it came too late to be of use and was not said), 'stopped' (staff did not want it to go out).
CREATE INDEX reminders_late ON reminders (done_at) WHERE state = 'late';        -- what staff are shown
CREATE INDEX reminders_stopped ON reminders (due_at) WHERE state = 'stopped';   -- what could still be let go out
