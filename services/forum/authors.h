// SPDX-License-Identifier: Apache-2.0
// Those who are named in an answer, found in one statement. An erased account is nobody: its id is
// shown as 0. Not thread-safe.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/repeated_field.h"
#include "proto/forium/forum/v1/forum.pb.h"
#include "services/forum/store.h"

namespace forium::forum {

class Authors {
 public:
  using Posts = google::protobuf::RepeatedPtrField<v1::Post>;

  void Add(int64_t id);
  void AddThoseOf(const v1::Topic& topic);
  void AddThoseOf(const Posts& posts);

  absl::Status Load(Store& store);

  // The id, or 0 if the account is erased.
  int64_t Shown(int64_t id) const;
  void HideErased(v1::Topic* topic) const;
  void HideErased(Posts* posts) const;
  const v1::Author* Find(int64_t id) const;
  void MoveTo(google::protobuf::RepeatedPtrField<v1::Author>* list) &&;

 private:
  std::vector<int64_t> ids_;
  std::vector<v1::Author> found_;  // by id
};

// Names the author of one post, and hides who is erased.
absl::Status NameAuthor(Store& store, v1::Post* post);

}  // namespace forium::forum
