// SPDX-License-Identifier: Apache-2.0
#include "services/search/index/testing/store_dump.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "services/base/status/status.h"
#include "services/search/index/damage.h"
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
  created_at || '|' || likes_count || '|' || accepted || '|' || has_code || '|' || length, p.id,
  sealed, COALESCE(checksum, -1), t.text FROM posts p LEFT JOIN texts t ON t.id = p.id
ORDER BY p.id)"};
constexpr Statement kOrphans{"dump_orphans", R"(
SELECT 'text without post|' || id FROM texts
WHERE id NOT IN (SELECT id FROM posts WHERE sealed = 0))"};
constexpr Statement kVocabulary{
    "dump_vocabulary", "SELECT 'word|' || word || '|' || posts FROM vocabulary ORDER BY word"};
constexpr Statement kCounts{"dump_counts", R"(
SELECT key || '|' || value FROM state WHERE key IN ('posts', 'topics', 'text_bytes') ORDER BY key)"};
constexpr Statement kWords{"dump_words", "SELECT word FROM vocabulary ORDER BY word"};
constexpr Statement kMarks{"dump_marks", R"(
SELECT 'c' || id FROM categories UNION SELECT 't' || id FROM topics UNION SELECT 'u' || id FROM users
UNION SELECT 'g' || tags FROM topics UNION VALUES ('first'), ('code'), ('y2024'), ('m2024-01'))"};
constexpr Statement kMatch{"dump_match",
                           "SELECT rowid FROM openings WHERE openings MATCH $1"
                           " UNION ALL SELECT rowid FROM replies WHERE replies MATCH $1"};
constexpr Statement kMatchTitles{"dump_match_titles",
                                 "SELECT rowid FROM titles WHERE titles MATCH $1"};
constexpr Statement kUnsealed{"dump_unsealed", "SELECT id FROM unsealed"};

using Where = Postings::Where;

void Expect(const absl::Status& status) {
  if (status.ok()) return;
  std::cerr << status << " " << status::CauseOf(status) << std::endl;
  std::abort();
}

template <typename T>
T Expected(absl::StatusOr<T> value) {
  Expect(value.status());
  return *std::move(value);
}

std::vector<int64_t> Ids(const Snapshot& index, const Statement& statement,
                         const std::string& expression) {
  std::vector<int64_t> ids;
  const auto add = [&](const Row& row) { ids.push_back(row.Int(0)); };
  Expect(index.database->Read([&](Transaction& tx) {
    return expression.empty() ? tx.Query(statement, add) : tx.Query(statement, add, expression);
  }));
  return ids;
}

// Finds by token, in the full-text tables and in what of the segment still is so.
class Finding {
 public:
  explicit Finding(const Snapshot& index) : index_(index) {
    const std::vector<int64_t> ids = Ids(index, kUnsealed, "");
    unsealed_.insert(ids.begin(), ids.end());
  }

  std::vector<int64_t> In(std::string_view columns, const std::string& token, Where where) const {
    std::vector<int64_t> posts = Ids(index_, kMatch, Expression(columns, token));
    AddSealed(SegmentList::kOpenings, token, where, posts);
    AddSealed(SegmentList::kReplies, token, where, posts);
    std::sort(posts.begin(), posts.end());
    return posts;
  }

  std::vector<int64_t> Titled(const std::string& word) const {
    std::vector<int64_t> posts = Ids(index_, kMatchTitles, Expression("title", word));
    AddSealed(SegmentList::kOpenings, word, Where::kTitle, posts);
    std::sort(posts.begin(), posts.end());
    return posts;
  }

 private:
  static std::string Expression(std::string_view columns, const std::string& token) {
    return std::string(columns) + " : " + Quoted({token});
  }

  void AddSealed(SegmentList list, std::string_view token, Where where,
                 std::vector<int64_t>& posts) const {
    std::optional<Postings> postings = Expected(index_.segment->Find(list, token));
    if (!postings.has_value()) return;
    Bitmap found(index_.segment->size(list));
    Expect(postings->AddTo(found, {0, index_.segment->size(list)}, where));
    for (auto at = found.Next(0); at.has_value(); at = found.Next(*at + 1)) {
      const int64_t post = Expected(index_.segment->PostAt(list, *at));
      if (!unsealed_.contains(post)) posts.push_back(post);
    }
  }

  const Snapshot& index_;
  std::set<int64_t> unsealed_;
};

std::string LineOf(absl::string_view kind, absl::string_view name,
                   const std::vector<int64_t>& posts) {
  return absl::StrCat(kind, "|", name, "|", absl::StrJoin(posts, "|"));
}

}  // namespace

std::vector<std::string> DumpOf(const Snapshot& index) {
  std::vector<std::string> lines, words, marks;
  Expect(index.database->Read([&](Transaction& tx) {
    absl::Status status;
    const auto read = [&](const Statement& statement, std::vector<std::string>& into) {
      status.Update(tx.Query(statement, [&](const Row& row) { into.emplace_back(row.Text(0)); }));
    };
    for (const Statement& statement :
         {kCategories, kUsers, kTopics, kOrphans, kVocabulary, kCounts}) {
      read(statement, lines);
    }
    status.Update(tx.Query(kPosts, [&](const Row& row) {
      const std::string text = Expected(row.Int(2) != 0 ? index.segment->TextOf(row.Int(1))
                                                        : VerifiedText(row.Int(3), row.Text(4)));
      lines.push_back(std::string(row.Text(0)) + "|" + text);
    }));
    read(kWords, words);
    read(kMarks, marks);
    return status;
  }));
  const Finding finding(index);
  for (const std::string& word : words) {
    lines.push_back(LineOf("in title", word, finding.In("title", word, Where::kTitle)));
    lines.push_back(LineOf("in body", word, finding.In("body", word, Where::kBody)));
    lines.push_back(LineOf("titled", word, finding.Titled(word)));
  }
  for (const std::string& mark : marks) {
    lines.push_back(LineOf("marked", mark, finding.In("marks", Mark(mark), Where::kAnywhere)));
  }
  return lines;
}

std::vector<std::string> Differing(std::vector<std::string> a, std::vector<std::string> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  std::vector<std::string> differing;
  std::set_symmetric_difference(a.begin(), a.end(), b.begin(), b.end(),
                                std::back_inserter(differing));
  return differing;
}

std::vector<int64_t> PostsWith(const Snapshot& index, std::string_view word) {
  return Finding(index).In("{title body}", std::string(word), Where::kAnywhere);
}

std::vector<int64_t> PostsMarked(const Snapshot& index, std::string_view mark) {
  return Finding(index).In("marks", Mark(mark), Where::kAnywhere);
}

}  // namespace forium::search
