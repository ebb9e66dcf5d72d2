-- A book as the first release left it, written by that release: three members with a card each, two tills, sales, points
-- redeemed, a tap that was torn, one whose answer was lost, and one of which the card alone tells. {bytes:…} is hexadecimal.

CREATE TABLE migration (number bigint PRIMARY KEY, name text NOT NULL);

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

-- Who may come in. Secrets are kept as hashes only.

-- name: trimmed, lower case. failures: wrong passwords in a row.
CREATE TABLE staff (
    name             text PRIMARY KEY,
    password_hash    text NOT NULL,
    failures         bigint NOT NULL,
    locked_until_us  bigint,
    created_us       bigint NOT NULL
);

-- token_hash: SHA-256 of the token's 32 bytes, hexadecimal. terminal: who used it.
CREATE TABLE enrolment_token (
    token_hash  text PRIMARY KEY,
    name        text NOT NULL,
    store       bigint NOT NULL,
    store_zone  text NOT NULL,
    expires_us  bigint NOT NULL,
    terminal    bigint
);

-- A number is one incarnation of a terminal's journal and is never given twice.
-- certificate_hash: SHA-256 of its client certificate, hexadecimal.
CREATE TABLE terminal (
    number            bigint PRIMARY KEY,
    name              text NOT NULL,
    programme         bigint NOT NULL REFERENCES programme (number),
    store             bigint NOT NULL,
    store_zone        text NOT NULL,
    certificate_hash  text NOT NULL UNIQUE,
    software_version  text NOT NULL,
    enrolled_us       bigint NOT NULL,
    revoked_us        bigint
);

INSERT INTO programme (number, name, currency, zone) VALUES
    (1, 'Points', 'USD', 'UTC');
INSERT INTO rule_set (programme, version, document, published_us) VALUES
    (1, 1, {bytes:7B2276657273696F6E223A312C2270726F6772616D6D65223A312C2263757272656E6379223A22555344222C226D696E6F72506572556E6974223A3130302C226361726442616C616E63654D6F7374223A313030303030302C2272756C6573223A5B7B22636F6465223A2262617365222C22656666656374223A7B2274797065223A227065722D616D6F756E74222C22706F696E7473223A312C226D696E6F72223A3130307D2C2269734C617374223A66616C73657D5D2C22636F756E74696E67223A7B22616D6F756E7473223A2247726F7373222C22656163684C696E65223A66616C73652C22726F756E64696E67223A22446F776E227D2C22726564656D7074696F6E223A7B22706F696E7456616C75654D696E6F72223A312C22706F696E74734C65617374223A302C22706F696E747353746570223A312C2273686172655065726D696C6C65223A313030302C226261736B65744C656173744D696E6F72223A302C2272656465656D6564506172744561726E73223A66616C73657D7D}, 1767603600000000);
INSERT INTO member (id, programme, name, phone, language, created_us) VALUES
    (1, 1, 'Ada', NULL, 'en', 1767603600000000);
INSERT INTO member (id, programme, name, phone, language, created_us) VALUES
    (2, 1, 'Ada', NULL, 'en', 1767603600000000);
INSERT INTO member (id, programme, name, phone, language, created_us) VALUES
    (3, 1, 'Ada', NULL, 'en', 1767603600000000);
INSERT INTO card (uid, generation, number, programme, member, status, issuer_key_version, enquiry_key_version, sale_key_version, tm_key_version, balance_most, plan_id, birth_seconds, birth_rule_set, birth_expiry_day, birth_flags, acknowledged_counter, acknowledged_balance, last_card_action, created_us) VALUES
    ('04112233000001', 1, 1000001, 1, 1, 1, 1, 1, 1, 1, 1000000, 1, 1767603600, 1, 0, 2, 3, 129, 0, 1767603600000000);
