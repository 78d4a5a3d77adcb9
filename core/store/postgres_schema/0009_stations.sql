-- Stations are few and read with every decision, so they are kept in the settings.

UPDATE settings SET document = jsonb_set(document::jsonb, '{stations}', '[]')::text;
