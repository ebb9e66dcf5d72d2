-- Whether the card is to be blocked from then on, 1 or 0; null where it stays.
ALTER TABLE card_action ADD COLUMN blocks bigint;
