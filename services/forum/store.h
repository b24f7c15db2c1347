// SPDX-License-Identifier: Apache-2.0
// Everything that the forum asks of its database, in the words of the forum: one object serves one
// transaction. Each statement stands above its method in store_<noun>.cc; counters move there, by
// statements that one can read. Methods that find one thing answer NOT_FOUND when the reader may
// not know of it. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/repeated_field.h"
#include "proto/forium/forum/v1/forum.pb.h"
#include "services/base/database/database.h"
#include "services/forum/caller.h"
#include "services/forum/page_token.h"

namespace forium::forum {

// What rules need to know of a topic before they change something in it.
struct TopicFacts {
  int64_t id = 0;
  int64_t category_id = 0;
  int64_t read_level = 0;
  int64_t author_id = 0;
  std::string title, slug, tags;
  v1::State state = v1::VISIBLE;
  bool closed = false, archived = false, pinned = false;
  int64_t posts_count = 0, participants_count = 0;
  std::string recent_poster_ids;
  int64_t last_visible_number = 0, last_post_number = 0;
  int64_t version = 0;
  int64_t state_by_id = 0;

  bool visible() const { return state == v1::VISIBLE; }
};

struct PostRow {
  v1::Post post;  // with raw and html, whoever asks
  TopicFacts topic;
  int64_t version = 0;
  int64_t edited_by_id = 0;
  std::string edit_reason;
};

// What CreatePost needs: the topic, the post that is answered, and what is known of the author.
struct ReplyContext {
  TopicFacts topic;
  bool reply_found = false;  // a visible post, not a small action
  int64_t reply_author_id = 0;
  int64_t my_posts = 0;          // the author's visible posts in the topic
  int64_t my_user_version = -1;  // of the projection; -1: none
};

struct NewPost {
  int64_t id = 0;
  int64_t topic_id = 0;
  int64_t number = 0;
  int64_t author_id = 0;
  int64_t reply_to = 0;
  int64_t reply_to_author_id = 0;
  v1::Post::Kind kind = v1::Post::REGULAR;
  std::string_view action{}, raw{}, html{};
  int64_t render_version = 0;
  int64_t created_at = 0, edited_at = 0;
  int64_t likes_imported = 0, replies_count = 0;
  bool accepted = false;
  v1::State state = v1::VISIBLE;
};

struct NewTopic {
  int64_t id = 0;
  int64_t category_id = 0;
  int64_t author_id = 0;
  std::string_view title{}, slug{}, tags{}, excerpt{}, recent_poster_ids{};
  int64_t created_at = 0, last_posted_at = 0, bumped_at = 0, changed_at = 0;
  int64_t posts_count = 1, participants_count = 1;
  int64_t last_post_number = 1, last_visible_number = 1, last_poster_id = 0;
  int64_t likes_imported = 0, views_imported = 0, accepted_post_number = 0;
  bool closed = false, archived = false;
  int64_t pinned_at = 0;
  v1::State state = v1::VISIBLE;
};

struct StateChange {
  v1::State state = v1::VISIBLE;
  int64_t at = 0;
  int64_t by_id = 0;
  std::string_view reason{};
};

// A post that became the topic's solution, or is no longer.
struct MarkedPost {
  int64_t id = 0;
  int64_t number = 0;
  int64_t author_id = 0;
  int64_t version = 0;
  bool visible = true;
};

// Which topics a list holds, in which order, from where.
struct TopicSelection {
  v1::TopicOrder order = v1::LATEST;
  v1::TopicFilter filter = v1::ALL;
  std::string category{};    // slug, or id in digits; empty: all
  std::string tag{};         // empty: all
  int64_t bumped_since = 0;  // TOP: only topics with activity after it
  PageKey after{};           // (key of the order, id) of the last topic before
  int limit = 0;
};

struct CounterDifference {
  std::string what;  // `topic 17 posts_count`
  int64_t id = 0;
  int64_t stored = 0;
  int64_t counted = 0;
};

// Which events the log holds: `first` to `last`; none when `first` is behind `last`.
struct LogExtent {
  int64_t first = 1;
  int64_t last = 0;
};

template <typename Document>
using Documents = google::protobuf::RepeatedPtrField<Document>;

class Store {
 public:
  explicit Store(database::Transaction& tx) : tx_(tx) {}
  database::Transaction& transaction() { return tx_; }

