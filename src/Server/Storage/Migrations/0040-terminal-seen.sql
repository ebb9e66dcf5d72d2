-- When a terminal was last heard of, and when it last had all that headquarters tells it, blocks included: written now and
-- then, for whoever asks after a restart. current_us: null where it is not known to have had all of it ever.
CREATE TABLE terminal_seen (
    terminal    bigint PRIMARY KEY,
    seen_us     bigint NOT NULL,
    current_us  bigint
);