INSERT INTO card (uid, generation, number, programme, member, status, issuer_key_version, enquiry_key_version, sale_key_version, tm_key_version, balance_most, plan_id, birth_seconds, birth_rule_set, birth_expiry_day, birth_flags, acknowledged_counter, acknowledged_balance, last_card_action, created_us) VALUES
    ('04112233000002', 1, 1000002, 1, 2, 1, 1, 1, 1, 1, 1000000, 2, 1767603600, 1, 0, 2, 2, 25, 0, 1767603600000000);
INSERT INTO card (uid, generation, number, programme, member, status, issuer_key_version, enquiry_key_version, sale_key_version, tm_key_version, balance_most, plan_id, birth_seconds, birth_rule_set, birth_expiry_day, birth_flags, acknowledged_counter, acknowledged_balance, last_card_action, created_us) VALUES
    ('04112233000003', 1, 1000003, 1, 3, 1, 1, 1, 1, 1, 1000000, 3, 1767603600, 1, 0, 2, 3, 50, 0, 1767603600000000);
INSERT INTO journal_head (terminal, sequence, chain_hash, taken_us, duplicates) VALUES
    (1, 8, {bytes:22E5381A4BDEB18591BAB4B14298A41420CDB3F17E0CE3CE4950DC10C9008F78}, 1767693600000000, 0);
INSERT INTO journal_head (terminal, sequence, chain_hash, taken_us, duplicates) VALUES
    (2, 5, {bytes:5DAC173A1B368DA974FA10D23447135C9DE0D9A82F934044A42D6E9094C1FD86}, 1767693600000000, 0);
INSERT INTO journal_entry (terminal, sequence, body, chain_hash, verdict, uid, taken_us) VALUES
    (1, 1, {bytes:080152BF020A1000000000000000000000000000000000120B0A070411223300000120011A3F0801120355534418BF022210416D65726963612F4E65775F596F726B2A0A323032362D30312D303538014213323032362D30312D30355431323A30303A3030200130C801386448904E524C0A08AB04000000010000124001000000909C4F0B0000000001000000010201000000000000000000000000000000000041420F00000001000000000000000000000000000000000000000000520A0A026C03120400000000520A0A020C03120464000000524C0A088B04000000400000124002000000909C4F0B0100000001000000020101006400000000000000102700006400000041420F0000000100000000000000000000000000000000000000000052150A01C812100100000001000000EDE14EF7AD4DF57C6001720618E80720904E}, {bytes:942563969AA41D8F05031F266B4A2868D223013EB0C76CAF5B611BF4EAB8CD27}, 'accepted', '04112233000001', 1767693600000000);
INSERT INTO journal_entry (terminal, sequence, body, chain_hash, verdict, uid, taken_us) VALUES
    (1, 2, {bytes:08015AF60108011A0B0A0704112233000001200120022A0813609CEAED3B9B30324C0A08AB04000000010000124001000000909C4F0B0000000001000000010201000000000000000000000000000000000041420F00000001000000000000000000000000000000000000000000320A0A026C03120400000000320A0A020C03120464000000324C0A088B04000000400000124002000000909C4F0B0100000001000000020101006400000000000000102700006400000041420F0000000100000000000000000000000000000000000000000032250A01C812200100000001000000EDE14EF7AD4DF57C8463FDAAA272BF274826FE5F5662FA9D}, {bytes:45F67B27E9A42F2EF10EC7DDF06B9E7EC6396B27ACAF717FDD4BCA4B5B4B564C}, 'accepted', '04112233000001', 1767693600000000);
