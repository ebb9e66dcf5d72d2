-- What a terminal has read in a card's own log of a transaction that nobody had reported then. record: 64 bytes, as the
-- card keeps it; no signature covers it, and of a copied card there may be several. terminal, sequence: the journal
-- entry that tells.
CREATE TABLE seen_record (
    uid         text NOT NULL,
    generation  bigint NOT NULL,
    counter     bigint NOT NULL,
    record      {bytes} NOT NULL,
    terminal    bigint NOT NULL,
    sequence    bigint NOT NULL,
    PRIMARY KEY (uid, generation, counter, record),
    FOREIGN KEY (uid, generation) REFERENCES card (uid, generation)
);
