-- What a terminal was told of the audit log's end and has told again, last where it agreed with the log, and each time
-- it did not. restored: the newest entry of the kind book-restored that the log had then; 0 for none.
CREATE TABLE audit_witness (
    terminal    bigint NOT NULL REFERENCES terminal (number),
    number      bigint NOT NULL,
    chain_hash  {bytes} NOT NULL,
    restored    bigint NOT NULL,
    agrees      bigint NOT NULL,
    told_us     bigint NOT NULL,
    PRIMARY KEY (terminal, number, chain_hash)
);