INSERT INTO journal_entry (terminal, sequence, body, chain_hash, verdict, uid, taken_us) VALUES
    (1, 3, {bytes:080152BE020A1000000000000000000000000000000000120B0A070411223300000220011A3F0801120355534418BF022210416D65726963612F4E65775F596F726B2A0A323032362D30312D303538014213323032362D30312D30355431323A30303A303020013032381948F613524C0A08AB04000000010000124001000000909C4F0B0000000002000000010201000000000000000000000000000000000042420F00000001000000000000000000000000000000000000000000520A0A026C03120400000000520A0A020C03120419000000524C0A088B04000000400000124002000000909C4F0B0100000003000000020101001900000000000000F60900001900000042420F0000000100000000000000000000000000000000000000000052150A01C812100100000003000000860F9D9FB1ABE7FF6001720618E80720F613}, {bytes:75EBD4BEC004CA497B3B9429851ADD59C1F115DCD5332C0C9DF5F9E67A9DD91B}, 'accepted', '04112233000002', 1767693600000000);
INSERT INTO journal_entry (terminal, sequence, body, chain_hash, verdict, uid, taken_us) VALUES
    (1, 4, {bytes:08015AF60108031A0B0A0704112233000002200120022A08C04B442BA293437A324C0A08AB04000000010000124001000000909C4F0B0000000002000000010201000000000000000000000000000000000042420F00000001000000000000000000000000000000000000000000320A0A026C03120400000000320A0A020C03120419000000324C0A088B04000000400000124002000000909C4F0B0100000003000000020101001900000000000000F60900001900000042420F0000000100000000000000000000000000000000000000000032250A01C812200100000003000000860F9D9FB1ABE7FF0AB2C69BDDB91B892098C9ACDDFEFDDB}, {bytes:51ED60AAE998D206D9F96FB4815B92DA6FD7D6D8B7A73FD0BFAEC431B7AB03A7}, 'accepted', '04112233000002', 1767693600000000);
INSERT INTO journal_entry (terminal, sequence, body, chain_hash, verdict, uid, taken_us) VALUES
    (1, 5, {bytes:080152C1020A1000000000000000000000000000000000120B0A070411223300000220011A3F0801120355534418BF022210416D65726963612F4E65775F596F726B2A0A323032362D30312D303538014213323032362D30312D30355431323A30303A30302002283230D201385048C03E524C0A08AB04000000010000124002000000909C4F0B0100000003000000020101001900000000000000F60900001900000042420F00000001000000000000000000000000000000000000000000520A0A026C03120419000000520A0A020C03120450000000524C0A088B04000000400000124003000000A0AA4F0B0100000005000000020101005000000000000000401F00006900000042420F0000000100000000000000000000000000000000000000000052150A01C812100100000005000000733658B1A46B7CEE6001720618E80720C03E}, {bytes:0F823657F624A55AEDCBE56AE4BB880CCCF07CB33234B9BF34878567A0342B6B}, 'accepted', '04112233000002', 1767693600000000);
INSERT INTO journal_entry (terminal, sequence, body, chain_hash, verdict, uid, taken_us) VALUES
    (1, 6, {bytes:0801620D08051209636172642D6C6F7374}, {bytes:00A8A08A7A746CFAF12B016FFEBBF1F977116E398E57B0FA8FC6F6DE17AF6D47}, 'accepted', NULL, 1767693600000000);
INSERT INTO journal_entry (terminal, sequence, body, chain_hash, verdict, uid, taken_us) VALUES
    (1, 7, {bytes:080152C1020A1000000000000000000000000000000000120B0A070411223300000220011A3F0801120355534418BF022210416D65726963612F4E65775F596F726B2A0A323032362D30312D303538014213323032362D30312D30355431323A30303A30302002283230D201385048C03E524C0A08AB04000000010000124002000000909C4F0B0100000003000000020101001900000000000000F60900001900000042420F00000001000000000000000000000000000000000000000000520A0A026C03120419000000520A0A020C03120450000000524C0A088B04000000400000124003000000A0AA4F0B0100000007000000020101005000000000000000401F00006900000042420F0000000100000000000000000000000000000000000000000052150A01C81210010000000700000059F64468B8A716FF6001720618E80720C03E}, {bytes:428C31C907D07152EC322686BFCE26FD0EF90FCBAF34EADCA8D1C54E33CCF096}, 'accepted', '04112233000002', 1767693600000000);
