-- Months that are closed: what was posted after the month before and through this posting. number: 1, 2, 3 … without a
-- hole. hash: SHA-256 of the accountants' file, hexadecimal; a closed month does not change.
CREATE TABLE closed_period (
    number     bigint PRIMARY KEY,
    month      text NOT NULL UNIQUE,
    posting    bigint NOT NULL,
    hash       text NOT NULL,
    closed_by  text NOT NULL,
    closed_us  bigint NOT NULL
);
