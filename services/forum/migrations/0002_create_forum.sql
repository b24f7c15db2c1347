-- SPDX-License-Identifier: Apache-2.0
-- Times are microseconds since 1970 UTC; 0 is never. State and kind are the enums of forum.proto. A counter counts what
-- is visible; `*_imported` holds what another forum had counted and nobody can count again.

CREATE TABLE categories (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  slug TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL DEFAULT '',
  color TEXT NOT NULL DEFAULT '',
  position BIGINT NOT NULL DEFAULT 0,
  -- Levels (Role in role.proto): who may read, and who may open topics.
  read_level BIGINT NOT NULL DEFAULT 0,
  create_level BIGINT NOT NULL DEFAULT 1,
  topics_count BIGINT NOT NULL DEFAULT 0,
  posts_count BIGINT NOT NULL DEFAULT 0,
  last_posted_at BIGINT NOT NULL DEFAULT 0,
  version BIGINT NOT NULL DEFAULT 1
);

-- What the forum keeps of accounts, from auth's events and from those who write.
CREATE TABLE users (
  id BIGINT PRIMARY KEY,
  username TEXT NOT NULL DEFAULT '',
  display_name TEXT NOT NULL DEFAULT '',
  role BIGINT NOT NULL DEFAULT 1,
  version BIGINT NOT NULL DEFAULT 0,
  erased BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE topics (
  id BIGINT PRIMARY KEY,
  category_id BIGINT NOT NULL REFERENCES categories (id),
  author_id BIGINT NOT NULL,
  title TEXT NOT NULL,
  slug TEXT NOT NULL,
  -- Slugs with commas between, as topic_tags has them.
  tags TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  last_posted_at BIGINT NOT NULL,
  bumped_at BIGINT NOT NULL,
  posts_count BIGINT NOT NULL DEFAULT 0,
  likes_count BIGINT NOT NULL DEFAULT 0,
  likes_imported BIGINT NOT NULL DEFAULT 0,
  views_count BIGINT NOT NULL DEFAULT 0,
  views_imported BIGINT NOT NULL DEFAULT 0,
  participants_count BIGINT NOT NULL DEFAULT 0,
  -- posts_count + 2 * (likes_count + likes_imported): the order of TOP.
  score BIGINT NOT NULL DEFAULT 0,
  -- The highest number given; and the highest of a visible post that is not a small action.
  last_post_number BIGINT NOT NULL DEFAULT 0,
  last_visible_number BIGINT NOT NULL DEFAULT 0,
  last_poster_id BIGINT NOT NULL DEFAULT 0,
  recent_poster_ids TEXT NOT NULL DEFAULT '',
  accepted_post_number BIGINT NOT NULL DEFAULT 0,
  closed BIGINT NOT NULL DEFAULT 0,
  archived BIGINT NOT NULL DEFAULT 0,
  pinned_at BIGINT NOT NULL DEFAULT 0,
  state BIGINT NOT NULL DEFAULT 0,
  state_at BIGINT NOT NULL DEFAULT 0,
  state_by_id BIGINT NOT NULL DEFAULT 0,
  state_reason TEXT NOT NULL DEFAULT '',
  version BIGINT NOT NULL DEFAULT 1,
  excerpt TEXT NOT NULL DEFAULT ''
);
CREATE INDEX topics_latest ON topics (bumped_at, id);
CREATE INDEX topics_created ON topics (created_at, id);
CREATE INDEX topics_top ON topics (score, id);
CREATE INDEX topics_category_latest ON topics (category_id, bumped_at, id);
CREATE INDEX topics_category_created ON topics (category_id, created_at, id);
CREATE INDEX topics_category_top ON topics (category_id, score, id);
CREATE INDEX topics_author ON topics (author_id, id);
CREATE INDEX topics_pinned ON topics (pinned_at) WHERE pinned_at > 0;

CREATE TABLE posts (
  id BIGINT PRIMARY KEY,
  topic_id BIGINT NOT NULL REFERENCES topics (id),
  number BIGINT NOT NULL,
  author_id BIGINT NOT NULL,
  reply_to BIGINT NOT NULL DEFAULT 0,
  reply_to_author_id BIGINT NOT NULL DEFAULT 0,
  kind BIGINT NOT NULL DEFAULT 0,
  action TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  edited_at BIGINT NOT NULL DEFAULT 0,
  edited_by_id BIGINT NOT NULL DEFAULT 0,
  edit_reason TEXT NOT NULL DEFAULT '',
  revision BIGINT NOT NULL DEFAULT 1,
  likes_count BIGINT NOT NULL DEFAULT 0,
  likes_imported BIGINT NOT NULL DEFAULT 0,
  replies_count BIGINT NOT NULL DEFAULT 0,
  accepted BIGINT NOT NULL DEFAULT 0,
  state BIGINT NOT NULL DEFAULT 0,
  state_at BIGINT NOT NULL DEFAULT 0,
  state_by_id BIGINT NOT NULL DEFAULT 0,
  state_reason TEXT NOT NULL DEFAULT '',
  version BIGINT NOT NULL DEFAULT 1,
  -- Which cooking made `html`; 0: the HTML came from another forum and `raw` is only its text.
  render_version BIGINT NOT NULL DEFAULT 0,
  html TEXT NOT NULL DEFAULT '',
  -- Last, so that pages are read without it.
  raw TEXT NOT NULL DEFAULT '',
  UNIQUE (topic_id, number)
);
CREATE INDEX posts_author ON posts (author_id, id);

-- Earlier texts; the present one stands in posts.
CREATE TABLE revisions (
  post_id BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  author_id BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  raw TEXT NOT NULL,
  PRIMARY KEY (post_id, revision)
);

-- Number of visible topics by the level of those who may read them, each including the levels below.
CREATE TABLE tags (
  id BIGINT PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  topics_anonymous BIGINT NOT NULL DEFAULT 0,
  topics_member BIGINT NOT NULL DEFAULT 0,
  topics_moderator BIGINT NOT NULL DEFAULT 0,
  topics_admin BIGINT NOT NULL DEFAULT 0
);
CREATE TABLE topic_tags (
  topic_id BIGINT NOT NULL,
  tag_id BIGINT NOT NULL,
  -- The topic's, so that a tag's list is read in order.
  bumped_at BIGINT NOT NULL,
  PRIMARY KEY (topic_id, tag_id)
);
CREATE INDEX topic_tags_latest ON topic_tags (tag_id, bumped_at, topic_id);

CREATE TABLE reactions (
  post_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (post_id, user_id, kind)
);
CREATE INDEX reactions_user ON reactions (user_id, created_at);
CREATE INDEX reactions_created ON reactions (created_at);

-- One row per user and topic that the user visited or wrote in.
CREATE TABLE topic_state (
  user_id BIGINT NOT NULL,
  topic_id BIGINT NOT NULL,
  last_read_number BIGINT NOT NULL DEFAULT 0,
  -- The user's visible posts in the topic.
  posts_count BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (user_id, topic_id)
);

-- Topics opened after `new_since` are new to the user; it moves to the end of the last visit when a new visit begins.
CREATE TABLE user_state (
  user_id BIGINT PRIMARY KEY,
  new_since BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL
);

-- Creates by the id that the caller gave them, for a day.
CREATE TABLE requests (
  user_id BIGINT NOT NULL,
  request_id TEXT NOT NULL,
  fingerprint BIGINT NOT NULL,
  result_id BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, request_id)
);
CREATE INDEX requests_created ON requests (created_at);

-- What came from another forum and where it is here. Kind: topic, post or category.
CREATE TABLE import_map (
  source TEXT NOT NULL,
  kind TEXT NOT NULL,
  source_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  PRIMARY KEY (source, kind, source_id)
);
