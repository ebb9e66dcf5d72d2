-- Who was at the till, as it said; empty where it did not.
ALTER TABLE card_transaction ADD COLUMN cashier text NOT NULL DEFAULT '';
