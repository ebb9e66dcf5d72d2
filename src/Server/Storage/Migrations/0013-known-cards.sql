-- Whom an item of the feed is for; both null: everybody. for_card: terminals of stores that know the card.
ALTER TABLE feed ADD COLUMN for_terminal bigint;
ALTER TABLE feed ADD COLUMN for_card text;
CREATE INDEX feed_card ON feed (for_card);
UPDATE feed SET for_card = substr(name, 6, 14) WHERE name LIKE 'card:%';
UPDATE feed SET for_card = substr(name, 13, 14) WHERE name LIKE 'card-action:%';

-- The stores where a card was issued or used. So far every terminal was told of every card.
CREATE TABLE known_card (
    uid    text NOT NULL,
    store  bigint NOT NULL,
    PRIMARY KEY (uid, store)
);
INSERT INTO known_card (uid, store) SELECT DISTINCT card.uid, terminal.store FROM card CROSS JOIN terminal;
