-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE users (
  id BIGINT PRIMARY KEY,
  username TEXT NOT NULL,
  username_folded TEXT COLLATE "C" NOT NULL UNIQUE,
  display_name TEXT NOT NULL,
  role BIGINT NOT NULL,
  bio TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  suspended BIGINT NOT NULL,
  suspended_until BIGINT,
  suspension_reason TEXT NOT NULL,
  staged BIGINT NOT NULL,
  erased_at BIGINT,
  locale TEXT NOT NULL,
  theme TEXT NOT NULL,
  density TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX users_staff ON users (role) WHERE role > 1;

-- Every name that an account has or had; a name is never given to somebody else.
CREATE TABLE usernames (
  name_folded TEXT PRIMARY KEY,
  username TEXT NOT NULL,
  user_id BIGINT NOT NULL REFERENCES users (id)
);
CREATE INDEX usernames_user ON usernames (user_id);

-- SHA-256 of the names of erased accounts: they stay taken without being kept.
CREATE TABLE retired_names (
  name_hash TEXT PRIMARY KEY
);

CREATE TABLE user_emails (
  email_folded TEXT PRIMARY KEY,
  email TEXT NOT NULL,
  user_id BIGINT NOT NULL REFERENCES users (id),
  is_primary BIGINT NOT NULL
);
CREATE UNIQUE INDEX user_emails_primary ON user_emails (user_id) WHERE is_primary = 1;

CREATE TABLE credentials (
  user_id BIGINT PRIMARY KEY REFERENCES users (id),
  password_hash TEXT NOT NULL,
  changed_at BIGINT NOT NULL
);

-- Accounts that came from another forum, by their id there.
CREATE TABLE import_map (
  source TEXT NOT NULL,
  source_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL REFERENCES users (id),
  PRIMARY KEY (source, source_id)
);
