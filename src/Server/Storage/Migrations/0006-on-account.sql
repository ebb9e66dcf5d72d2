-- What an action really changed on the card, signed: the balance or the card's room may have been less. reason on-account:
-- the points come from the member's account, or go there.
ALTER TABLE card_action ADD COLUMN applied_points bigint;

-- Postings also stem from journal entries that speak of no card.
ALTER TABLE posting RENAME TO posting_of_cards;
DROP INDEX posting_account;
CREATE TABLE posting (
    id          bigint PRIMARY KEY,
    programme   bigint NOT NULL,
    currency    text NOT NULL,
    account     bigint NOT NULL,
    owner       bigint NOT NULL,
    points      bigint NOT NULL,
    terminal    bigint NOT NULL,
    sequence    bigint NOT NULL
);
INSERT INTO posting (id, programme, currency, account, owner, points, terminal, sequence)
SELECT id, programme, currency, account, owner, points, terminal, sequence FROM posting_of_cards;
DROP TABLE posting_of_cards;
CREATE INDEX posting_account ON posting (account, owner, points);

-- Returns also come without a card.
ALTER TABLE sale_return RENAME TO sale_return_of_cards;
DROP INDEX sale_return_sale;
CREATE TABLE sale_return (
    terminal    bigint NOT NULL,
    sequence    bigint NOT NULL,
    sale        text NOT NULL,
    state       text NOT NULL,
    on_account  bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (terminal, sequence)
);
INSERT INTO sale_return (terminal, sequence, sale, state, on_account)
SELECT terminal, sequence, sale, state, on_account FROM sale_return_of_cards;
DROP TABLE sale_return_of_cards;
CREATE INDEX sale_return_sale ON sale_return (sale);

-- A sale to a member without a card: its points are on the account.
CREATE TABLE account_sale (
    terminal       bigint NOT NULL,
    sequence       bigint NOT NULL,
    operation_id   text NOT NULL,
    programme      bigint NOT NULL,
    member         bigint NOT NULL REFERENCES member (id),
    earned         bigint NOT NULL,
    amount_minor   bigint NOT NULL,
    rule_set       bigint NOT NULL,
    store          bigint NOT NULL,
    store_zone     text NOT NULL,
    business_date  text NOT NULL,
    sold_at        text NOT NULL,
    posted_us      bigint NOT NULL,
    PRIMARY KEY (terminal, sequence),
    UNIQUE (operation_id, terminal)
);
CREATE INDEX account_sale_member ON account_sale (member);

-- How a member is found without a card; numbers are compared without spaces, hyphens, dots and brackets.
ALTER TABLE member ADD COLUMN email text;
CREATE INDEX member_email ON member (email) WHERE email IS NOT NULL;
CREATE INDEX member_phone ON member
    (REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(phone, ' ', ''), '-', ''), '.', ''), '(', ''), ')', ''))
    WHERE phone IS NOT NULL;

-- Entries that wait for a member with this number or address.
CREATE TABLE waiting_contact (
    terminal  bigint NOT NULL,
    sequence  bigint NOT NULL,
    contact   text NOT NULL,
    PRIMARY KEY (terminal, sequence)
);
CREATE INDEX waiting_contact_contact ON waiting_contact (contact);
