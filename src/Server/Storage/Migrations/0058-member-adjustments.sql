-- Points that somebody at headquarters moves for a member, or wants to: rows are added, and then decided on once. number: 1, 2,
-- 3 …; what is posted on the account stands at entry number of the journal of terminal -2, which there is not. request: the
-- asker's own name for it, so that what is asked twice is done once. card: the number of the card whose points move, at its next
-- tap, by card_action; null for the member's account. undoes: the adjustment that this one takes back. state: waiting (for a
-- second person), done or rejected. decided_by: the second person; null where none was needed. day: the day that had begun in
-- every store when it was done, yyyy-MM-dd.
CREATE TABLE member_adjustment (
    number       bigint PRIMARY KEY,
    request      text NOT NULL UNIQUE,
    member       bigint NOT NULL REFERENCES member (id),
    card         bigint,
    points       bigint NOT NULL,
    reason       text NOT NULL,
    undoes       bigint REFERENCES member_adjustment (number),
    state        text NOT NULL,
    asked_by     text NOT NULL,
    asked_us     bigint NOT NULL,
    decided_by   text,
    decided_us   bigint,
    card_action  bigint,
    day          text
);
CREATE INDEX member_adjustment_member ON member_adjustment (member);
CREATE INDEX member_adjustment_waiting ON member_adjustment (asked_us) WHERE state = 'waiting';
