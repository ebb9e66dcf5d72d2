-- Whom an item of the feed is for; both null: everybody. for_card: terminals of stores that know the card.
ALTER TABLE feed ADD COLUMN for_terminal bigint;
ALTER TABLE feed ADD COLUMN for_card text;
CREATE INDEX feed_card ON feed (for_card);
UPDATE feed SET for_card = substr(name, 6, 14) WHERE name LIKE 'card:%';
UPDATE feed SET for_card = substr(name, 13, 14) WHERE name LIKE 'card-action:%';
UPDATE feed SET for_terminal = CAST(substr(name, 8) AS bigint) WHERE name LIKE 'limits:%';

-- The stores where a card was issued or used. So far terminals were told of all cards; those that nobody used
-- in their store they have as they were.
CREATE TABLE known_card (
    uid    text NOT NULL,
    store  bigint NOT NULL,
    PRIMARY KEY (uid, store)
);
INSERT INTO known_card (uid, store)
SELECT DISTINCT t.uid, terminal.store FROM card_transaction t JOIN terminal ON terminal.number = t.terminal;
