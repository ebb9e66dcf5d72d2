-- An anonymous member has an empty name. moved_to: to whom its cards went; null where they did not.
ALTER TABLE member ADD COLUMN moved_to bigint;
