-- What a return undoes, once it is settled: whose sale, at which place of which journal, and how many points of it
-- came back and were taken back. pending: what of that was taken from points that were given for later, zero or less.
ALTER TABLE sale_return ADD COLUMN member bigint;
ALTER TABLE sale_return ADD COLUMN sale_terminal bigint NOT NULL DEFAULT 0;
ALTER TABLE sale_return ADD COLUMN sale_sequence bigint NOT NULL DEFAULT 0;
ALTER TABLE sale_return ADD COLUMN given_back bigint NOT NULL DEFAULT 0;
ALTER TABLE sale_return ADD COLUMN taken_back bigint NOT NULL DEFAULT 0;
ALTER TABLE sale_return ADD COLUMN pending bigint NOT NULL DEFAULT 0;
ALTER TABLE sale_return ADD COLUMN business_date text NOT NULL DEFAULT '';
CREATE INDEX sale_return_member ON sale_return (member);

UPDATE sale_return SET
    (member, sale_terminal, sale_sequence, given_back, taken_back, business_date) = (
        SELECT c.member, sale.terminal, sale.sequence,
            t.earned + CASE WHEN sale_return.on_account > 0 THEN sale_return.on_account ELSE 0 END,
            t.redeemed - CASE WHEN sale_return.on_account < 0 THEN sale_return.on_account ELSE 0 END,
            t.business_date
        FROM card_transaction t
        JOIN card c ON c.uid = t.uid AND c.generation = t.generation
        JOIN card_transaction sale ON sale.operation_id = sale_return.sale AND sale.kind = 2
            AND sale.uid = t.uid AND sale.generation = t.generation
        WHERE t.terminal = sale_return.terminal AND t.sequence = sale_return.sequence
        ORDER BY sale.counter LIMIT 1)
    WHERE state = 'settled' AND EXISTS (
        SELECT 1 FROM card_transaction t JOIN card_transaction sale ON sale.operation_id = sale_return.sale
            AND sale.kind = 2 AND sale.uid = t.uid AND sale.generation = t.generation
        WHERE t.terminal = sale_return.terminal AND t.sequence = sale_return.sequence);

-- What has been posted of an operation's points because of a day that came: activated are those given for later. The
-- operation stands at this place of a journal.
CREATE TABLE lot (
    terminal   bigint NOT NULL,
    sequence   bigint NOT NULL,
    member     bigint NOT NULL REFERENCES member (id),
    activated  bigint NOT NULL,
    expired    bigint NOT NULL,
    PRIMARY KEY (terminal, sequence)
);
CREATE INDEX lot_member ON lot (member);

-- The day, yyyy-MM-dd, on which something of a member's points becomes active or expires next.
CREATE TABLE lot_day (
    member  bigint PRIMARY KEY REFERENCES member (id),
    day     text NOT NULL
);
CREATE INDEX lot_day_day ON lot_day (day);

-- Members whose points have moved are looked at; one row: through which posting that is done.
CREATE TABLE lot_review (
    number   bigint PRIMARY KEY,
    posting  bigint NOT NULL
);

-- What cards are told to expire next: rows are added, never changed. counter: reckoned of all that the card had done up
-- to there. day: yyyy-MM-dd, or empty for nothing.
CREATE TABLE told_expiry (
    uid         text NOT NULL,
    generation  bigint NOT NULL,
    number      bigint NOT NULL,
    counter     bigint NOT NULL,
    day         text NOT NULL,
    points      bigint NOT NULL,
    told_us     bigint NOT NULL,
    PRIMARY KEY (uid, generation, number),
    FOREIGN KEY (uid, generation) REFERENCES card (uid, generation)
);

-- The newest of those; counter 0 for none.
ALTER TABLE card ADD COLUMN expiry_counter bigint NOT NULL DEFAULT 0;
ALTER TABLE card ADD COLUMN expiry_day text NOT NULL DEFAULT '';
ALTER TABLE card ADD COLUMN expiry_points bigint NOT NULL DEFAULT 0;
