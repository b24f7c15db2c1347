// SPDX-License-Identifier: Apache-2.0
#include "tests/load/clients/answer.h"

#include <strings.h>

#include <cstdlib>

namespace forium::load {
namespace {

// The value of a field, up to its line's end; empty when absent.
std::string_view Field(const std::string& head, std::string_view name) {
  for (size_t line = head.find('\n'); line != std::string::npos; line = head.find('\n', line + 1)) {
    const char* at = head.data() + line + 1;
    if (strncasecmp(at, name.data(), name.size()) != 0) continue;
    const std::string_view rest(at + name.size());
    return rest.substr(0, rest.find('\r'));
  }
  return {};
}

}  // namespace

void Answer::Reset() {
  head_.clear();
  in_body_ = false;
  status_ = 0;
  closes_ = false;
  left_ = 0;
}

Answer::State Answer::ReadHead() {
  if (head_.size() < 12 || !head_.starts_with("HTTP/1.1 ")) return State::kBroken;
  status_ = std::atoi(head_.c_str() + 9);
  const std::string_view length = Field(head_, "content-length: ");
  if (length.empty() && status_ != 304 && status_ != 204 && status_ != 101) return State::kBroken;
  left_ = length.empty() ? 0 : std::strtoll(length.data(), nullptr, 10);
  closes_ = Field(head_, "connection: ").starts_with("close");
  in_body_ = true;
  return State::kMore;
}

Answer::State Answer::Take(std::string_view bytes) {
  if (!in_body_) {
    const size_t before = head_.size();
    head_.append(bytes);
    const size_t end = head_.find("\r\n\r\n", before > 3 ? before - 3 : 0);
    if (end == std::string::npos) return head_.size() > 65536 ? State::kBroken : State::kMore;
    bytes.remove_prefix(end + 4 - before);
    head_.resize(end + 4);
    if (ReadHead() == State::kBroken) return State::kBroken;
  }
  left_ -= static_cast<int64_t>(bytes.size());
  if (left_ < 0) return State::kBroken;
  return left_ == 0 ? State::kDone : State::kMore;
}

}  // namespace forium::load
