-- A return or reversal whose card transaction is posted. sale: the operation id of the sale that it undoes, 32 hex
-- digits. state: awaited (not judged yet), settled, abandoned (the till went on without it) or refused (the sale is
-- not in the book yet, or it does not fit the sale; judged again with each news of the sale). on_account: points posted to the member's account, signed.
CREATE TABLE sale_return (
    terminal    bigint NOT NULL,
    sequence    bigint NOT NULL,
    sale        text NOT NULL,
    state       text NOT NULL,
    on_account  bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (terminal, sequence),
    FOREIGN KEY (terminal, sequence) REFERENCES card_transaction (terminal, sequence)
);
CREATE INDEX sale_return_sale ON sale_return (sale);
CREATE INDEX card_transaction_operation ON card_transaction (operation_id) WHERE operation_id IS NOT NULL;
