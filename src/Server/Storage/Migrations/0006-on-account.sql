-- What an action really changed on the card, signed: the balance or the card's room may have been less. reason on-account:
-- the points come from the member's account, or go there.
ALTER TABLE card_action ADD COLUMN applied_points bigint;

-- Postings also stem from journal entries that speak of no card.
ALTER TABLE posting RENAME TO posting_of_cards;
DROP INDEX posting_account;
CREATE TABLE posting (
    id          bigint PRIMARY KEY,
    programme   bigint NOT NULL,
    currency    text NOT NULL,
    account     bigint NOT NULL,
    owner       bigint NOT NULL,
    points      bigint NOT NULL,
    terminal    bigint NOT NULL,
    sequence    bigint NOT NULL
);
INSERT INTO posting (id, programme, currency, account, owner, points, terminal, sequence)
SELECT id, programme, currency, account, owner, points, terminal, sequence FROM posting_of_cards;
DROP TABLE posting_of_cards;
CREATE INDEX posting_account ON posting (account, owner, points);
