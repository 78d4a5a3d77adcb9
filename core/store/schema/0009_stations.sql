-- Stations are few and read with every decision, so they are kept in the settings.

UPDATE settings SET document = json_set(document, '$.stations', json('[]'));
