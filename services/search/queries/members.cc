// SPDX-License-Identifier: Apache-2.0
// SearchMembers(): by the start of a name, or of a part of it; the most active first.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/base/status/macros.h"
#include "services/search/queries/finder.h"
#include "services/search/queries/page_token.h"
#include "services/search/queries/query_text.h"
#include "services/search/queries/shown.h"

namespace forium::search {
namespace {

constexpr int kPageSize = 20;
constexpr int kMostPageSize = 50;
constexpr size_t kMostNameBytes = 200;

std::string FoldedName(std::string_view typed, Words& words) {
  const std::string clean = CleanText(typed, kMostNameBytes);
  const size_t first = clean.find_first_not_of(" @");
  if (first == std::string::npos) return "";
  const size_t last = clean.find_last_not_of(' ');
  return words.Fold(std::string_view(clean).substr(first, last + 1 - first));
}

}  // namespace

absl::StatusOr<v1::SearchMembersResponse> SearchMembers(const Snapshot& index, const Reader& reader,
                                                        const v1::SearchMembersRequest& request) {
  const int asked = request.page_size() <= 0 ? kPageSize : request.page_size();
  const int page_size = std::min(asked, kMostPageSize);
  const std::string folded = FoldedName(request.q(), WordsOfThread());
  const std::string list = absl::StrCat("members/", folded);
  MemberQuery query = {.folded = folded, .limit = page_size + 1};
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(const PagePlace place, ParsePageToken(list, request.page_token()));
    query.after_posts = place.score;
    query.after_id = place.key;
  }
  std::vector<User> users;
  RETURN_IF_ERROR(index.database->Read([&](database::Transaction& tx) {
    SearchStore store(tx, reader.level);
    ASSIGN_OR_RETURN(users, store.Members(query));
    return absl::OkStatus();
  }));
  v1::SearchMembersResponse response;
  if (users.size() > static_cast<size_t>(page_size)) {
    users.resize(static_cast<size_t>(page_size));
    response.set_next_page_token(MakePageToken(list, {users.back().posts, users.back().id, 0}));
  }
  for (const User& user : users) {
    v1::FoundMember& member = *response.add_members();
    FillMember(user, member.mutable_member());
    member.set_posts_count(static_cast<int32_t>(user.posts));
    member.set_likes_received(static_cast<int32_t>(user.likes));
  }
  return response;
}

}  // namespace forium::search
