// SPDX-License-Identifier: Apache-2.0
// Answers that are ready bytes of JSON: what the gateway passes on untouched, with what it must
// know beside.
#pragma once

#include <string>

#include "proto/forium/forum/v1/categories.json.h"
#include "proto/forium/forum/v1/forum.pb.h"
#include "proto/forium/forum/v1/posts.json.h"
#include "proto/forium/forum/v1/topics.json.h"
#include "proto/google/api/httpbody.pb.h"

namespace forium::forum {

// Whoever shows a name must know when it changes: tag `name:5`.
template <typename Authors>
v1::BodyFacts WithNames(v1::BodyFacts facts, const Authors& authors) {
  for (const v1::Author& author : authors) {
    if (author.id() != 0) facts.add_cache_tags("name:" + std::to_string(author.id()));
  }
  return facts;
}

template <typename Message>
google::api::HttpBody ReadyJson(const Message& message, const v1::BodyFacts& facts) {
  google::api::HttpBody body;
  body.set_content_type("application/json");
  body.mutable_data()->reserve(16 * 1024);
  v1::AppendJson(message, body.mutable_data());
  body.add_extensions()->PackFrom(facts);
  return body;
}

}  // namespace forium::forum
