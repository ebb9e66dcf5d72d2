-- Who has blocked or unblocked a card, when and why: rows are added, never changed. number: 1, 2, 3 … for each
-- card. blocked: 1 blocked, 0 unblocked. reason: a stable code (SmartCardCrm.Server.Cards.BlockReason).
CREATE TABLE card_block (
    uid         text NOT NULL,
    generation  bigint NOT NULL,
    number      bigint NOT NULL,
    blocked     bigint NOT NULL,
    reason      text NOT NULL,
    done_by     text NOT NULL,
    done_us     bigint NOT NULL,
    PRIMARY KEY (uid, generation, number),
    FOREIGN KEY (uid, generation) REFERENCES card (uid, generation)
);

-- Where a blocked card was shown and not served: the journal entry that says so, by the terminal's clock.
CREATE TABLE card_refusal (
    terminal     bigint NOT NULL,
    sequence     bigint NOT NULL,
    uid          text NOT NULL,
    recorded_us  bigint NOT NULL,
    PRIMARY KEY (terminal, sequence)
);
CREATE INDEX card_refusal_card ON card_refusal (uid, recorded_us);
