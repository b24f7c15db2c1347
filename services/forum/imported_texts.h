// SPDX-License-Identifier: Apache-2.0
// Texts of another forum, made fit for this one, before the transaction that keeps them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/forium/forum/v1/forum.pb.h"
#include "services/forum/config.h"

namespace forium::forum {

struct ImportedText {
  std::string raw, html, excerpt;
  int64_t render_version = 0;  // 0: made from HTML
};

// Cooks or sanitises the posts of the topics, on several threads: one text a post, in their order.
std::vector<std::vector<ImportedText>> CookImported(
    const Config& config, const std::vector<const v1::ImportedTopic*>& topics);

// One line of at most `limit` characters; what may not stand in it becomes a blank.
std::string CleanLine(std::string_view text, size_t limit);
std::vector<std::string> CleanTags(const v1::ImportedTopic& topic);

}  // namespace forium::forum
