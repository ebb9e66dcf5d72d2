-- What terminals decide by is signed when it is published. Earlier documents have no signature.
ALTER TABLE rule_set ADD COLUMN signature {bytes};
ALTER TABLE terminal_limits ADD COLUMN signature {bytes};
