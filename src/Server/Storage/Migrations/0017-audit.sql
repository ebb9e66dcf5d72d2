-- Every change that people or machines have decided: rows are added, never changed. number: 1, 2, 3 …
-- done_by: a staff name, operator, terminal:N, or the server itself. action: SmartCardCrm.Server.Audit.AuditAction.
-- subject: what was changed, as kind:number. detail: JSON, or empty. chain_hash covers the row and the row before.
CREATE TABLE audit_entry (
    number      bigint PRIMARY KEY,
    at_us       bigint NOT NULL,
    done_by     text NOT NULL,
    action      text NOT NULL,
    subject     text NOT NULL,
    detail      text NOT NULL,
    chain_hash  {bytes} NOT NULL
);
CREATE INDEX audit_entry_subject ON audit_entry (subject, number);
