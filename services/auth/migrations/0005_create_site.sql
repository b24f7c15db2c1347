-- SPDX-License-Identifier: Apache-2.0
-- The community's settings: one row.
CREATE TABLE site (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  registration BIGINT NOT NULL,
  locale TEXT NOT NULL,
  accent_hue BIGINT NOT NULL,
  theme TEXT NOT NULL,
  version BIGINT NOT NULL
);
INSERT INTO site (id, name, description, registration, locale, accent_hue, theme, version)
VALUES (1, 'Community', '', 0, 'en', 255, 'system', 1);
