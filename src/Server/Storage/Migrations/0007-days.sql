-- A terminal's closed day, as it signed it; countersigned where headquarters' copy of its journal adds up to the same.
CREATE TABLE day_close (
    terminal          bigint NOT NULL,
    number            bigint NOT NULL,
    sequence          bigint NOT NULL,
    business_date     text NOT NULL,
    totals            {bytes} NOT NULL,
    signature         {bytes} NOT NULL,
    countersignature  {bytes} NOT NULL,
    taken_us          bigint NOT NULL,
    PRIMARY KEY (terminal, number)
);
CREATE INDEX day_close_date ON day_close (business_date);
