-- SPDX-License-Identifier: Apache-2.0
-- Posts that the segment has and that are no longer so: changed, hidden or gone. What it has of them is void; their
-- words stand in the full-text tables, if anywhere.

CREATE TABLE unsealed (
  id INTEGER PRIMARY KEY
);
