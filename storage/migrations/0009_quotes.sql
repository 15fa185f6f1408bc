-- What somebody quotes stands beside what is said: words of ours, or of others, are no answer and no call for help.

ALTER TABLE inbox ADD COLUMN quote TEXT NOT NULL DEFAULT '';  -- as staff read it: （引用：…）
