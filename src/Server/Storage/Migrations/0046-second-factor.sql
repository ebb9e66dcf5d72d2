-- The second factor of staff. totp_secret: sealed with the keys of sessions; null where none is set up. totp_step: the last
-- one that let in; no code does twice.
ALTER TABLE staff ADD COLUMN totp_secret text;
ALTER TABLE staff ADD COLUMN totp_step bigint NOT NULL DEFAULT 0;

-- Each lets in once instead of a code. code_hash: SHA-256, hexadecimal.
CREATE TABLE staff_recovery_code (
    owner      text NOT NULL REFERENCES staff (name),
    code_hash  text NOT NULL,
    PRIMARY KEY (owner, code_hash)
);
