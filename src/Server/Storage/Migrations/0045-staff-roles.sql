-- What staff may do, and where. roles: codes with spaces between. stores: numbers with spaces between, or * for the whole
-- chain. stamp: rises with each change that ends sessions. invitation_hash: SHA-256 of the code by which somebody sets a
-- password, hexadecimal. Whoever was let in before there were roles may do everything, as before.
ALTER TABLE staff ADD COLUMN roles text NOT NULL DEFAULT 'administrator';
ALTER TABLE staff ADD COLUMN stores text NOT NULL DEFAULT '*';
ALTER TABLE staff ADD COLUMN stamp bigint NOT NULL DEFAULT 1;
ALTER TABLE staff ADD COLUMN disabled_us bigint;
ALTER TABLE staff ADD COLUMN invitation_hash text;
ALTER TABLE staff ADD COLUMN invited_until_us bigint;

-- What programs show in somebody's name. token_hash: SHA-256, hexadecimal.
CREATE TABLE staff_token (
    owner       text NOT NULL REFERENCES staff (name),
    number      bigint NOT NULL,
    title       text NOT NULL,
    token_hash  text NOT NULL UNIQUE,
    created_us  bigint NOT NULL,
    expires_us  bigint NOT NULL,
    revoked_us  bigint,
    PRIMARY KEY (owner, number)
);
