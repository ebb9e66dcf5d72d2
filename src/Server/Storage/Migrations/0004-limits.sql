-- What each terminal may decide without asking; the highest version is in force. A version never changes.
CREATE TABLE terminal_limits (
    terminal   bigint NOT NULL REFERENCES terminal (number),
    version    bigint NOT NULL,
    document   {bytes} NOT NULL,
    issued_us  bigint NOT NULL,
    PRIMARY KEY (terminal, version)
);