  // ---- store_categories.cc
  absl::Status ListCategories(const Reader& reader, v1::ListCategoriesResponse* response);
  absl::StatusOr<v1::Category> FindCategory(const Reader& reader, int64_t id);
  absl::StatusOr<int64_t> CategoryVersion(int64_t id);
  absl::StatusOr<bool> CategoryExists(const Reader& reader, std::string_view slug_or_id);
  absl::StatusOr<bool> AnyCategory();
  // Takes away the category that a new community is given, if nobody has touched it.
  absl::Status DeleteUntouchedFirstCategory();
  // Every topic counts, visible or not.
  absl::StatusOr<bool> CategoryIsEmpty(int64_t id);
  absl::StatusOr<bool> SlugIsTaken(std::string_view slug, int64_t except_id);
  absl::Status InsertCategory(const v1::Category& category);
  absl::StatusOr<int64_t> NextCategoryPosition();
  absl::Status UpdateCategory(const v1::Category& category);
  absl::Status DeleteCategory(int64_t id);
  absl::Status AddToCategory(int64_t id, int64_t topics, int64_t posts, int64_t last_posted_at);
  // Takes away, and looks for the last activity that remains.
  absl::Status TakeFromCategory(int64_t id, int64_t topics, int64_t posts);

  // ---- store_tags.cc
  absl::Status ListTags(const Reader& reader, std::string_view prefix, const PageKey& after,
                        int limit, std::vector<std::pair<int64_t, v1::Tag>>* tags);
  absl::StatusOr<bool> TagExists(const Reader& reader, std::string_view slug);
  // 0 when there is none.
  absl::StatusOr<int64_t> FindTag(std::string_view slug);
  absl::StatusOr<v1::Tag> GetTag(const Reader& reader, int64_t id);
  absl::StatusOr<std::vector<int64_t>> FindOrCreateTags(const std::vector<std::string>& slugs);
  absl::StatusOr<std::vector<int64_t>> TagsOfTopic(int64_t topic_id);
  // Also counts the topic where it is visible; `read_level` is its category's.
  absl::Status AddTopicTags(int64_t topic_id, const std::vector<int64_t>& tag_ids,
                            int64_t bumped_at);
  absl::Status RemoveTopicTags(int64_t topic_id, const std::vector<int64_t>& tag_ids);
  absl::Status CountTags(const std::vector<int64_t>& tag_ids, int64_t read_level, int64_t topics);
  absl::Status BumpTopicTags(int64_t topic_id, int64_t bumped_at);
  absl::Status RenameTag(int64_t id, std::string_view slug);
  absl::Status MergeTag(int64_t from_id, int64_t into_id);
  absl::Status DeleteTag(int64_t id);
  absl::StatusOr<std::vector<int64_t>> TopicsOfTag(int64_t id);
  // Writes topics.tags anew from topic_tags.
  absl::Status RewriteTagText(const std::vector<int64_t>& topic_ids, int64_t now);
  absl::Status RecountTag(int64_t id);
  absl::Status RecountTagsOfCategory(int64_t category_id);

