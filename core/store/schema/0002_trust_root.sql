-- The subject of the certificate a credential's attestation chain ended in, empty if it ended in
-- none: later the trusted roots may be others, and the record has to say what was found.

ALTER TABLE credentials ADD COLUMN trust_root TEXT NOT NULL DEFAULT '';
