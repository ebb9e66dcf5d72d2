-- Cards that are taken out of use: rows are added, and come to an end. number: 1, 2, 3 … for each card. reason: a stable
-- code (SmartCardCrm.Server.Cards.RetirementReason). state: waiting (until due_us, what the card did may still be
-- reported), done, or cancelled. points: what went from card to account then. successor: the number of the card that the
-- member got in its place.
CREATE TABLE card_retirement (
    uid         text NOT NULL,
    generation  bigint NOT NULL,
    number      bigint NOT NULL,
    reason      text NOT NULL,
    state       text NOT NULL,
    asked_by    text NOT NULL,
    asked_us    bigint NOT NULL,
    due_us      bigint NOT NULL,
    ended_us    bigint,
    points      bigint NOT NULL DEFAULT 0,
    successor   bigint,
    PRIMARY KEY (uid, generation, number),
    FOREIGN KEY (uid, generation) REFERENCES card (uid, generation)
);
CREATE INDEX card_retirement_due ON card_retirement (due_us) WHERE state = 'waiting';

-- When an action that waited for a retired card went to its member's account instead; null where it did not.
ALTER TABLE card_action ADD COLUMN carried_us bigint;
