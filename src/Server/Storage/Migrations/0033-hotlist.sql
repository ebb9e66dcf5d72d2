-- The hotlist's versions: each changes the one before, signed by headquarters. Rows are added, never changed.
CREATE TABLE hotlist_version (
    version    bigint PRIMARY KEY,
    document   {bytes} NOT NULL,
    signature  {bytes} NOT NULL,
    made_us    bigint NOT NULL
);

-- What each version changed. listed: 1 put on the list, 0 taken off.
CREATE TABLE hotlist_change (
    version  bigint NOT NULL REFERENCES hotlist_version (version),
    uid      text NOT NULL,
    listed   bigint NOT NULL,
    PRIMARY KEY (uid, version)
);

-- Which version a terminal has said that it has, from when on; a row when it says another.
CREATE TABLE terminal_hotlist (
    terminal  bigint NOT NULL,
    told_us   bigint NOT NULL,
    version   bigint NOT NULL,
    PRIMARY KEY (terminal, told_us)
);
