-- Every attempt asks how many counters there are, and count(*) walks them all: a millisecond at
-- their bound. The number is kept by triggers, so that nothing can change the one without the other.

CREATE TABLE lockout_count (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  counters INTEGER NOT NULL CHECK (counters >= 0)
) STRICT;
INSERT INTO lockout_count SELECT 1, count(*) FROM lockouts;
CREATE TRIGGER lockout_added AFTER INSERT ON lockouts BEGIN
  UPDATE lockout_count SET counters = counters + 1;
END;
CREATE TRIGGER lockout_removed AFTER DELETE ON lockouts BEGIN
  UPDATE lockout_count SET counters = counters - 1;
END;
