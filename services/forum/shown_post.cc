// SPDX-License-Identifier: Apache-2.0
#include "services/forum/shown_post.h"

#include "services/base/status/macros.h"
#include "services/forum/authors.h"
#include "services/forum/visibility.h"

namespace forium::forum {

absl::StatusOr<v1::Post> ShownPost(Store& store, const Reader& reader, int64_t post_id) {
  ASSIGN_OR_RETURN(PostRow row, store.FindPost(reader, post_id));
  v1::Post post = std::move(row.post);
  ShowPost(reader, row.topic, &post);
  if (!post.can_edit()) post.clear_raw();
  RETURN_IF_ERROR(NameAuthor(store, &post));
  return post;
}

v1::Author AuthorOf(const Caller& caller) {
  v1::Author author;
  author.set_id(caller.user_id());
  author.set_username(caller.principal.username());
  author.set_display_name(caller.principal.display_name());
  author.set_role(caller.principal.role());
  return author;
}

absl::Status KeepCaller(Store& store, const Caller& caller, int64_t known_version) {
  const int64_t version = caller.principal.user_version();
  if (known_version >= version) return absl::OkStatus();
  return store.UpsertUser(AuthorOf(caller), version);
}

}  // namespace forium::forum
