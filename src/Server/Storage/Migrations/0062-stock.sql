-- A batch's cards, to count those that are in use.
CREATE INDEX card_of_batch ON card (batch, status) WHERE batch > 0;
