-- What the SQLite schema holds after the step of this number, in the schema "firstkey". Columns stand
-- in the same order, for records are written and read by it. Texts that are ordered or compared
-- are so by their bytes, whatever the database's own collation is.

CREATE TABLE settings (
  only_row bigint PRIMARY KEY CHECK (only_row = 1),
  document text NOT NULL
);

-- The highest decided instant, as each machine that serves saw it, with its boot clock at that moment.
CREATE TABLE clock_marks (
  boot_id text COLLATE "C" PRIMARY KEY,
  utc bigint NOT NULL,
  since_boot bigint NOT NULL
);

-- The server's clock of this moment, not of the transaction's start, in microseconds since 1970.
CREATE FUNCTION server_clock() RETURNS bigint LANGUAGE sql VOLATILE
  AS $$ SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint $$;

CREATE TABLE users (
  id text COLLATE "C" PRIMARY KEY,
  normalised_name text COLLATE "C" NOT NULL UNIQUE,
  name text NOT NULL,
  display_name text NOT NULL,
  type bigint NOT NULL CHECK (type BETWEEN 0 AND 2),
  groups text NOT NULL,
  roles text NOT NULL,
  is_administrator boolean NOT NULL,
  is_enabled boolean NOT NULL,
  handle bytea NOT NULL UNIQUE,
  created_at bigint NOT NULL
);
CREATE INDEX administrators ON users (id) WHERE is_administrator;

CREATE TABLE passes (
  id text COLLATE "C" PRIMARY KEY,
  user_id text COLLATE "C" NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE,
  correlation text NOT NULL,
  verifier_version bigint NOT NULL,
  verifier_kind text NOT NULL,
  verifier_memory_kib bigint NOT NULL,
  verifier_passes bigint NOT NULL,
  verifier_lanes bigint NOT NULL,
  verifier_salt bytea NOT NULL,
  verifier_key_id text NOT NULL,
  verifier_digest bytea NOT NULL,
  alphabet bigint NOT NULL CHECK (alphabet BETWEEN 0 AND 2),
  created_at bigint NOT NULL,
  created_by text NOT NULL,
  start_at bigint NOT NULL,
  lifetime_minutes bigint NOT NULL CHECK (lifetime_minutes BETWEEN 1 AND 43200),
  is_one_time boolean NOT NULL,
  is_bootstrap boolean NOT NULL,
  redeemed_at bigint
);

-- A session outlives its pass, for the record: `pass` is no foreign key.
CREATE TABLE sessions (
  id text COLLATE "C" PRIMARY KEY,
  pass text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  station text COLLATE "C" NOT NULL,
  correlation text NOT NULL,
  secret_hash bytea NOT NULL CHECK (length(secret_hash) = 32),
  is_one_time boolean NOT NULL,
  is_simulated boolean NOT NULL,
  opened_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  last_seen_at bigint NOT NULL,
  state bigint NOT NULL CHECK (state BETWEEN 0 AND 4),
  ended_at bigint,
  ended_reason text NOT NULL,
  credentials bigint NOT NULL CHECK (credentials >= 0),
  UNIQUE (pass, station, secret_hash)
);
CREATE INDEX open_sessions ON sessions (user_id, id) WHERE state = 0;
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_time ON sessions (opened_at, id);

CREATE TABLE challenges (
  value bytea PRIMARY KEY,
  session text COLLATE "C" NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  purpose bigint NOT NULL CHECK (purpose BETWEEN 0 AND 1),
  credential_id bytea NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  used_at bigint,
  response_hash bytea NOT NULL CHECK (length(response_hash) = 32),
  stored_credential_id bytea NOT NULL
);
CREATE INDEX challenges_by_session ON challenges (session);
CREATE INDEX challenges_by_time ON challenges (created_at);

CREATE TABLE credentials (
  id bytea PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 1023),
  user_id text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  session text NOT NULL,
  correlation text NOT NULL,
  display_name text NOT NULL,
  public_key bytea NOT NULL,
  algorithm bigint NOT NULL,
  sign_count bigint NOT NULL,
  aaguid bytea NOT NULL,
  is_user_verified boolean NOT NULL,
  is_backup_eligible boolean NOT NULL,
  is_backed_up boolean NOT NULL,
  is_discoverable boolean NOT NULL,
  transports text NOT NULL,
  attestation_format text NOT NULL,
  attestation_level bigint NOT NULL CHECK (attestation_level BETWEEN 0 AND 1),
  attestation_object bytea NOT NULL,
  client_data_json bytea NOT NULL,
  is_simulated boolean NOT NULL,
  created_at bigint NOT NULL,
  proven_at bigint,
  withdrawn_at bigint,
  trust_root text NOT NULL,
  is_model_proven boolean NOT NULL
);
CREATE INDEX credentials_by_user ON credentials (user_id, created_at);

-- How many there are is not kept in a row, which every attempt would have to change.
CREATE TABLE lockouts (
  scope bigint NOT NULL CHECK (scope BETWEEN 0 AND 2),
  key bytea NOT NULL CHECK (length(key) = 32),
  attempts bigint NOT NULL,
  first_at bigint NOT NULL,
  last_at bigint NOT NULL,
  blocked_until bigint NOT NULL,
  recent text NOT NULL,
  PRIMARY KEY (scope, key)
);
CREATE INDEX lockouts_by_weight ON lockouts (attempts, last_at, scope, key);

-- The register of chains, and where each ends: one for each connection that writes at once.
-- The room left in a page lets a head change without touching the index.
CREATE TABLE audit_chains (
  chain bigint PRIMARY KEY CHECK (chain >= 1),
  sequence bigint NOT NULL CHECK (sequence >= 0),
  hash bytea NOT NULL CHECK (length(hash) = 32)
) WITH (fillfactor = 30);

CREATE TABLE audit (
  sequence bigint NOT NULL CHECK (sequence >= 1),
  at bigint NOT NULL,
  action text COLLATE "C" NOT NULL,
  outcome text NOT NULL,
  correlation text COLLATE "C" NOT NULL,
  details text NOT NULL,
  personal text NOT NULL,
  previous_hash bytea NOT NULL CHECK (length(previous_hash) = 32),
  hash bytea NOT NULL CHECK (length(hash) = 32),
  reference text COLLATE "C" NOT NULL,
  chain bigint NOT NULL,
  PRIMARY KEY (chain, sequence)
);
CREATE INDEX audit_by_time ON audit (at, chain, sequence);
CREATE INDEX audit_by_correlation ON audit (correlation);
CREATE INDEX audit_by_reference ON audit (reference) WHERE reference <> '';

CREATE TABLE orphans (
  credential_id bytea PRIMARY KEY CHECK (length(credential_id) BETWEEN 1 AND 1023),
  rp_id text NOT NULL,
  user_id text NOT NULL,
  session text COLLATE "C" NOT NULL,
  correlation text NOT NULL,
  aaguid bytea NOT NULL CHECK (length(aaguid) IN (0, 16)),
  cause bigint NOT NULL CHECK (cause BETWEEN 0 AND 4),
  recorded_at bigint NOT NULL,
  removed_at bigint
);
CREATE INDEX orphans_left ON orphans (recorded_at, credential_id) WHERE removed_at IS NULL;
CREATE INDEX orphans_by_session ON orphans (session);

CREATE TABLE metadata (
  number bigint PRIMARY KEY,
  imported_at bigint NOT NULL,
  blob text NOT NULL
);