INSERT INTO journal_entry (terminal, sequence, body, chain_hash, verdict, uid, taken_us) VALUES
    (1, 8, {bytes:08016A1408071210828FC86610635024C944091DC35E4269}, {bytes:22E5381A4BDEB18591BAB4B14298A41420CDB3F17E0CE3CE4950DC10C9008F78}, 'accepted', NULL, 1767693600000000);
INSERT INTO journal_entry (terminal, sequence, body, chain_hash, verdict, uid, taken_us) VALUES
    (2, 1, {bytes:080152D2020A1000000000000000000000000000000000120B0A070411223300000120011A3F0801120355534418BF022210416D65726963612F4E65775F596F726B2A0A323032362D30312D303538014213323032362D30312D30355431323A30303A3030200228C801308202383B401E48F02E524C0A08AB04000000010000124002000000909C4F0B0100000001000000020101006400000000000000102700006400000041420F00000001000000000000000000000000000000000000000000520A0A026C03120464000000520A0A02DC0312041E000000520A0A020C0312043B000000524C0A088B04000000400000124003000000A0AA4F0B0200000001000000020101003B0000001E000000701700008100000041420F0000000100000000000000000000000000000000000000000052150A01C812100200000001000000A10D0D65401A3E716001720618E80720F02E781E}, {bytes:47ACF76121A7D8A423397D4DD38DC83A7FA11C672C75355F6E3FCA0D6C9F4C72}, 'accepted', '04112233000001', 1767693600000000);
INSERT INTO journal_entry (terminal, sequence, body, chain_hash, verdict, uid, taken_us) VALUES
    (2, 2, {bytes:08015A820208011A0B0A0704112233000001200120032A08A10AA6562D49CE99324C0A08AB04000000010000124002000000909C4F0B0100000001000000020101006400000000000000102700006400000041420F00000001000000000000000000000000000000000000000000320A0A026C03120464000000320A0A02DC0312041E000000320A0A020C0312043B000000324C0A088B04000000400000124003000000A0AA4F0B0200000001000000020101003B0000001E000000701700008100000041420F0000000100000000000000000000000000000000000000000032250A01C812200200000001000000A10D0D65401A3E71C831CAFEFAB60BFA4D44D5D368500185}, {bytes:ED3F4EC30824161989963AF3CF308A888357404A399EA2CFFD2C232ED456F916}, 'accepted', '04112233000001', 1767693600000000);
INSERT INTO journal_entry (terminal, sequence, body, chain_hash, verdict, uid, taken_us) VALUES
    (2, 3, {bytes:080152BE020A1000000000000000000000000000000000120B0A070411223300000320011A3F0801120355534418BF022210416D65726963612F4E65775F596F726B2A0A323032362D30312D303538014213323032362D30312D30355431323A30303A303020013050382848A01F524C0A08AB04000000010000124001000000909C4F0B0000000003000000010201000000000000000000000000000000000043420F00000001000000000000000000000000000000000000000000520A0A026C03120400000000520A0A020C03120428000000524C0A088B0400000040000012400200000020FC500B0200000003000000020101002800000000000000A00F00002800000043420F0000000100000000000000000000000000000000000000000052150A01C812100200000003000000A30BDE89ED9E5FB56001720618E80720A01F}, {bytes:4E955ACD75C420F88E91E98C8422AA5DDEEEA8A22FDF2A4338C4C4CEDE92B1C1}, 'accepted', '04112233000003', 1767693600000000);
