// SPDX-License-Identifier: Apache-2.0
#include "services/forum/tags.h"

#include <limits>

#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/forum/events.h"
#include "services/forum/fields.h"
#include "services/forum/page_token.h"
#include "services/forum/store.h"

namespace forium::forum {
namespace {

// A tag on topics that the caller may not read is none to them.
absl::StatusOr<int64_t> FindReadable(Store& store, const Reader& reader, std::string_view slug) {
  ASSIGN_OR_RETURN(const bool readable, store.TagExists(reader, slug));
  if (!readable) return status::NotFound("This tag does not exist.");
  return store.FindTag(slug);
}

}  // namespace

absl::StatusOr<v1::ListTagsResponse> ListTags(const Caller& caller,
                                              const v1::ListTagsRequest& request) {
  constexpr int64_t kEnd = std::numeric_limits<int64_t>::max();
  ASSIGN_OR_RETURN(const int size, PageSize(request.page_size(), kTagsPerPage));
  std::string prefix;
  if (!request.prefix().empty()) {
    ASSIGN_OR_RETURN(prefix, TagSlug("prefix", request.prefix()));
  }
  const std::string list = "tags/" + prefix;
  PageKey after{kEnd, kEnd};
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(after, ParsePageToken(list, request.page_token()));
  }
  std::vector<std::pair<int64_t, v1::Tag>> tags;
  RETURN_IF_ERROR(caller.database.Read([&](database::Transaction& tx) {
    tags.clear();
    return Store(tx).ListTags(caller.reader, prefix, after, size + 1, &tags);
  }));
  v1::ListTagsResponse response;
  if (static_cast<int>(tags.size()) > size) {
    tags.pop_back();
    const auto& [id, last] = tags.back();
    response.set_next_page_token(MakePageToken(list, {last.topics_count(), id}));
  }
  for (auto& [id, tag] : tags) *response.add_tags() = std::move(tag);
  return response;
}

absl::StatusOr<v1::Tag> RenameTag(const Caller& caller, const v1::RenameTagRequest& request) {
  ASSIGN_OR_RETURN(const std::string slug, TagSlug("new_slug", request.new_slug()));
  v1::Tag tag;
  RETURN_IF_ERROR(caller.database.Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    ASSIGN_OR_RETURN(int64_t id, FindReadable(store, caller.reader, request.slug()));
    ASSIGN_OR_RETURN(const int64_t existing, store.FindTag(slug));
    if (existing != id) {
      ASSIGN_OR_RETURN(const std::vector<int64_t> topics, store.TopicsOfTag(id));
      if (existing == 0) {
        RETURN_IF_ERROR(store.RenameTag(id, slug));
      } else {
        RETURN_IF_ERROR(store.MergeTag(id, existing));
        RETURN_IF_ERROR(store.RecountTag(existing));
        id = existing;
      }
      RETURN_IF_ERROR(store.RewriteTagText(topics, caller.now));
      RETURN_IF_ERROR(AnnounceEverything(tx, caller.now, OnlyTopics(topics)));
    }
    ASSIGN_OR_RETURN(tag, store.GetTag(caller.reader, id));
    return absl::OkStatus();
  }));
  return tag;
}

absl::StatusOr<google::protobuf::Empty> DeleteTag(const Caller& caller,
                                                  const v1::DeleteTagRequest& request) {
  RETURN_IF_ERROR(caller.database.Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    ASSIGN_OR_RETURN(const int64_t id, FindReadable(store, caller.reader, request.slug()));
    ASSIGN_OR_RETURN(const std::vector<int64_t> topics, store.TopicsOfTag(id));
    RETURN_IF_ERROR(store.DeleteTag(id));
    RETURN_IF_ERROR(store.RewriteTagText(topics, caller.now));
    return AnnounceEverything(tx, caller.now, OnlyTopics(topics));
  }));
  return google::protobuf::Empty();
}

}  // namespace forium::forum
