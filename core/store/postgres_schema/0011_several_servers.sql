-- A store is used from several machines: which pepper is its own, and whose folder acts in process.

UPDATE settings SET document = (document::jsonb ||
  '{"pepperMark": null, "ownerInstallation": ""}')::text;
