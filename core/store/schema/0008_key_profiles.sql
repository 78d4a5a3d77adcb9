-- Whether a credential's model was proven by its attestation. What is older proves none: nobody had
-- asked.

ALTER TABLE credentials ADD COLUMN is_model_proven INTEGER NOT NULL DEFAULT 0;

-- The key policy got targets and profiles. What it demanded of everybody becomes the default
-- profile, which is everybody's.

UPDATE settings SET document = json_remove(json_set(document,
  '$.keyPolicy.isSelfServiceRegistrationAllowed', json('true'),
  '$.keyPolicy.includeTargets', json('[{"targetType": "group", "id": "all_users",
    "allowedPasskeyProfiles": ["00000000-0000-0000-0000-000000000001"]}]'),
  '$.keyPolicy.excludeTargets', json('[]'),
  '$.keyPolicy.defaultPasskeyProfile', '00000000-0000-0000-0000-000000000001',
  '$.keyPolicy.passkeyProfiles', json_array(json_object(
    'id', '00000000-0000-0000-0000-000000000001',
    'name', 'Default',
    'attestationEnforcement', CASE json_extract(document, '$.keyPolicy.isAttestationEnforced')
      WHEN 1 THEN 'registrationOnly' ELSE 'disabled' END,
    'keyRestrictions', json('{"isEnforced": false, "enforcementType": "block", "aaGuids": []}')))),
  '$.keyPolicy.isAttestationEnforced');
