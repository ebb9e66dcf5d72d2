-- contra: the account on the other side of the move. posted_us: when it was posted; what is reported late is posted when it
-- is reported, so that no day that is over changes.
ALTER TABLE posting ADD COLUMN contra bigint NOT NULL DEFAULT 0;
ALTER TABLE posting ADD COLUMN posted_us bigint NOT NULL DEFAULT 0;

-- So far the two sides of a move have numbers that follow one another, the first an odd one.
UPDATE posting SET
    contra = COALESCE((
        SELECT other.account FROM posting other
        WHERE other.id = CASE WHEN posting.id % 2 = 1 THEN posting.id + 1 ELSE posting.id - 1 END
            AND other.points = -posting.points), 0),
    posted_us = COALESCE(
        (SELECT t.posted_us FROM card_transaction t
            WHERE t.terminal = posting.terminal AND t.sequence = posting.sequence),
        (SELECT e.taken_us FROM journal_entry e
            WHERE e.terminal = posting.terminal AND e.sequence = posting.sequence),
        0);
