-- SPDX-License-Identifier: Apache-2.0
-- What was looked for, counted by UTC day and words. Nothing says who asked.

CREATE TABLE queries (
  -- Days since 1970 UTC.
  day BIGINT NOT NULL,
  -- Fingerprint of the words; 0: all that are only counted, because they may name a person.
  fingerprint BIGINT NOT NULL,
  query TEXT NOT NULL,
  searches BIGINT NOT NULL,
  without_results BIGINT NOT NULL,
  clicks BIGINT NOT NULL DEFAULT 0,
  -- Sum of the places of what was opened.
  positions BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (day, fingerprint)
);
