-- The tier that a card is to have from an action on; null where it stays.
ALTER TABLE card_action ADD COLUMN tier bigint;

-- Tiers that somebody gave a member for some days, yyyy-MM-dd, both in it. revoked_*: taken back, as if never given.
CREATE TABLE tier_grant (
    number       bigint PRIMARY KEY,
    member       bigint NOT NULL REFERENCES member (id),
    tier         bigint NOT NULL,
    from_day     text NOT NULL,
    through_day  text NOT NULL,
    reason       text NOT NULL,
    done_by      text NOT NULL,
    done_us      bigint NOT NULL,
    revoked_by   text,
    revoked_us   bigint
);
CREATE INDEX tier_grant_member ON tier_grant (member);

-- Members above tier 0, as they stood when they were last looked at. through_day: empty for no end.
CREATE TABLE member_tier (
    member       bigint PRIMARY KEY REFERENCES member (id),
    tier         bigint NOT NULL,
    granted      bigint NOT NULL,
    through_day  text NOT NULL
);
CREATE INDEX member_tier_tier ON member_tier (tier);

-- By the levels of which rule set members have been looked at: up to this member; null for all of them.
CREATE TABLE tier_review (
    programme  bigint PRIMARY KEY REFERENCES programme (number),
    rule_set   bigint NOT NULL,
    member     bigint
);
