-- Cards that get newer keys over the relay: a row for each card and target, written before the card is touched. From then
-- until ended_us the card may have keys of the versions that the card's row names, of the target's, or of both. terminal:
-- where it was tried last. failure: a stable code, why it did not go on then; empty where the card only left.
CREATE TABLE key_rotation (
    uid                  text NOT NULL,
    generation           bigint NOT NULL,
    issuer_key_version   bigint NOT NULL,
    enquiry_key_version  bigint NOT NULL,
    sale_key_version     bigint NOT NULL,
    terminal             bigint NOT NULL,
    tries                bigint NOT NULL,
    failure              text NOT NULL DEFAULT '',
    begun_us             bigint NOT NULL,
    ended_us             bigint,
    PRIMARY KEY (uid, generation, issuer_key_version, enquiry_key_version, sale_key_version),
    FOREIGN KEY (uid, generation) REFERENCES card (uid, generation)
);
CREATE INDEX card_keys ON card (issuer_key_version, enquiry_key_version, sale_key_version, tm_key_version);

-- The newest masters that a terminal has fetched; null where it is to have none. No row: it has not fetched any since
-- there is this table.
CREATE TABLE terminal_keys (
    terminal         bigint PRIMARY KEY REFERENCES terminal (number),
    enquiry_version  bigint,
    sale_version     bigint,
    given_us         bigint NOT NULL
);
