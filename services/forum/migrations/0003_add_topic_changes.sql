-- SPDX-License-Identifier: Apache-2.0
-- When what a guest sees of a topic last changed: its title, category, tags or state, or a post of it. Likes, views and
-- what is only counted do not move it.

ALTER TABLE topics ADD COLUMN changed_at BIGINT NOT NULL DEFAULT 0;

UPDATE topics SET changed_at = latest.changed_at
FROM (
  SELECT known.topic_id AS topic_id, MAX(known.changed_at) AS changed_at
  FROM (
    SELECT id AS topic_id, created_at AS changed_at FROM topics
    UNION ALL SELECT id, last_posted_at FROM topics
    UNION ALL SELECT id, state_at FROM topics
    UNION ALL
    SELECT topic_id, CASE WHEN edited_at >= created_at AND edited_at >= state_at THEN edited_at
                          WHEN state_at >= created_at THEN state_at ELSE created_at END
    FROM posts
  ) AS known
  GROUP BY known.topic_id
) AS latest
WHERE topics.id = latest.topic_id;

-- The latest change of each ten thousand ids, by category, without a look at the topics: SQLite asks for `state` again.
CREATE INDEX topics_segments ON topics ((id / 10000), category_id, changed_at, state) WHERE state = 0;
