-- The starts of the server, each with a number that nobody else draws, and how far the feed went then.
-- Positions of the feed say how far somebody has read, and not in which book.
CREATE TABLE feed_epoch (
    ordinal  bigint PRIMARY KEY,
    epoch    bigint NOT NULL UNIQUE,
    head     bigint NOT NULL
);
