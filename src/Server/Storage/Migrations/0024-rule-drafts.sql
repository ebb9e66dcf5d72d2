-- Rules that are being written: edited until they are published, or thrown away; the row stays. revision: 1, 2, 3 …, of
-- its edits. publish_us: when the server is to publish it; null for not by itself. version: as which it was published.
CREATE TABLE rule_draft (
    id            bigint PRIMARY KEY,
    programme     bigint NOT NULL REFERENCES programme (number),
    name          text NOT NULL,
    document      {bytes} NOT NULL,
    revision      bigint NOT NULL,
    author        text NOT NULL,
    created_us    bigint NOT NULL,
    changed_by    text NOT NULL,
    changed_us    bigint NOT NULL,
    publish_us    bigint,
    scheduled_by  text,
    version       bigint,
    discarded_us  bigint
);
CREATE INDEX rule_draft_due ON rule_draft (publish_us) WHERE publish_us IS NOT NULL;

-- Not in force any more, and not to be taken as a pattern; returns of its sales go by it all the same.
ALTER TABLE rule_set ADD COLUMN retired_us bigint;
