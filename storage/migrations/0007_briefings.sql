-- Briefings: what the office publishes for its cadres to read, who has read it, and files that staff send in to be published.

CREATE TABLE briefings (
    id             INTEGER PRIMARY KEY,
    class          TEXT NOT NULL,              -- 'public' (公开), 'shared' (周知), 'internal' (内部: not a word of it is kept here)
    topic          TEXT NOT NULL,              -- a topic key of config.toml; '' for what is internal
    title          TEXT NOT NULL,              -- '' for what is internal
    source         TEXT NOT NULL,              -- who wrote it or where it was published, for people
    summary        TEXT NOT NULL,              -- one screen
    text           TEXT NOT NULL,
    state          TEXT NOT NULL,              -- 'draft', 'proposed' (waits for the second person), 'published', 'withdrawn', 'dropped'
    made_by        INTEGER NOT NULL REFERENCES persons (id),
    made_at        TEXT NOT NULL,
    published_at   TEXT,
    corrected_at   TEXT,                       -- the last correction after publishing; null: none
    withdrawn_at   TEXT,
    withdrawn_why  TEXT                        -- what readers are told
);
CREATE INDEX briefings_published ON briefings (published_at) WHERE state = 'published';               -- the archive, by month
CREATE INDEX briefings_of_topic ON briefings (topic, published_at) WHERE state = 'published';         -- the archive, by topic
CREATE INDEX briefings_underway ON briefings (made_at) WHERE state IN ('draft', 'proposed');          -- what staff have begun

CREATE TABLE briefing_media (                  -- pictures and attachments, in order; they are kept as long as the briefing
    briefing_id  INTEGER NOT NULL REFERENCES briefings (id),
    place        INTEGER NOT NULL,
    media_id     TEXT NOT NULL REFERENCES media (id),
    PRIMARY KEY (briefing_id, place)
);
CREATE INDEX briefing_media_of_medium ON briefing_media (media_id);  -- may it expire?

CREATE TABLE briefing_corrections (            -- a correction of what was published, until a second person has decided on it
    id           INTEGER PRIMARY KEY,
    briefing_id  INTEGER NOT NULL REFERENCES briefings (id),
    field        TEXT NOT NULL,                -- 'title', 'source', 'summary', 'text'
    words        TEXT NOT NULL,                -- what it shall read
    made_by      INTEGER NOT NULL REFERENCES persons (id),
    made_at      TEXT NOT NULL,
    decision     TEXT,                         -- 'approved', 'returned'; null: waits
    decided_by   INTEGER REFERENCES persons (id),
    decided_at   TEXT
);
CREATE INDEX briefing_corrections_of ON briefing_corrections (briefing_id);

CREATE TABLE briefing_reads (                  -- a person has read a briefing: once
    briefing_id  INTEGER NOT NULL REFERENCES briefings (id),
    person_id    INTEGER NOT NULL REFERENCES persons (id),
    at           TEXT NOT NULL,
    how          TEXT NOT NULL,                -- 'button', 'paged' (to the last page), 'page' (to the end of the web page)
    channel      TEXT NOT NULL,
    PRIMARY KEY (briefing_id, person_id)
);

CREATE TABLE briefing_links (                  -- the page of a briefing in large print, for one person
    secret_hash  TEXT PRIMARY KEY,             -- SHA-256 of the secret in the address; the secret stands in the letter only
    briefing_id  INTEGER NOT NULL REFERENCES briefings (id),
    person_id    INTEGER NOT NULL REFERENCES persons (id),
    expires_at   TEXT NOT NULL
);
CREATE INDEX briefing_links_of_person ON briefing_links (person_id);  -- revoked together
CREATE INDEX briefing_links_by_end ON briefing_links (expires_at);    -- housekeeping

CREATE TABLE briefing_mutes (                  -- a topic that a person does not want to be sent; whoever has none is sent all
    person_id  INTEGER NOT NULL REFERENCES persons (id),
    topic      TEXT NOT NULL,
    PRIMARY KEY (person_id, topic)
);

CREATE TABLE briefing_cases (                  -- a case that began with 有话要说 under a briefing
    case_id      INTEGER PRIMARY KEY REFERENCES cases (id),
    briefing_id  INTEGER NOT NULL REFERENCES briefings (id)
);
CREATE INDEX briefing_cases_of ON briefing_cases (briefing_id);

CREATE TABLE briefing_files (                  -- a file that shall become a briefing, until its words have been read out of it
    media_id    TEXT PRIMARY KEY REFERENCES media (id),
    class       TEXT NOT NULL,                 -- as the author chose before sending it
    person_id   INTEGER NOT NULL REFERENCES persons (id),   -- who sent it
    account_id  INTEGER NOT NULL REFERENCES accounts (id),  -- where, and where the answer goes
    asked_at    TEXT NOT NULL
);

-- The words of published briefings as pairs of characters (storage/grams.py); the words themselves stand in `briefings` only.
CREATE VIRTUAL TABLE briefing_search USING fts5(
    title, body, content='', tokenize="unicode61 remove_diacritics 0 categories 'L* N* Co Cn'");