INSERT INTO journal_entry (terminal, sequence, body, chain_hash, verdict, uid, taken_us) VALUES
    (2, 4, {bytes:080152C0020A1000000000000000000000000000000000120B0A070411223300000320011A3F0801120355534418BF022210416D65726963612F4E65775F596F726B2A0A323032362D30312D303538014213323032362D30312D30355431323A30303A3030200228503064380A48E807524C0A08AB0400000001000012400200000020FC500B0200000003000000020101002800000000000000A00F00002800000043420F00000001000000000000000000000000000000000000000000520A0A026C03120428000000520A0A020C0312040A000000524C0A088B0400000040000012400300000020FC500B0200000004000000020101000A00000000000000E80300003200000043420F0000000100000000000000000000000000000000000000000052150A01C812100200000004000000BCC44EBAFC828F136001720618E80720E807}, {bytes:4FB919A03282031B044E7FF3FC314D83B2707BE15379B02F8A135A68465E8C2A}, 'accepted', '04112233000003', 1767693600000000);
INSERT INTO journal_entry (terminal, sequence, body, chain_hash, verdict, uid, taken_us) VALUES
    (2, 5, {bytes:08015AF60108041A0B0A0704112233000003200120032A080108B6767012B806324C0A08AB0400000001000012400200000020FC500B0200000003000000020101002800000000000000A00F00002800000043420F00000001000000000000000000000000000000000000000000320A0A026C03120428000000320A0A020C0312040A000000324C0A088B0400000040000012400300000020FC500B0200000004000000020101000A00000000000000E80300003200000043420F0000000100000000000000000000000000000000000000000032250A01C812200200000004000000BCC44EBAFC828F13C2C49E55CFACEC8A4E665C77FFF7DFAF}, {bytes:5DAC173A1B368DA974FA10D23447135C9DE0D9A82F934044A42D6E9094C1FD86}, 'accepted', '04112233000003', 1767693600000000);
INSERT INTO intent (terminal, sequence, uid, generation, counter, state, doubted, abandoned, encrypted_previous, settled_tmv, settled) VALUES
    (1, 1, '04112233000001', 1, 2, 'posted', 0, 0, NULL, NULL, 0);
INSERT INTO intent (terminal, sequence, uid, generation, counter, state, doubted, abandoned, encrypted_previous, settled_tmv, settled) VALUES
    (1, 3, '04112233000002', 1, 2, 'posted', 0, 0, NULL, NULL, 0);
INSERT INTO intent (terminal, sequence, uid, generation, counter, state, doubted, abandoned, encrypted_previous, settled_tmv, settled) VALUES
    (1, 5, '04112233000002', 1, 3, 'failed', 0, 0, NULL, NULL, 0);
INSERT INTO intent (terminal, sequence, uid, generation, counter, state, doubted, abandoned, encrypted_previous, settled_tmv, settled) VALUES
    (1, 7, '04112233000002', 1, 3, 'doubt', 1, 0, {bytes:828FC86610635024C944091DC35E4269}, NULL, 0);
INSERT INTO intent (terminal, sequence, uid, generation, counter, state, doubted, abandoned, encrypted_previous, settled_tmv, settled) VALUES
    (2, 1, '04112233000001', 1, 3, 'posted', 0, 0, NULL, NULL, 0);
INSERT INTO intent (terminal, sequence, uid, generation, counter, state, doubted, abandoned, encrypted_previous, settled_tmv, settled) VALUES
    (2, 3, '04112233000003', 1, 2, 'posted', 0, 0, NULL, NULL, 0);
INSERT INTO intent (terminal, sequence, uid, generation, counter, state, doubted, abandoned, encrypted_previous, settled_tmv, settled) VALUES
    (2, 4, '04112233000003', 1, 3, 'posted', 0, 0, NULL, NULL, 0);
INSERT INTO card_transaction (uid, generation, tm_key_version, counter, terminal, sequence, proof, tmv, record_read, record_written, reader_id, previous_reader_id, balance_before, adjusted, earned, redeemed, balance_after, amount_minor, kind, rule_set, recorded_us, operation_id, programme, currency, store, store_zone, business_date, sold_at, posted_us) VALUES
    ('04112233000001', 1, 1, 1, 0, 1, 'proven', {bytes:405546387E0A0A65}, NULL, {bytes:01000000909C4F0B0000000001000000010201000000000000000000000000000000000041420F00000001000000000000000000000000000000000000000000}, {bytes:0000000001000000C4A7294870F41FCE}, {bytes:00000000000000000000000000000000}, 0, 0, 0, 0, 0, 0, 1, 1, 1767603600000000, NULL, 1, 'USD', 0, '', '', '', 1767603600000000);