  // ---- store_topics.cc, store_topic_lists.cc
  absl::Status GetTopic(const Reader& reader, int64_t id, v1::Topic* topic);
  absl::StatusOr<TopicFacts> FindTopic(const Reader& reader, int64_t id);
  absl::Status ListTopics(const Reader& reader, const TopicSelection& selection,
                          google::protobuf::RepeatedPtrField<v1::Topic>* topics);
  absl::Status ListPinned(const Reader& reader, std::string_view category,
                          google::protobuf::RepeatedPtrField<v1::Topic>* topics);
  absl::Status InsertTopic(const NewTopic& topic);
  absl::Status UpdateTopic(int64_t id, int64_t category_id, std::string_view title,
                           std::string_view slug);
  absl::Status SetTopicTagText(int64_t id, std::string_view tags);
  absl::Status SetTopicExcerpt(int64_t id, std::string_view excerpt);
  absl::Status SetClosed(int64_t id, bool closed);
  absl::Status SetPinned(int64_t id, int64_t pinned_at);
  absl::Status SetTopicState(int64_t id, const StateChange& change);
  // Whether anybody but the author has written in it, deleted posts included.
  absl::StatusOr<bool> OthersWrote(int64_t topic_id, int64_t author_id);
  // Gives the next number to a small action; the topic is not bumped.
  absl::StatusOr<int64_t> TakeSmallActionNumber(int64_t topic_id, int64_t now);
  // Gives the next number to a visible post and counts it.
  absl::StatusOr<int64_t> TakePostNumber(int64_t topic_id, int64_t author_id, int64_t now,
                                         bool first_of_author, std::string_view recent_poster_ids);
  absl::Status GetTimeline(int64_t topic_id, int points, v1::Timeline* timeline);
  // A post came into sight (+1) or went out of it (-1), with its likes.
  absl::Status AddPostToTopic(int64_t id, int64_t post_id, int64_t posts, int64_t participants);
  absl::Status AddLikesToTopic(int64_t id, int64_t likes);
  // Derives the last post, the last posters and `bumped_at` from the visible posts.
  absl::StatusOr<int64_t> RefreshLastPost(int64_t topic_id);
  absl::Status SetAcceptedNumber(int64_t topic_id, int64_t number, int64_t now);
  // What a guest sees of it changed.
  absl::Status SetTopicChanged(int64_t id, int64_t now);

  // ---- store_posts.cc
  absl::Status ListPosts(const Reader& reader, int64_t topic_id, int64_t from, int limit,
                         google::protobuf::RepeatedPtrField<v1::Post>* posts);
  // Ends before the number; ascending.
  absl::Status ListPostsBefore(const Reader& reader, int64_t topic_id, int64_t before, int limit,
                               google::protobuf::RepeatedPtrField<v1::Post>* posts);
  absl::StatusOr<PostRow> FindPost(const Reader& reader, int64_t id);
  absl::StatusOr<ReplyContext> FindReplyContext(const Reader& reader, int64_t topic_id,
                                                int64_t reply_to);
  absl::Status InsertPost(const NewPost& post);
  absl::Status AddReply(int64_t topic_id, int64_t number, int64_t replies);
  absl::Status UpdatePostText(int64_t id, std::string_view raw, std::string_view html,
                              int64_t render_version, int64_t edited_at, int64_t edited_by_id,
                              std::string_view reason);
  absl::Status SetPostState(int64_t id, const StateChange& change);
  // Answers the posts that changed: it, and the one that had been the solution.
  absl::StatusOr<std::vector<MarkedPost>> SetAccepted(int64_t topic_id, int64_t post_id,
                                                      bool accepted);
  absl::Status ListUserPosts(const Reader& reader, int64_t user_id, bool topics_only,
                             int64_t before_id, int limit, v1::ListUserPostsResponse* response);

  // ---- store_revisions.cc
  absl::Status KeepRevision(const PostRow& row);
  absl::Status ListRevisions(int64_t post_id, int64_t before, int limit,
                             v1::ListRevisionsResponse* response);

  // ---- store_reactions.cc
  // False when nothing changed.
  absl::StatusOr<bool> InsertReaction(int64_t post_id, int64_t user_id, std::string_view kind,
                                      int64_t now);
  absl::StatusOr<bool> DeleteReaction(int64_t post_id, int64_t user_id, std::string_view kind);
  absl::Status AddLikes(const PostRow& row, int64_t likes);

  // ---- store_reading.cc
  absl::Status MarkRead(int64_t user_id, int64_t topic_id, int64_t number);
  absl::Status MarkAllRead(int64_t user_id);
  absl::Status SetNewSince(int64_t user_id, int64_t now);
  // A visit begins after `pause` microseconds of silence.
  absl::Status Seen(int64_t user_id, int64_t now, int64_t pause);
  absl::Status CountUnread(const Reader& reader, v1::Unread* unread);
  absl::Status AddViews(int64_t topic_id, int64_t views);
  // Adds to the number of the user's visible posts in the topic and answers the sum; raises the
  // last-read mark.
  absl::StatusOr<int64_t> AddMyPosts(int64_t user_id, int64_t topic_id, int64_t posts,
                                     int64_t read_number);

