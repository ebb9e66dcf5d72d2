-- owner: whose it is to look into; null for nobody's. resolved_by: who closed it by hand; null where the data did.
ALTER TABLE book_exception ADD COLUMN owner text;
ALTER TABLE book_exception ADD COLUMN resolved_by text;

-- What people have found out: rows are added, never changed. number: 1, 2, 3 … for each exception.
CREATE TABLE exception_note (
    exception   bigint NOT NULL REFERENCES book_exception (id),
    number      bigint NOT NULL,
    note        text NOT NULL,
    written_by  text NOT NULL,
    written_us  bigint NOT NULL,
    PRIMARY KEY (exception, number)
);

-- How people close what no data closes. number: 1, 2, 3 … for each exception. reason: a stable code
-- (SmartCardCrm.Server.Reconciliation.ResolutionReason). points: put on the exception's card, or taken off, by the
-- card action of that number; 0 for none. state: waiting (for a second person), done, rejected, or void (the data
-- closed the exception first). decided_by: the second person; null where none was needed.
CREATE TABLE exception_resolution (
    exception    bigint NOT NULL REFERENCES book_exception (id),
    number       bigint NOT NULL,
    reason       text NOT NULL,
    points       bigint NOT NULL,
    state        text NOT NULL,
    asked_by     text NOT NULL,
    asked_us     bigint NOT NULL,
    decided_by   text,
    decided_us   bigint,
    card_action  bigint,
    PRIMARY KEY (exception, number)
);
