-- The highest counter that is posted for a card: what comes next is then known to be next.
ALTER TABLE card ADD COLUMN highest_counter bigint NOT NULL DEFAULT 0;
UPDATE card SET highest_counter = (
    SELECT COALESCE(MAX(t.counter), 0) FROM card_transaction t
    WHERE t.uid = card.uid AND t.generation = card.generation);
