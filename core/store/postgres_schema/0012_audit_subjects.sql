-- A pass or a credential is asked for its story, so rows are searched by both. They are details of
-- those names, which the chain's hash covers; empty in rows that tell of none. Found as text, for a
-- detail may hold an escaped zero, which PostgreSQL's JSON refuses.

ALTER TABLE audit ADD COLUMN pass text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN credential text COLLATE "C" NOT NULL DEFAULT '';
UPDATE audit SET pass = coalesce(substring(details FROM '"passId":"([^"\\]*)"'), ''),
  credential = coalesce(substring(details FROM '"credentialId":"([^"\\]*)"'), '');
CREATE INDEX audit_by_pass ON audit (pass, at, chain, sequence) WHERE pass <> '';
CREATE INDEX audit_by_credential ON audit (credential, at, chain, sequence) WHERE credential <> '';
