-- Who may come in. Secrets are kept as hashes only.

-- name: trimmed, lower case. failures: wrong passwords in a row.
CREATE TABLE staff (
    name             text PRIMARY KEY,
    password_hash    text NOT NULL,
    failures         bigint NOT NULL,
    locked_until_us  bigint,
    created_us       bigint NOT NULL
);

-- token_hash: SHA-256 of the token's 32 bytes, hexadecimal. terminal: who used it.
CREATE TABLE enrolment_token (
    token_hash  text PRIMARY KEY,
    name        text NOT NULL,
    store       bigint NOT NULL,
    store_zone  text NOT NULL,
    expires_us  bigint NOT NULL,
    terminal    bigint
);

-- A number is one incarnation of a terminal's journal and is never given twice.
-- certificate_hash: SHA-256 of its client certificate, hexadecimal.
CREATE TABLE terminal (
    number            bigint PRIMARY KEY,
    name              text NOT NULL,
    programme         bigint NOT NULL REFERENCES programme (number),
    store             bigint NOT NULL,
    store_zone        text NOT NULL,
    certificate_hash  text NOT NULL UNIQUE,
    software_version  text NOT NULL,
    enrolled_us       bigint NOT NULL,
    revoked_us        bigint
);
