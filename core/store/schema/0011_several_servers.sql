-- A store is used from several machines: which pepper is its own, and whose folder acts in process.

UPDATE settings SET document = json_set(document,
  '$.pepperMark', json('null'), '$.ownerInstallation', '');
