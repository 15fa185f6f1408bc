-- Delivery at the channel's own limit: messages that are edited after they left, and the order in which an account was told what.

ALTER TABLE outbox ADD COLUMN external_id TEXT;        -- the channel's own id of the last part sent; null: not sent, or the channel has none
ALTER TABLE outbox ADD COLUMN place INTEGER;           -- place among all that was ever told, given when it left; null: it has not
ALTER TABLE outbox ADD COLUMN version INTEGER NOT NULL DEFAULT 0;       -- how often its text was changed
ALTER TABLE outbox ADD COLUMN version_sent INTEGER NOT NULL DEFAULT 0;  -- the version that the channel has, once it is sent; smaller: an edit is due
ALTER TABLE outbox ADD COLUMN edited_at TEXT;          -- when its text was last changed; not_before and tries are then those of the edit
ALTER TABLE outbox ADD COLUMN edit_place INTEGER;      -- place among all that was ever told, given when its last edit arrived
ALTER TABLE outbox ADD COLUMN otherwise TEXT;          -- what is told in its place where it cannot be edited any more; null: nothing
UPDATE outbox SET place = id WHERE state = 'sent';
DROP INDEX outbox_by_account;
CREATE UNIQUE INDEX outbox_by_place ON outbox (place) WHERE place IS NOT NULL;                   -- the next place
CREATE UNIQUE INDEX outbox_by_edit_place ON outbox (edit_place) WHERE edit_place IS NOT NULL;    -- likewise
CREATE INDEX outbox_told ON outbox (account_id, place) WHERE place IS NOT NULL;                  -- the page's history; the newest buttons
CREATE INDEX outbox_retold ON outbox (account_id, edit_place) WHERE edit_place IS NOT NULL;      -- what an open page must redraw
CREATE INDEX outbox_edits ON outbox (channel, not_before) WHERE state = 'sent' AND version_sent < version;  -- the edits that are due

DROP INDEX outbox_waiting;
CREATE INDEX outbox_waiting ON outbox (channel, priority, not_before, id) WHERE state = 'waiting';  -- what leaves next on a channel, and when more is due
