-- Nobody looks for intents that are posted, and nearly all are.
DROP INDEX intent_card;
DROP INDEX intent_state;
CREATE INDEX intent_unposted ON intent (uid, generation, counter) WHERE state <> 'posted';
CREATE INDEX intent_undecided ON intent (terminal) WHERE state IN ('open', 'doubt');
