-- Points that members bring from another programme, as files had them: rows are added, and only undone_us is ever set.
-- number: 1, 2, 3 …; the postings stand at entry number of the journal of terminal -1, which there is not. batch, reference:
-- the file's name for itself, and a line's. active_on: the day that had begun in every store. expires_on: the first day on which they may no longer be spent, yyyy-MM-dd; null
-- for never.
CREATE TABLE opening_balance (
    number      bigint PRIMARY KEY,
    batch       text NOT NULL,
    reference   text NOT NULL,
    member      bigint NOT NULL REFERENCES member (id),
    points      bigint NOT NULL,
    active_on   text NOT NULL,
    expires_on  text,
    loaded_by   text NOT NULL,
    loaded_us   bigint NOT NULL,
    undone_us   bigint,
    UNIQUE (batch, reference)
);
CREATE INDEX opening_balance_member ON opening_balance (member);
CREATE INDEX opening_balance_expires ON opening_balance (expires_on) WHERE expires_on IS NOT NULL;
