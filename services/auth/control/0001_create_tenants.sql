-- SPDX-License-Identifier: Apache-2.0
-- The communities of this installation and where their requests come from. `hosts`: comma separated, lower case,
-- without port; empty: every host that no other tenant has.
CREATE TABLE tenants (
  id TEXT PRIMARY KEY,
  hosts TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

-- Ed25519 keys that sign principals, base64; the newest signs.
CREATE TABLE signing_keys (
  id TEXT PRIMARY KEY,
  private_key TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
