-- SPDX-License-Identifier: Apache-2.0
-- One-time links. `purpose` is the number of auth.v1.Link.Purpose; a used or voided link has `used_at`.
CREATE TABLE links (
  id BIGINT PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  purpose BIGINT NOT NULL,
  user_id BIGINT REFERENCES users (id),
  created_by BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  used_at BIGINT,
  used_by BIGINT
);
CREATE INDEX links_user ON links (user_id) WHERE used_at IS NULL;
