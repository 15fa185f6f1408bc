-- What somebody quotes stands beside what is said: words of ours, or of others, are no answer and no call for help.
-- A new kind in the inbox: 'remark' (what somebody thinks of an answer of ours).

ALTER TABLE inbox ADD COLUMN quote TEXT NOT NULL DEFAULT '';  -- as staff read it: （引用：…）
