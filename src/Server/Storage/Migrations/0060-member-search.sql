-- Under which words members are found: of the name, the ends of the number, the address and its part before the @, as
-- SmartCardCrm.Server.Members.SearchWords has them. An erased member has none.
CREATE TABLE member_word (
    word    text NOT NULL,
    member  bigint NOT NULL REFERENCES member (id),
    PRIMARY KEY (word, member)
);
CREATE INDEX member_word_member ON member_word (member);

-- Under what a word of a name is found that is not whole, or misspelt. A word that no member has any more has none.
CREATE TABLE word_key (
    spelling  text NOT NULL,
    word      text NOT NULL,
    PRIMARY KEY (spelling, word)
);
CREATE INDEX word_key_word ON word_key (word);

-- Members of earlier versions have their words yet to come: 0.
ALTER TABLE member ADD COLUMN has_words bigint NOT NULL DEFAULT 0;
CREATE INDEX member_without_words ON member (id) WHERE has_words = 0;
