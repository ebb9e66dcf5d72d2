-- What supervisors have moved at a terminal today is asked for while a card lies on its reader.
CREATE INDEX card_transaction_adjustment ON card_transaction (terminal, recorded_us) WHERE kind = 7;
