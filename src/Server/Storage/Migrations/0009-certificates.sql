-- What a terminal was given after the certificate of its enrolment. All of them are over the same key and name the
-- same terminal. certificate_hash: SHA-256, hexadecimal.
CREATE TABLE renewed_certificate (
    certificate_hash  text PRIMARY KEY,
    terminal          bigint NOT NULL REFERENCES terminal (number),
    renewed_us        bigint NOT NULL
);
