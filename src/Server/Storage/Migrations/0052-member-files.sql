-- What the member file of the card is to say from then on (MemberFileItem of the wire); null where it stays.
ALTER TABLE card_action ADD COLUMN file {bytes};

-- Offers that cards have, or will have once their card actions are applied. until_day: yyyy-MM-dd, or empty for no end.
CREATE TABLE card_offer (
    uid         text NOT NULL,
    generation  bigint NOT NULL,
    offer       bigint NOT NULL,
    until_day   text NOT NULL,
    uses        bigint NOT NULL,
    kind        bigint NOT NULL,
    given_by    text NOT NULL,
    given_us    bigint NOT NULL,
    PRIMARY KEY (uid, generation, offer),
    FOREIGN KEY (uid, generation) REFERENCES card (uid, generation)
);
