-- What headquarters lets a card redeem, by the journal entry that holds the intent: points that the book
-- still has on the card until that intent is posted, or known to have come to nothing. counter: of the commit
-- that it would make.
CREATE TABLE redeeming (
    terminal    bigint NOT NULL,
    sequence    bigint NOT NULL,
    uid         text NOT NULL,
    generation  bigint NOT NULL,
    counter     bigint NOT NULL,
    points      bigint NOT NULL,
    PRIMARY KEY (terminal, sequence)
);
CREATE INDEX redeeming_card ON redeeming (uid);
