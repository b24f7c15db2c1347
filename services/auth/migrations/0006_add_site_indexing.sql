-- SPDX-License-Identifier: Apache-2.0
-- Whether search engines may show the community: 0 they may, 1 they may not.
ALTER TABLE site ADD COLUMN indexing BIGINT NOT NULL DEFAULT 0;