INSERT INTO card_transaction (uid, generation, tm_key_version, counter, terminal, sequence, proof, tmv, record_read, record_written, reader_id, previous_reader_id, balance_before, adjusted, earned, redeemed, balance_after, amount_minor, kind, rule_set, recorded_us, operation_id, programme, currency, store, store_zone, business_date, sold_at, posted_us) VALUES
    ('04112233000002', 1, 1, 1, 0, 2, 'proven', {bytes:C1F3FAB44834BCB9}, NULL, {bytes:01000000909C4F0B0000000002000000010201000000000000000000000000000000000042420F00000001000000000000000000000000000000000000000000}, {bytes:00000000020000006156AF83FE9D5C73}, {bytes:00000000000000000000000000000000}, 0, 0, 0, 0, 0, 0, 1, 1, 1767603600000000, NULL, 1, 'USD', 0, '', '', '', 1767603600000000);
INSERT INTO card_transaction (uid, generation, tm_key_version, counter, terminal, sequence, proof, tmv, record_read, record_written, reader_id, previous_reader_id, balance_before, adjusted, earned, redeemed, balance_after, amount_minor, kind, rule_set, recorded_us, operation_id, programme, currency, store, store_zone, business_date, sold_at, posted_us) VALUES
    ('04112233000003', 1, 1, 1, 0, 3, 'proven', {bytes:9D693879FB6CB5F7}, NULL, {bytes:01000000909C4F0B0000000003000000010201000000000000000000000000000000000043420F00000001000000000000000000000000000000000000000000}, {bytes:0000000003000000BCC262806366C95D}, {bytes:00000000000000000000000000000000}, 0, 0, 0, 0, 0, 0, 1, 1, 1767603600000000, NULL, 1, 'USD', 0, '', '', '', 1767603600000000);
INSERT INTO card_transaction (uid, generation, tm_key_version, counter, terminal, sequence, proof, tmv, record_read, record_written, reader_id, previous_reader_id, balance_before, adjusted, earned, redeemed, balance_after, amount_minor, kind, rule_set, recorded_us, operation_id, programme, currency, store, store_zone, business_date, sold_at, posted_us) VALUES
    ('04112233000001', 1, 1, 2, 1, 1, 'proven', {bytes:13609CEAED3B9B30}, {bytes:01000000909C4F0B0000000001000000010201000000000000000000000000000000000041420F00000001000000000000000000000000000000000000000000}, {bytes:02000000909C4F0B0100000001000000020101006400000000000000102700006400000041420F00000001000000000000000000000000000000000000000000}, {bytes:0100000001000000EDE14EF7AD4DF57C}, {bytes:0000000001000000C4A7294870F41FCE}, 0, 0, 100, 0, 100, 10000, 2, 1, 1767603600000000, '00000000000000000000000000000000', 1, 'USD', 319, 'America/New_York', '2026-01-05', '', 1767693600000000);
INSERT INTO card_transaction (uid, generation, tm_key_version, counter, terminal, sequence, proof, tmv, record_read, record_written, reader_id, previous_reader_id, balance_before, adjusted, earned, redeemed, balance_after, amount_minor, kind, rule_set, recorded_us, operation_id, programme, currency, store, store_zone, business_date, sold_at, posted_us) VALUES
    ('04112233000002', 1, 1, 2, 1, 3, 'proven', {bytes:C04B442BA293437A}, {bytes:01000000909C4F0B0000000002000000010201000000000000000000000000000000000042420F00000001000000000000000000000000000000000000000000}, {bytes:02000000909C4F0B0100000003000000020101001900000000000000F60900001900000042420F00000001000000000000000000000000000000000000000000}, {bytes:0100000003000000860F9D9FB1ABE7FF}, {bytes:00000000020000006156AF83FE9D5C73}, 0, 0, 25, 0, 25, 2550, 2, 1, 1767603600000000, '00000000000000000000000000000000', 1, 'USD', 319, 'America/New_York', '2026-01-05', '', 1767693600000000);
