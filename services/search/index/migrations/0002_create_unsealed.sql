-- SPDX-License-Identifier: Apache-2.0
-- Posts that the segment has and that are no longer so: changed, hidden or gone. What it has of them is void; their
-- words stand in the full-text tables, if anywhere.

CREATE TABLE unsealed (
  id INTEGER PRIMARY KEY
);

-- 1: its words and its text stand in the segment; 0: in the full-text tables and in `texts`. Never both.
ALTER TABLE posts ADD COLUMN sealed INTEGER NOT NULL DEFAULT 0;

-- What the segment tells of these, beside their words, is no longer so: their rows are asked instead.
CREATE TABLE touched_topics (
  id INTEGER PRIMARY KEY
);
CREATE TABLE touched_posts (
  id INTEGER PRIMARY KEY
);
