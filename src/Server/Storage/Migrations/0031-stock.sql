-- Batches of cards that a bench prepares. Their cards have the numbers from first_number on, size of them, and keys of
-- these versions.
CREATE TABLE card_batch (
    number               bigint PRIMARY KEY,
    programme            bigint NOT NULL REFERENCES programme (number),
    origin               text NOT NULL,
    size                 bigint NOT NULL,
    first_number         bigint NOT NULL UNIQUE,
    balance_most         bigint NOT NULL,
    issuer_key_version   bigint NOT NULL,
    enquiry_key_version  bigint NOT NULL,
    sale_key_version     bigint NOT NULL,
    tm_key_version       bigint NOT NULL,
    ordered_by           text NOT NULL,
    ordered_us           bigint NOT NULL
);

-- Chips that came back from the bench, and the number that it has written on each. Once one is bound to a member it is a
-- card as well.
CREATE TABLE stock_card (
    uid            text PRIMARY KEY,
    number         bigint NOT NULL UNIQUE,
    batch          bigint NOT NULL REFERENCES card_batch (number),
    registered_us  bigint NOT NULL
);
CREATE INDEX stock_card_batch ON stock_card (batch);

-- The batch that a card is of; 0 for none.
ALTER TABLE card ADD COLUMN batch bigint NOT NULL DEFAULT 0;