INSERT INTO card_transaction (uid, generation, tm_key_version, counter, terminal, sequence, proof, tmv, record_read, record_written, reader_id, previous_reader_id, balance_before, adjusted, earned, redeemed, balance_after, amount_minor, kind, rule_set, recorded_us, operation_id, programme, currency, store, store_zone, business_date, sold_at, posted_us) VALUES
    ('04112233000001', 1, 1, 3, 2, 1, 'proven', {bytes:A10AA6562D49CE99}, {bytes:02000000909C4F0B0100000001000000020101006400000000000000102700006400000041420F00000001000000000000000000000000000000000000000000}, {bytes:03000000A0AA4F0B0200000001000000020101003B0000001E000000701700008100000041420F00000001000000000000000000000000000000000000000000}, {bytes:0200000001000000A10D0D65401A3E71}, {bytes:0100000001000000EDE14EF7AD4DF57C}, 100, 0, 59, 30, 129, 6000, 2, 1, 1767607200000000, '00000000000000000000000000000000', 1, 'USD', 319, 'America/New_York', '2026-01-05', '', 1767693600000000);
INSERT INTO card_transaction (uid, generation, tm_key_version, counter, terminal, sequence, proof, tmv, record_read, record_written, reader_id, previous_reader_id, balance_before, adjusted, earned, redeemed, balance_after, amount_minor, kind, rule_set, recorded_us, operation_id, programme, currency, store, store_zone, business_date, sold_at, posted_us) VALUES
    ('04112233000003', 1, 1, 3, 2, 4, 'proven', {bytes:0108B6767012B806}, {bytes:0200000020FC500B0200000003000000020101002800000000000000A00F00002800000043420F00000001000000000000000000000000000000000000000000}, {bytes:0300000020FC500B0200000004000000020101000A00000000000000E80300003200000043420F00000001000000000000000000000000000000000000000000}, {bytes:0200000004000000BCC44EBAFC828F13}, {bytes:0200000003000000A30BDE89ED9E5FB5}, 40, 0, 10, 0, 50, 1000, 2, 1, 1767693600000000, '00000000000000000000000000000000', 1, 'USD', 319, 'America/New_York', '2026-01-05', '', 1767693600000000);
INSERT INTO card_transaction (uid, generation, tm_key_version, counter, terminal, sequence, proof, tmv, record_read, record_written, reader_id, previous_reader_id, balance_before, adjusted, earned, redeemed, balance_after, amount_minor, kind, rule_set, recorded_us, operation_id, programme, currency, store, store_zone, business_date, sold_at, posted_us) VALUES
    ('04112233000003', 1, 1, 2, 2, 3, 'inferred', NULL, {bytes:01000000909C4F0B0000000003000000010201000000000000000000000000000000000043420F00000001000000000000000000000000000000000000000000}, {bytes:0200000020FC500B0200000003000000020101002800000000000000A00F00002800000043420F00000001000000000000000000000000000000000000000000}, {bytes:0200000003000000A30BDE89ED9E5FB5}, {bytes:0000000003000000BCC262806366C95D}, 0, 0, 40, 0, 40, 4000, 2, 1, 1767693600000000, '00000000000000000000000000000000', 1, 'USD', 319, 'America/New_York', '2026-01-05', '', 1767693600000000);
INSERT INTO posting (id, programme, currency, account, owner, points, terminal, sequence) VALUES
    (1, 1, 'USD', 1, 1000001, 100, 1, 1);
