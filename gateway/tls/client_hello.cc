// SPDX-License-Identifier: Apache-2.0
#include "gateway/tls/client_hello.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/strings/ascii.h"

namespace forium::gateway {
namespace {

constexpr size_t kLongestHost = 253;
constexpr size_t kLongestLabel = 63;

// Takes a field that its length, a number of `width` bytes, stands before. False: it is cut short.
bool TakeField(std::string_view& bytes, size_t width, std::string_view& field) {
  if (bytes.size() < width) return false;
  size_t length = 0;
  for (size_t i = 0; i < width; ++i) length = length << 8 | static_cast<uint8_t>(bytes[i]);
  if (bytes.size() - width < length) return false;
  field = bytes.substr(width, length);
  bytes.remove_prefix(width + length);
  return true;
}

bool IsLabel(std::string_view label) {
  return !label.empty() && label.size() <= kLongestLabel && label.front() != '-' &&
         label.back() != '-' && std::all_of(label.begin(), label.end(), [](char c) {
           return absl::ascii_islower(static_cast<unsigned char>(c)) ||
                  absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-';
         });
}

}  // namespace

std::string ServerNameOf(std::string_view extension) {
  std::string_view list;
  if (!TakeField(extension, 2, list) || !extension.empty()) return "";
  while (!list.empty()) {
    const bool is_host = list.front() == 0;
    list.remove_prefix(1);
    std::string_view name;
    if (!TakeField(list, 2, name)) return "";
    if (!is_host) continue;
    if (name.empty() || name.size() > kLongestHost) return "";
    std::string host(name);
    absl::AsciiStrToLower(&host);
    return host;
  }
  return "";
}

bool Offers(std::string_view extension, std::string_view protocol) {
  std::string_view list;
  if (!TakeField(extension, 2, list)) return false;
  std::string_view offered;
  while (TakeField(list, 1, offered)) {
    if (offered == protocol) return true;
  }
  return false;
}

bool IsHostName(std::string_view host) {
  if (host.size() > kLongestHost || host.find('.') == std::string_view::npos) return false;
  std::string_view label;
  for (std::string_view rest = host; !rest.empty() || !label.empty();) {
    const size_t dot = rest.find('.');
    label = rest.substr(0, dot);
    if (!IsLabel(label)) return false;
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  // `192.0.2.1` is no name.
  return !std::all_of(label.begin(), label.end(),
                      [](char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); });
}

}  // namespace forium::gateway
