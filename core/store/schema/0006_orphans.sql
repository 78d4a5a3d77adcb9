-- Credentials on somebody's key that the relying party does not hold. They outlive their user and
-- their session, whose ids are kept for the record: the key is still out there.

CREATE TABLE orphans (
  credential_id BLOB PRIMARY KEY CHECK (length(credential_id) BETWEEN 1 AND 1023),
  rp_id TEXT NOT NULL,
  user TEXT NOT NULL,
  session TEXT NOT NULL,
  correlation TEXT NOT NULL,
  aaguid BLOB NOT NULL CHECK (length(aaguid) IN (0, 16)),
  cause INTEGER NOT NULL CHECK (cause BETWEEN 0 AND 4),
  recorded_at INTEGER NOT NULL,
  removed_at INTEGER
) STRICT;
CREATE INDEX orphans_left ON orphans (recorded_at, credential_id) WHERE removed_at IS NULL;
CREATE INDEX orphans_by_session ON orphans (session);
