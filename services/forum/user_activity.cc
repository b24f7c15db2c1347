// SPDX-License-Identifier: Apache-2.0
#include "services/forum/user_activity.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/forum/authors.h"
#include "services/forum/page_token.h"
#include "services/forum/store.h"

namespace forium::forum {
namespace {

// An erased account has written nothing that could be found by it.
absl::StatusOr<bool> IsShown(Store& store, int64_t user_id) {
  Authors authors;
  authors.Add(user_id);
  RETURN_IF_ERROR(authors.Load(store));
  return authors.Shown(user_id) != 0;
}

}  // namespace

absl::StatusOr<v1::ListUserPostsResponse> ListUserPosts(const Caller& caller,
                                                        const v1::ListUserPostsRequest& request) {
  ASSIGN_OR_RETURN(const int size, PageSize(request.page_size(), kUserPostsPerPage));
  const std::string list =
      absl::StrCat("user/", request.user_id(), "/", request.topics_only() ? "topics" : "posts");
  PageKey after{std::numeric_limits<int64_t>::max(), 0};
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(after, ParsePageToken(list, request.page_token()));
  }
  v1::ListUserPostsResponse response;
  RETURN_IF_ERROR(caller.database.Read([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    response.Clear();
    ASSIGN_OR_RETURN(const bool shown, IsShown(store, request.user_id()));
    if (!shown) return absl::OkStatus();
    RETURN_IF_ERROR(store.ListUserPosts(caller.reader, request.user_id(), request.topics_only(),
                                        after.first, size + 1, &response));
    if (response.posts_size() <= size) return absl::OkStatus();
    response.mutable_posts()->RemoveLast();
    const v1::Post& last = response.posts().rbegin()->post();
    response.set_next_page_token(
        MakePageToken(list, {request.topics_only() ? last.topic_id() : last.id(), 0}));
    return absl::OkStatus();
  }));
  return response;
}

absl::StatusOr<v1::UserStatistics> GetUserStatistics(const Caller& caller,
                                                     const v1::GetUserStatisticsRequest& request) {
  v1::UserStatistics statistics;
  RETURN_IF_ERROR(caller.database.Read([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    statistics.Clear();
    ASSIGN_OR_RETURN(const bool shown, IsShown(store, request.user_id()));
    return shown ? store.GetUserStatistics(caller.reader, request.user_id(), &statistics)
                 : absl::OkStatus();
  }));
  return statistics;
}

}  // namespace forium::forum
