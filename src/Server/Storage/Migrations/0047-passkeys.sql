-- Passkeys of staff (WebAuthn). credential_id: base64url. public_key: COSE. sign_count: of the last use. backup_eligible and
-- backed_up: 0 or 1, as the authenticator said.
CREATE TABLE staff_passkey (
    credential_id    text PRIMARY KEY,
    owner            text NOT NULL REFERENCES staff (name),
    title            text NOT NULL,
    public_key       {bytes} NOT NULL,
    sign_count       bigint NOT NULL,
    transports       text NOT NULL,
    backup_eligible  bigint NOT NULL,
    backed_up        bigint NOT NULL,
    created_us       bigint NOT NULL,
    used_us          bigint
);
CREATE INDEX staff_passkey_owner ON staff_passkey (owner);
