// SPDX-License-Identifier: Apache-2.0
// A topic as one Markdown document, and /llms.txt (https://llmstxt.org): what assistants and people
// at a terminal read. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/forium/forum/v1/posts.pb.h"
#include "proto/forium/forum/v1/topics.pb.h"

namespace forium::gateway {

inline constexpr char kMarkdownType[] = "text/markdown; charset=utf-8";

struct TopicDocument {
  const forum::v1::Topic* topic = nullptr;  // with its category, without posts
  const forum::v1::ListPostsResponse* posts = nullptr;
  std::string base = {};
  std::string address = {};  // of the topic's page, absolute
  int next = 0;              // number of the post after these; 0: the end
};

// Ends early when it becomes larger than this: the rest is on the next page.
inline constexpr size_t kMaxTopicDocument = 2 << 20;
std::string MarkdownOf(const TopicDocument& document);

struct Signpost {
  std::string title = {};
  std::string address = {};  // absolute
  std::string note = {};     // empty: none
};

struct SiteGuide {
  std::string name = {};
  std::string description = {};
  std::string base = {};
  std::vector<Signpost> categories = {};
  std::vector<Signpost> topics = {};  // as Markdown
};

std::string LlmsTextOf(const SiteGuide& guide);

}  // namespace forium::gateway
