// SPDX-License-Identifier: Apache-2.0
// What an answer of the forum brings, whether a page of its snapshot or a step of its log. A view:
// the answer outlives it.
#pragma once

#include "google/protobuf/repeated_field.h"
#include "proto/forium/forum/v1/documents.pb.h"

namespace forium::search {

struct Documents {
  template <typename Response>
  explicit Documents(const Response& response)
      : categories(response.categories()),
        users(response.users()),
        topics(response.topics()),
        posts(response.posts()) {}

  const google::protobuf::RepeatedPtrField<forum::v1::CategoryDocument>& categories;
  const google::protobuf::RepeatedPtrField<forum::v1::UserDocument>& users;
  const google::protobuf::RepeatedPtrField<forum::v1::TopicDocument>& topics;
  const google::protobuf::RepeatedPtrField<forum::v1::PostDocument>& posts;
};

}  // namespace forium::search
