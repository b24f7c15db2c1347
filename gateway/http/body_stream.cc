// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/body_stream.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;

// What a client may send ahead of the next answer.
constexpr size_t kUnreadBytes = 16 << 10;
constexpr size_t kPartsAtOnce = 16;

}  // namespace

BodyStream::BodyStream(Worker& worker, Transport& transport, Watch& watch, Framing framing,
                       std::string unread)
    : worker_(worker),
      transport_(transport),
      watch_(watch),
      framing_(framing),
      unread_(std::move(unread)) {
  watch_.deadline = absl::InfiniteFuture();
  watch_.expired = false;
  // It has no end of its own: a server that leaves may end it at any time.
  watch_.idle = framing == Framing::kUpgraded;
}

asio::awaitable<size_t> BodyStream::Read(char* into, size_t most) {
  if (framing_ == Framing::kUpgraded) {
    if (!unread_.empty()) {
      const size_t bytes = std::min(most, unread_.size());
      memcpy(into, unread_.data(), bytes);
      unread_.erase(0, bytes);
      if (unread_.empty()) unread_.shrink_to_fit();
      co_return bytes;
    }
    if (over()) co_return 0;
    co_return co_await transport_.Read(into, most);
  }
  while (!over() && unread_.size() < kUnreadBytes) {
    const size_t bytes = co_await transport_.Read(into, most);
    if (bytes == 0) break;
    unread_.append(into, bytes);
  }
  over_ = true;
  co_return 0;
}

asio::awaitable<bool> BodyStream::Write(std::span<const std::string_view> parts) {
  size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  if (size == 0) co_return !over();
  std::vector<std::string_view> framed;
  framed.reserve(parts.size() + 2);
  std::string begin;
  if (framing_ == Framing::kChunked) {
    begin = absl::StrCat(absl::Hex(size), "\r\n");
    framed.push_back(begin);
  }
  for (const std::string_view part : parts) {
    if (!part.empty()) framed.push_back(part);
  }
  if (framing_ == Framing::kChunked) framed.push_back("\r\n");
  co_return co_await WriteParts(framed);
}

asio::awaitable<bool> BodyStream::WriteParts(std::span<std::string_view> parts) {
  while (!parts.empty()) {
    if (over()) co_return false;
    const auto now = parts.first(std::min(parts.size(), kPartsAtOnce));
    const std::optional<size_t> taken = transport_.TryWrite(now);
    size_t bytes = taken.value_or(0);
    if (taken.has_value() && bytes == 0) {
      const absl::Time before = watch_.deadline;
      watch_.deadline = std::min(before, worker_.now + worker_.config.write_timeout);
      bytes = co_await transport_.Write(now);
      if (!watch_.expired) watch_.deadline = before;
    }
    if (bytes == 0) {
      over_ = true;
      co_return false;
    }
    while (bytes > 0) {
      const size_t of_part = std::min(bytes, parts.front().size());
      parts.front().remove_prefix(of_part);
      bytes -= of_part;
      if (parts.front().empty()) parts = parts.subspan(1);
    }
  }
  co_return true;
}

asio::awaitable<bool> BodyStream::Finish() {
  if (over()) co_return false;
  if (framing_ != Framing::kChunked) co_return true;
  std::array<std::string_view, 1> end = {"0\r\n\r\n"};
  co_return co_await WriteParts(end);
}

void BodyStream::Expect(absl::Duration timeout) {
  if (!watch_.expired) watch_.deadline = worker_.now + timeout;
}

void BodyStream::ShutdownWrite() {
  if (framing_ == Framing::kUpgraded) transport_.ShutdownWrite();
}

void BodyStream::Close() {
  over_ = true;
  transport_.Cancel();
}

}  // namespace forium::gateway
