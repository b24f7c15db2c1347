// SPDX-License-Identifier: Apache-2.0
#include "services/search/index/testing/store_dump.h"

#include <cstdlib>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "services/base/status/status.h"
#include "services/search/words/tokenizer.h"
#include "services/search/words/words.h"

namespace forium::search {
namespace {

using database::Row;
using database::Statement;
using database::Transaction;

constexpr Statement kCategories{"dump_categories", R"(
SELECT 'category|' || id || '|' || slug || '|' || name || '|' || read_level
FROM categories ORDER BY id)"};
constexpr Statement kUsers{"dump_users", R"(
SELECT 'user|' || id || '|' || username || '|' || display_name || '|' || folded || '|' || role ||
  '|' || posts || '|' || likes FROM users ORDER BY id)"};
constexpr Statement kTopics{"dump_topics", R"(
SELECT 'topic|' || id || '|' || category_id || '|' || author_id || '|' || title || '|' || slug ||
  '|' || tags || '|' || language || '|' || created_at || '|' || bumped_at || '|' || posts_count ||
  '|' || accepted_post_number || '|' || closed || '|' || visible FROM topics ORDER BY id)"};
constexpr Statement kPosts{"dump_posts", R"(
SELECT 'post|' || p.id || '|' || topic_id || '|' || number || '|' || author_id || '|' ||
  created_at || '|' || likes_count || '|' || accepted || '|' || has_code || '|' || length || '|' ||
  checksum || '|' || hex(text) FROM posts p LEFT JOIN texts t ON t.id = p.id ORDER BY p.id)"};
constexpr Statement kOrphans{"dump_orphans", R"(
SELECT 'text without post|' || id FROM texts WHERE id NOT IN (SELECT id FROM posts))"};
constexpr Statement kVocabulary{
    "dump_vocabulary", "SELECT 'word|' || word || '|' || posts FROM vocabulary ORDER BY word"};
constexpr Statement kCounts{"dump_counts", R"(
SELECT key || '|' || value FROM state WHERE key IN ('posts', 'topics', 'text_bytes') ORDER BY key)"};
constexpr Statement kWords{"dump_words", "SELECT word FROM vocabulary ORDER BY word"};
constexpr Statement kMatch{
    "dump_match",
    "SELECT rowid FROM openings WHERE openings MATCH $1"
    " UNION ALL SELECT rowid FROM replies WHERE replies MATCH $1 ORDER BY rowid"};

void Expect(const absl::Status& status) {
  if (status.ok()) return;
  std::cerr << status << " " << status::CauseOf(status) << std::endl;
  std::abort();
}

}  // namespace

std::vector<std::string> DumpOf(database::Database& index) {
  std::vector<std::string> lines, words;
  Expect(index.Read([&](Transaction& tx) {
    absl::Status status;
    for (const Statement& statement :
         {kCategories, kUsers, kTopics, kPosts, kOrphans, kVocabulary, kCounts}) {
      status.Update(tx.Query(statement, [&](const Row& row) { lines.emplace_back(row.Text(0)); }));
    }
    status.Update(tx.Query(kWords, [&](const Row& row) { words.emplace_back(row.Text(0)); }));
    return status;
  }));
  for (const std::string& word : words) {
    std::string line = "found|" + word;
    for (const int64_t post : PostsWith(index, word)) absl::StrAppend(&line, "|", post);
    lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<int64_t> Matches(database::Database& index, std::string_view expression) {
  std::vector<int64_t> posts;
  Expect(index.Read([&](Transaction& tx) {
    return tx.Query(
        kMatch, [&](const Row& row) { posts.push_back(row.Int(0)); }, expression);
  }));
  return posts;
}

std::vector<int64_t> PostsWith(database::Database& index, std::string_view word) {
  return Matches(index, "{title body} : " + Quoted({std::string(word)}));
}

std::vector<int64_t> PostsMarked(database::Database& index, std::string_view mark) {
  return Matches(index, "marks : " + Quoted({Mark(mark)}));
}

}  // namespace forium::search
