-- Chips that a counter of the chain's own has begun to prepare, with the number that each gets: written before the chip is
-- touched. One that is done is in stock (stock_card) too.
CREATE TABLE bench_card (
    uid       text PRIMARY KEY,
    batch     bigint NOT NULL REFERENCES card_batch (number),
    number    bigint NOT NULL UNIQUE,
    begun_us  bigint NOT NULL
);
