-- Of what a return took back: points that its card did not hold and that are not owed, forgiven or paid out of the
-- refund.
ALTER TABLE sale_return ADD COLUMN waived bigint NOT NULL DEFAULT 0;
