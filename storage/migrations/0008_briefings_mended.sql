-- Briefings: who wrote last, what a correction was made of, and files that end the process.

ALTER TABLE briefings ADD COLUMN written_by INTEGER REFERENCES persons (id);  -- who changed its words last; null: whoever made it
ALTER TABLE briefing_corrections ADD COLUMN base TEXT NOT NULL DEFAULT '';     -- what the field read when the correction was made
ALTER TABLE briefing_corrections ADD COLUMN summary TEXT;                      -- what the summary shall read with a new text; null: as it does
UPDATE briefing_corrections SET base = (
    SELECT CASE field WHEN 'title' THEN b.title WHEN 'source' THEN b.source WHEN 'summary' THEN b.summary ELSE b.text END
    FROM briefings b WHERE b.id = briefing_id)
WHERE decision IS NULL;
ALTER TABLE briefing_files ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;        -- in how many processes its reading has begun
ALTER TABLE briefings ADD COLUMN file_id TEXT REFERENCES media (id);           -- the file out of which its words were read; null: none
CREATE INDEX media_forbidden ON media (id) WHERE why = '不能留';                -- their files are still to be deleted