  // ---- store_users.cc
  absl::Status ListAuthors(const std::vector<int64_t>& ids, std::vector<v1::Author>* authors);
  // Keeps what is newer.
  absl::Status UpsertUser(const v1::Author& user, int64_t version);
  absl::Status InsertUsers(const std::vector<v1::Author>& users);
  absl::Status EraseUser(int64_t id);
  absl::Status GetUserStatistics(const Reader& reader, int64_t user_id,
                                 v1::UserStatistics* statistics);

  // ---- store_requests.cc
  // The id of the earlier result, or nothing after having written the request down. Errors:
  // REQUEST_ID_REUSED.
  absl::StatusOr<std::optional<int64_t>> FindRequest(int64_t user_id, std::string_view request_id,
                                                     uint64_t fingerprint);
  absl::Status KeepRequest(int64_t user_id, std::string_view request_id, uint64_t fingerprint,
                           int64_t result_id, int64_t now);
  absl::Status ForgetRequests(int64_t before);

  // ---- store_import.cc
  // source id → id here, of those that are there.
  absl::StatusOr<std::map<int64_t, int64_t>> FindImported(std::string_view source,
                                                          std::string_view kind,
                                                          const std::vector<int64_t>& source_ids);
  absl::Status KeepImported(std::string_view source, std::string_view kind, int64_t source_id,
                            int64_t id);
  // Those of the ids that are in use. Kind: topic, post or category.
  absl::StatusOr<std::vector<int64_t>> UsedIds(std::string_view kind,
                                               const std::vector<int64_t>& ids);

  // ---- store_statistics.cc
  absl::Status GetStatistics(const Reader& reader, int64_t since, v1::Statistics* statistics);

  // ---- store_documents.cc; by ids: those that are there, in any order
  absl::StatusOr<LogExtent> GetLogExtent();
  // Visible ones that are no small actions, whatever the state of their topic.
  absl::StatusOr<int64_t> CountShownPosts();
  absl::Status ListCategoryDocuments(Documents<v1::CategoryDocument>* categories);
  absl::Status GetCategoryDocuments(const std::vector<int64_t>& ids,
                                    Documents<v1::CategoryDocument>* categories);
  absl::Status ListUserDocuments(Documents<v1::UserDocument>* users);
  absl::Status GetUserDocuments(const std::vector<int64_t>& ids,
                                Documents<v1::UserDocument>* users);
  absl::Status GetTopicDocuments(const std::vector<int64_t>& ids,
                                 Documents<v1::TopicDocument>* topics);
  // Those that CountShownPosts counts, by id, until their texts are larger than `max_bytes`.
  // Answers whether there may be more.
  absl::StatusOr<bool> ListPostDocuments(int64_t after, int limit, int64_t max_bytes,
                                         Documents<v1::PostDocument>* posts);
  absl::Status GetPostDocuments(const std::vector<int64_t>& ids,
                                Documents<v1::PostDocument>* posts);
  // Only what is shown.
  absl::Status GetPostDocumentsOfTopics(const std::vector<int64_t>& topic_ids,
                                        Documents<v1::PostDocument>* posts);

  // ---- store_topic_addresses.cc
  absl::Status ListSegments(const Reader& reader,
                            Documents<v1::ListTopicAddressesResponse::Segment>* segments);
  absl::Status ListTopicAddresses(const Reader& reader, int64_t first, int64_t end,
                                  Documents<v1::TopicAddress>* topics);

  // ---- store_counters.cc
  absl::StatusOr<int64_t> CountRows();
  absl::Status FindDifferences(int limit, std::vector<CounterDifference>* differences);
  absl::Status RepairCounters();

 private:
  database::Transaction& tx_;
};

// topics.recent_poster_ids: ids with commas between, the latest first, at most three.
std::vector<int64_t> ParseIds(std::string_view text);
std::string JoinIds(const std::vector<int64_t>& ids);
std::string WithRecentPoster(std::string_view recent_poster_ids, int64_t user_id);

}  // namespace forium::forum
