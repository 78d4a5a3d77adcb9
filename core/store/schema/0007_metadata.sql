-- BLOBs of FIDO's Metadata Service as published; which of them counts is in the settings. Those got
-- members, and are read strictly: what is missing is damage.

CREATE TABLE metadata (
  number INTEGER PRIMARY KEY,
  imported_at INTEGER NOT NULL,
  blob TEXT NOT NULL
) STRICT;

UPDATE settings SET document = json_set(document,
  '$.metadataRoots', json('[]'),
  '$.metadata', json('null'),
  '$.keyPolicy.refusesUserVerificationBypass', json('true'),
  '$.keyPolicy.refusesUserKeyRemoteCompromise', json('true'),
  '$.keyPolicy.refusesUserKeyPhysicalCompromise', json('true'),
  '$.keyPolicy.metadataGraceInDays', 30);
