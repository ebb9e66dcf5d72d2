-- What headquarters has certified of its book, day by day: rows are added, never changed. number: 1, 2, 3 … in the archive.
-- revision: 1, 2, 3 … for each day. failed: how many checks did. hash: SHA-256 of the document, hexadecimal; the next
-- document names it. signed_by: the public key, SubjectPublicKeyInfo.
CREATE TABLE day_certificate (
    number     bigint PRIMARY KEY,
    day        text NOT NULL,
    revision   bigint NOT NULL,
    failed     bigint NOT NULL,
    hash       text NOT NULL,
    document   {bytes} NOT NULL,
    signature  {bytes} NOT NULL,
    signed_by  {bytes} NOT NULL,
    made_us    bigint NOT NULL,
    UNIQUE (day, revision)
);
