-- All transactions, a store's and a day's, newest first, in the very order in which lists show them.
DROP INDEX card_transaction_recorded;
CREATE INDEX card_transaction_recorded ON card_transaction (recorded_us, terminal, sequence);
CREATE INDEX card_transaction_store ON card_transaction (store, recorded_us);
CREATE INDEX card_transaction_day ON card_transaction (business_date, recorded_us);

-- What somebody has changed, or what was changed alike, newest first.
CREATE INDEX audit_entry_done_by ON audit_entry (done_by, number);
CREATE INDEX audit_entry_action ON audit_entry (action, number);

-- Cards of which something is missing.
CREATE INDEX card_incomplete ON card (number) WHERE highest_counter > acknowledged_counter;
