-- The newest redemption of each card that headquarters decided: the journal entry that holds its intent. Until
-- that intent is posted, or known to have come to nothing, headquarters lets the card redeem nothing more.
CREATE TABLE redeeming (
    uid       text PRIMARY KEY,
    terminal  bigint NOT NULL,
    sequence  bigint NOT NULL
);