INSERT INTO posting (id, programme, currency, account, owner, points, terminal, sequence) VALUES
    (2, 1, 'USD', 3, 0, -100, 1, 1);
INSERT INTO posting (id, programme, currency, account, owner, points, terminal, sequence) VALUES
    (3, 1, 'USD', 1, 1000002, 25, 1, 3);
INSERT INTO posting (id, programme, currency, account, owner, points, terminal, sequence) VALUES
    (4, 1, 'USD', 3, 0, -25, 1, 3);
INSERT INTO posting (id, programme, currency, account, owner, points, terminal, sequence) VALUES
    (5, 1, 'USD', 1, 1000001, 59, 2, 1);
INSERT INTO posting (id, programme, currency, account, owner, points, terminal, sequence) VALUES
    (6, 1, 'USD', 3, 0, -59, 2, 1);
INSERT INTO posting (id, programme, currency, account, owner, points, terminal, sequence) VALUES
    (7, 1, 'USD', 1, 1000001, -30, 2, 1);
INSERT INTO posting (id, programme, currency, account, owner, points, terminal, sequence) VALUES
    (8, 1, 'USD', 4, 0, 30, 2, 1);
INSERT INTO posting (id, programme, currency, account, owner, points, terminal, sequence) VALUES
    (9, 1, 'USD', 1, 1000003, 10, 2, 4);
INSERT INTO posting (id, programme, currency, account, owner, points, terminal, sequence) VALUES
    (10, 1, 'USD', 3, 0, -10, 2, 4);
INSERT INTO posting (id, programme, currency, account, owner, points, terminal, sequence) VALUES
    (11, 1, 'USD', 1, 1000003, 40, 2, 3);
INSERT INTO posting (id, programme, currency, account, owner, points, terminal, sequence) VALUES
    (12, 1, 'USD', 3, 0, -40, 2, 3);
INSERT INTO book_exception (id, name, cause, terminal, sequence, uid, generation, counter, detail, evidence, opened_us, closed_us, resolution) VALUES
    (1, 'doubt:1:7', 'doubt', 1, 7, '04112233000002', 1, 3, 'commit-unanswered', NULL, 1767693600000000, NULL, NULL);
INSERT INTO feed (name, position, body) VALUES
    ('rule-set:1:1', 1, {bytes:52850308011280037B2276657273696F6E223A312C2270726F6772616D6D65223A312C2263757272656E6379223A22555344222C226D696E6F72506572556E6974223A3130302C226361726442616C616E63654D6F7374223A313030303030302C2272756C6573223A5B7B22636F6465223A2262617365222C22656666656374223A7B2274797065223A227065722D616D6F756E74222C22706F696E7473223A312C226D696E6F72223A3130307D2C2269734C617374223A66616C73657D5D2C22636F756E74696E67223A7B22616D6F756E7473223A2247726F7373222C22656163684C696E65223A66616C73652C22726F756E64696E67223A22446F776E227D2C22726564656D7074696F6E223A7B22706F696E7456616C75654D696E6F72223A312C22706F696E74734C65617374223A302C22706F696E747353746570223A312C2273686172655065726D696C6C65223A313030302C226261736B65744C656173744D696E6F72223A302C2272656465656D6564506172744561726E73223A66616C73657D7D});
INSERT INTO feed (name, position, body) VALUES
    ('card:04112233000001', 10, {bytes:5A220A130A070411223300000110011801200128C1843D10011801200328820238014001});
INSERT INTO feed (name, position, body) VALUES
    ('card:04112233000002', 9, {bytes:5A210A130A070411223300000210011801200128C2843D100218012002283238014001});
INSERT INTO feed (name, position, body) VALUES
    ('card:04112233000003', 11, {bytes:5A210A130A070411223300000310011801200128C3843D100318012003286438014001});
INSERT INTO migration (number, name) VALUES
    (1, '0001-book.sql');
INSERT INTO migration (number, name) VALUES
    (2, '0002-doors.sql');
