-- At their bound the counters with the fewest attempts go first; by time they go only all at once.

DROP INDEX lockouts_by_time;
CREATE INDEX lockouts_by_weight ON lockouts (attempts, last_at, scope, key);
