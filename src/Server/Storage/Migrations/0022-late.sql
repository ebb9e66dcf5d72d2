-- What is late by a terminal's journal is looked for whenever that grows.
CREATE INDEX book_exception_late ON book_exception (terminal) WHERE cause = 'late' AND closed_us IS NULL;
