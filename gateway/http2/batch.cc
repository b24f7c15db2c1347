// SPDX-License-Identifier: Apache-2.0
#include "gateway/http2/batch.h"

#include <algorithm>

namespace forium::gateway {

void Batch::Copy(std::string_view bytes) {
  if (bytes.empty()) return;
  if (parts_.empty() || parts_.back().bytes != nullptr) {
    parts_.push_back({nullptr, copied_.size(), 0});
  }
  copied_ += bytes;
  parts_.back().size += bytes.size();
  unsent_ += bytes.size();
}

void Batch::Refer(std::string_view bytes) {
  if (bytes.empty()) return;
  parts_.push_back({bytes.data(), 0, bytes.size()});
  unsent_ += bytes.size();
}

std::span<const std::string_view> Batch::Unsent() {
  for (size_t i = views_.size(); i < parts_.size(); ++i) {
    const Part& part = parts_[i];
    views_.emplace_back(part.bytes != nullptr ? part.bytes : copied_.data() + part.offset,
                        part.size);
  }
  return std::span<const std::string_view>(views_).subspan(first_);
}

void Batch::Sent(size_t bytes) {
  unsent_ -= bytes;
  while (bytes > 0) {
    std::string_view& view = views_[first_];
    const size_t taken = std::min(bytes, view.size());
    view.remove_prefix(taken);
    bytes -= taken;
    if (view.empty()) ++first_;
  }
  if (unsent_ > 0) return;
  copied_.clear();
  parts_.clear();
  views_.clear();
  first_ = 0;
}

}  // namespace forium::gateway
