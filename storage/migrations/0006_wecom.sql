-- WeCom: the account that the office itself gives out, and messages of which nobody knows whether they arrived.
-- New kinds in the inbox: 'spoken' (words that a machine wrote down), 'entered' (somebody opened the chat), 'noted' (kept, answered by nobody).

ALTER TABLE persons ADD COLUMN work_account TEXT;  -- the userid in the office's WeCom, in small letters, where the roster has it
CREATE INDEX persons_by_work_account ON persons (work_account) WHERE work_account IS NOT NULL;  -- somebody writes from there
ALTER TABLE outbox ADD COLUMN doubts INTEGER NOT NULL DEFAULT 0;  -- how often its next part left without an answer: twice at most
