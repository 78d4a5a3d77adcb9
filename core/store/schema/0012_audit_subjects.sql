-- A pass or a credential is asked for its story, so rows are searched by both. They are details of
-- those names, which the chain's hash covers; empty in rows that tell of none.

ALTER TABLE audit ADD COLUMN pass TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN credential TEXT NOT NULL DEFAULT '';
UPDATE audit SET pass = coalesce(json_extract(details, '$.passId'), ''),
  credential = coalesce(json_extract(details, '$.credentialId'), '');
CREATE INDEX audit_by_pass ON audit (pass) WHERE pass <> '';
CREATE INDEX audit_by_credential ON audit (credential) WHERE credential <> '';
