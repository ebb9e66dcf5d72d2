-- Which keys the vault was seen to have: a vault that has another one under the same name is another chain's.
-- name: as the audit log has it, key:sale:2 or authority:FINGERPRINT. check_value: no secret; of an authority empty.
CREATE TABLE vault_key (
    name         text PRIMARY KEY,
    check_value  text NOT NULL,
    seen_us      bigint NOT NULL
);

-- Authorities that do not speak for headquarters any more. fingerprint: SHA-256 of the certificate, hexadecimal.
CREATE TABLE retired_authority (
    fingerprint  text PRIMARY KEY,
    retired_us   bigint NOT NULL
);

-- trusts: the newest authority that the terminal trusts, as it says. certified_by: the one that made its newest
-- certificate. Both fingerprints.
CREATE TABLE terminal_authority (
    terminal      bigint PRIMARY KEY REFERENCES terminal (number),
    trusts        text NOT NULL DEFAULT '',
    certified_by  text NOT NULL DEFAULT '',
    changed_us    bigint NOT NULL
);
