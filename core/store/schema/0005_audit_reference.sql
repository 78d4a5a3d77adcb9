-- A refused person comes with a reference and nothing else, so rows are searched by it. It is the
-- detail of that name, which the chain's hash covers; empty in rows that are no refusals.

ALTER TABLE audit ADD COLUMN reference TEXT NOT NULL DEFAULT '';
UPDATE audit SET reference = coalesce(json_extract(details, '$.reference'), '');
CREATE INDEX audit_by_reference ON audit (reference) WHERE reference <> '';
