-- Whole numbers are 64 bits wide; flags are 0 and 1; instants are microseconds since 1970 (…_us); UIDs are 14
-- hex digits.

CREATE TABLE programme (
    number     bigint PRIMARY KEY,
    name       text NOT NULL,
    currency   text NOT NULL,
    zone       text NOT NULL
);

CREATE TABLE rule_set (
    programme     bigint NOT NULL REFERENCES programme (number),
    version       bigint NOT NULL,
    document      {bytes} NOT NULL,
    published_us  bigint NOT NULL,
    PRIMARY KEY (programme, version)
);

CREATE TABLE member (
    id          bigint PRIMARY KEY,
    programme   bigint NOT NULL REFERENCES programme (number),
    name        text NOT NULL,
    phone       text,
    language    text NOT NULL,
    created_us  bigint NOT NULL
);

-- status: 1 active, 2 blocked, 3 personalising, 4 retired (CardStatus of the wire).
-- birth_*: what the card is to be personalised with; kept, because a torn personalisation goes on with the
-- same.
CREATE TABLE card (
    uid                   text NOT NULL,
    generation            bigint NOT NULL,
    number                bigint NOT NULL UNIQUE,
    programme             bigint NOT NULL REFERENCES programme (number),
    member                bigint NOT NULL REFERENCES member (id),
    status                bigint NOT NULL,
    issuer_key_version    bigint NOT NULL,
    enquiry_key_version   bigint NOT NULL,
    sale_key_version      bigint NOT NULL,
    tm_key_version        bigint NOT NULL,
    balance_most          bigint NOT NULL,
    plan_id               bigint NOT NULL UNIQUE,
    birth_seconds         bigint NOT NULL,
    birth_rule_set        bigint NOT NULL,
    birth_expiry_day      bigint NOT NULL,
    birth_flags           bigint NOT NULL,
    acknowledged_counter  bigint NOT NULL DEFAULT 0,
    acknowledged_balance  bigint NOT NULL DEFAULT 0,
    last_card_action      bigint NOT NULL DEFAULT 0,
    created_us            bigint NOT NULL,
    PRIMARY KEY (uid, generation)
);
CREATE INDEX card_member ON card (member);

-- Where the server's copy of each terminal's journal ends.
CREATE TABLE journal_head (
    terminal    bigint PRIMARY KEY,
    sequence    bigint NOT NULL,
    chain_hash  {bytes} NOT NULL,
    taken_us    bigint NOT NULL,
    duplicates  bigint NOT NULL
);

-- Every entry as it came, readable or not. verdict: accepted, or the cause it was parked for.
CREATE TABLE journal_entry (
    terminal    bigint NOT NULL,
    sequence    bigint NOT NULL,
    body        {bytes} NOT NULL,
    chain_hash  {bytes} NOT NULL,
    verdict     text NOT NULL,
    uid         text,
    taken_us    bigint NOT NULL,
    PRIMARY KEY (terminal, sequence)
);
CREATE INDEX journal_entry_parked ON journal_entry (uid) WHERE verdict = 'unknown-card';

-- What a terminal meant to do with a card. state: open, failed, doubt, posted, did-not.
-- settled: the terminal itself looked at the card's log; settled_tmv: the MAC that it found there.
CREATE TABLE intent (
    terminal            bigint NOT NULL,
    sequence            bigint NOT NULL,
    uid                 text NOT NULL,
    generation          bigint NOT NULL,
    counter             bigint NOT NULL,
    state               text NOT NULL,
    doubted             bigint NOT NULL DEFAULT 0,
    abandoned           bigint NOT NULL DEFAULT 0,
    encrypted_previous  {bytes},
    settled_tmv         {bytes},
    settled             bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (terminal, sequence)
);
CREATE INDEX intent_card ON intent (uid, generation, counter);
CREATE INDEX intent_state ON intent (state);

-- One committed transaction of a card. proof: proven (the card's MAC was verified) or inferred (from both
-- neighbours).
CREATE TABLE card_transaction (
    uid                 text NOT NULL,
    generation          bigint NOT NULL,
    tm_key_version      bigint NOT NULL,
    counter             bigint NOT NULL,
    terminal            bigint NOT NULL,
    sequence            bigint NOT NULL,
    proof               text NOT NULL,
    tmv                 {bytes},
    record_read         {bytes},
    record_written      {bytes} NOT NULL,
    reader_id           {bytes} NOT NULL,
    previous_reader_id  {bytes} NOT NULL,
    balance_before      bigint NOT NULL,
    adjusted            bigint NOT NULL,
    earned              bigint NOT NULL,
    redeemed            bigint NOT NULL,
    balance_after       bigint NOT NULL,
    amount_minor        bigint NOT NULL,
    kind                bigint NOT NULL,
    rule_set            bigint NOT NULL,
    recorded_us         bigint NOT NULL,
    operation_id        text,
    programme           bigint NOT NULL,
    currency            text NOT NULL,
    store               bigint NOT NULL,
    store_zone          text NOT NULL,
    business_date       text NOT NULL,
    sold_at             text NOT NULL,
    posted_us           bigint NOT NULL,
    PRIMARY KEY (uid, generation, tm_key_version, counter),
    UNIQUE (terminal, sequence),
    FOREIGN KEY (uid, generation) REFERENCES card (uid, generation)
);
CREATE INDEX card_transaction_recorded ON card_transaction (recorded_us);

-- account and owner: SmartCardCrm.Loyalty.Ledger.Posting. Rows are added, never changed.
CREATE TABLE posting (
    id          bigint PRIMARY KEY,
    programme   bigint NOT NULL,
    currency    text NOT NULL,
    account     bigint NOT NULL,
    owner       bigint NOT NULL,
    points      bigint NOT NULL,
    terminal    bigint NOT NULL,
    sequence    bigint NOT NULL,
    FOREIGN KEY (terminal, sequence) REFERENCES card_transaction (terminal, sequence)
);
CREATE INDEX posting_account ON posting (account, owner, points);

-- for_terminal, for_sequence: the operation that this action makes good; each is made good once.
CREATE TABLE card_action (
    uid              text NOT NULL,
    generation       bigint NOT NULL,
    number           bigint NOT NULL,
    points           bigint NOT NULL,
    reason           text NOT NULL,
    for_terminal     bigint,
    for_sequence     bigint,
    queued_us        bigint NOT NULL,
    applied_counter  bigint,
    PRIMARY KEY (uid, generation, number),
    UNIQUE (for_terminal, for_sequence),
    FOREIGN KEY (uid, generation) REFERENCES card (uid, generation)
);

-- A difference between card, terminal and ledger. It closes when the data closes it, and its row stays.
CREATE TABLE book_exception (
    id              bigint PRIMARY KEY,
    name            text NOT NULL UNIQUE,
    cause           text NOT NULL,
    terminal        bigint,
    sequence        bigint,
    uid             text,
    generation      bigint,
    counter         bigint,
    detail          text NOT NULL,
    evidence        {bytes},
    opened_us       bigint NOT NULL,
    closed_us       bigint,
    resolution      text
);
CREATE INDEX book_exception_card ON book_exception (uid, generation, cause);
CREATE INDEX book_exception_open ON book_exception (closed_us, id);

-- What terminals are told. One row a key: a change moves it to a new position.
CREATE TABLE feed (
    name      text PRIMARY KEY,
    position  bigint NOT NULL UNIQUE,
    body      {bytes} NOT NULL
);
