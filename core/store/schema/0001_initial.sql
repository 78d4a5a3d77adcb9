-- Instants are microseconds UTC since 1970, in INTEGER. Identifiers are UUIDs in TEXT. Lists and
-- maps that are never searched are JSON in TEXT.

CREATE TABLE settings (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  document TEXT NOT NULL
) STRICT;

CREATE TABLE clock_mark (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  utc INTEGER NOT NULL,
  since_boot INTEGER NOT NULL,
  boot_id TEXT NOT NULL
) STRICT;

CREATE TABLE users (
  id TEXT PRIMARY KEY,
  normalised_name TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  display_name TEXT NOT NULL,
  type INTEGER NOT NULL CHECK (type BETWEEN 0 AND 2),
  groups TEXT NOT NULL,
  roles TEXT NOT NULL,
  is_administrator INTEGER NOT NULL CHECK (is_administrator IN (0, 1)),
  is_enabled INTEGER NOT NULL CHECK (is_enabled IN (0, 1)),
  handle BLOB NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX administrators ON users (id) WHERE is_administrator = 1;

CREATE TABLE passes (
  id TEXT PRIMARY KEY,
  user TEXT NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE,
  correlation TEXT NOT NULL,
  verifier_version INTEGER NOT NULL,
  verifier_kind TEXT NOT NULL,
  verifier_memory_kib INTEGER NOT NULL,
  verifier_passes INTEGER NOT NULL,
  verifier_lanes INTEGER NOT NULL,
  verifier_salt BLOB NOT NULL,
  verifier_key_id TEXT NOT NULL,
  verifier_digest BLOB NOT NULL,
  alphabet INTEGER NOT NULL CHECK (alphabet BETWEEN 0 AND 2),
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  start_at INTEGER NOT NULL,
  lifetime_minutes INTEGER NOT NULL CHECK (lifetime_minutes BETWEEN 1 AND 43200),
  is_one_time INTEGER NOT NULL CHECK (is_one_time IN (0, 1)),
  is_bootstrap INTEGER NOT NULL CHECK (is_bootstrap IN (0, 1)),
  redeemed_at INTEGER
) STRICT;

-- A session outlives its pass, for the record: `pass` is no foreign key.
CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  pass TEXT NOT NULL,
  user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  station TEXT NOT NULL,
  correlation TEXT NOT NULL,
  secret_hash BLOB NOT NULL CHECK (length(secret_hash) = 32),
  is_one_time INTEGER NOT NULL CHECK (is_one_time IN (0, 1)),
  is_simulated INTEGER NOT NULL CHECK (is_simulated IN (0, 1)),
  opened_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 4),
  ended_at INTEGER,
  ended_reason TEXT NOT NULL,
  credentials INTEGER NOT NULL CHECK (credentials >= 0),
  UNIQUE (pass, station, secret_hash)
) STRICT;
CREATE INDEX open_sessions ON sessions (user) WHERE state = 0;
CREATE INDEX sessions_by_user ON sessions (user);
CREATE INDEX sessions_by_time ON sessions (opened_at);

CREATE TABLE challenges (
  value BLOB PRIMARY KEY,
  session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  purpose INTEGER NOT NULL CHECK (purpose BETWEEN 0 AND 1),
  credential_id BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER,
  response_hash BLOB NOT NULL CHECK (length(response_hash) = 32),
  stored_credential_id BLOB NOT NULL
) STRICT;
CREATE INDEX challenges_by_session ON challenges (session);
CREATE INDEX challenges_by_time ON challenges (created_at);

CREATE TABLE credentials (
  id BLOB PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 1023),
  user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  session TEXT NOT NULL,
  correlation TEXT NOT NULL,
  display_name TEXT NOT NULL,
  public_key BLOB NOT NULL,
  algorithm INTEGER NOT NULL,
  sign_count INTEGER NOT NULL,
  aaguid BLOB NOT NULL,
  is_user_verified INTEGER NOT NULL,
  is_backup_eligible INTEGER NOT NULL,
  is_backed_up INTEGER NOT NULL,
  is_discoverable INTEGER NOT NULL,
  transports TEXT NOT NULL,
  attestation_format TEXT NOT NULL,
  attestation_level INTEGER NOT NULL CHECK (attestation_level BETWEEN 0 AND 1),
  attestation_object BLOB NOT NULL,
  client_data_json BLOB NOT NULL,
  is_simulated INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  proven_at INTEGER,
  withdrawn_at INTEGER
) STRICT;
CREATE INDEX credentials_by_user ON credentials (user, created_at);

CREATE TABLE lockouts (
  scope INTEGER NOT NULL CHECK (scope BETWEEN 0 AND 2),
  key BLOB NOT NULL CHECK (length(key) = 32),
  attempts INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  blocked_until INTEGER NOT NULL,
  recent TEXT NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT;
CREATE INDEX lockouts_by_time ON lockouts (last_at);

CREATE TABLE audit (
  sequence INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  action TEXT NOT NULL,
  outcome TEXT NOT NULL,
  correlation TEXT NOT NULL,
  details TEXT NOT NULL,
  personal TEXT NOT NULL,
  previous_hash BLOB NOT NULL CHECK (length(previous_hash) = 32),
  hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX audit_by_correlation ON audit (correlation);
