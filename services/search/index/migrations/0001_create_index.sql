-- SPDX-License-Identifier: Apache-2.0
-- The index of one community: a copy of what search needs of the forum, and the words of it. SQLite only. Times are
-- microseconds since 1970 UTC. Rebuildable at any time.

CREATE TABLE categories (
  id INTEGER PRIMARY KEY,
  slug TEXT NOT NULL,
  name TEXT NOT NULL,
  read_level INTEGER NOT NULL
);

CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  username TEXT NOT NULL,
  display_name TEXT NOT NULL,
  -- Both names folded, for searching members.
  folded TEXT NOT NULL,
  role INTEGER NOT NULL,
  -- Of the posts that are in categories that everybody reads: the author's standing.
  posts INTEGER NOT NULL DEFAULT 0,
  likes INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX users_username ON users (username COLLATE NOCASE);

CREATE TABLE topics (
  id INTEGER PRIMARY KEY,
  category_id INTEGER NOT NULL,
  author_id INTEGER NOT NULL,
  title TEXT NOT NULL,
  slug TEXT NOT NULL,
  -- Slugs with commas between.
  tags TEXT NOT NULL,
  -- Language of its words (BCP 47, empty: none), by which all of its posts were split.
  language TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  bumped_at INTEGER NOT NULL,
  posts_count INTEGER NOT NULL,
  accepted_post_number INTEGER NOT NULL,
  closed INTEGER NOT NULL,
  -- 0: found by nobody. Its posts stay, so that it comes back by one change.
  visible INTEGER NOT NULL
);

-- Visible posts only; rowid of `titles`, `openings` and `replies` is the id.
CREATE TABLE posts (
  id INTEGER PRIMARY KEY,
  topic_id INTEGER NOT NULL,
  number INTEGER NOT NULL,
  author_id INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  likes_count INTEGER NOT NULL,
  accepted INTEGER NOT NULL,
  has_code INTEGER NOT NULL,
  -- Positions in the body: the length by which hits are weighed.
  length INTEGER NOT NULL
);
CREATE INDEX posts_topic ON posts (topic_id, number);

-- Of posts that are not sealed. Apart, so that candidates are read without their texts. `checksum`: CRC-32 of the text.
-- `text` is packed, see PackedText.
CREATE TABLE texts (
  id INTEGER PRIMARY KEY,
  checksum INTEGER NOT NULL,
  text BLOB NOT NULL
);

-- The words of posts: titles (by the post that begins the topic), posts that begin topics, and all others. Apart, because
-- what is asked first is asked wholly, and costs what its table has. title: the topic's, with each post of it, so that
-- words of the title and of a reply are found together. marks: what filters are found by, see marks.h. No content and no
-- sizes of its own: a row is taken out by giving what was put in.
CREATE VIRTUAL TABLE titles USING fts5(title, marks, content='', columnsize=0, tokenize='forium');
CREATE VIRTUAL TABLE openings USING fts5(title, body, marks, content='', columnsize=0, tokenize='forium');
CREATE VIRTUAL TABLE replies USING fts5(title, body, marks, content='', columnsize=0, tokenize='forium');

-- Words, and stems behind `=` (no grams), and the number of posts that have them in title or body.
CREATE TABLE vocabulary (
  word TEXT PRIMARY KEY,
  posts INTEGER NOT NULL
) WITHOUT ROWID;

-- What the file is and how far it is: `format`, `complete`, `sequence`, `built_at`, `cause`, `topics`, `posts`, `text_bytes`.
CREATE TABLE state (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;
