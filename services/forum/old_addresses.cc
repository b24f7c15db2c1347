// SPDX-License-Identifier: Apache-2.0
// Finds what an address of another forum meant.
#include "absl/strings/str_cat.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/forum/import.h"
#include "services/forum/slugs.h"
#include "services/forum/store.h"

namespace forium::forum {
namespace {

absl::Status NothingThere() { return status::NotFound("Nothing is known under this address."); }

absl::StatusOr<std::string> PathOf(Store& store, const Reader& reader, std::string_view kind,
                                   int64_t id) {
  if (kind == "topic") {
    ASSIGN_OR_RETURN(const TopicFacts topic, store.FindTopic(reader, id));
    return absl::StrCat("/t/", EscapePathSegment(topic.slug), "/", id);
  }
  if (kind == "post") {
    ASSIGN_OR_RETURN(const PostRow row, store.FindPost(reader, id));
    return absl::StrCat("/t/", EscapePathSegment(row.topic.slug), "/", row.topic.id, "/",
                        row.post.number());
  }
  ASSIGN_OR_RETURN(const v1::Category category, store.FindCategory(reader, id));
  return absl::StrCat("/c/", EscapePathSegment(category.slug()));
}

}  // namespace

absl::StatusOr<v1::ResolveOldIdResponse> ResolveOldId(const Caller& caller,
                                                      const v1::ResolveOldIdRequest& request) {
  const std::string& kind = request.kind();
  if (kind != "topic" && kind != "post" && kind != "category") {
    return status::InvalidField("kind", "The kind is topic, post or category.");
  }
  v1::ResolveOldIdResponse response;
  RETURN_IF_ERROR(caller.database.Read([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    int64_t id = request.source_id();
    if (!request.source().empty()) {
      ASSIGN_OR_RETURN(const auto found,
                       store.FindImported(request.source(), kind, {request.source_id()}));
      if (found.empty()) return NothingThere();
      id = found.begin()->second;
    }
    ASSIGN_OR_RETURN(*response.mutable_path(), PathOf(store, caller.reader, kind, id));
    return absl::OkStatus();
  }));
  return response;
}

}  // namespace forium::forum
