// SPDX-License-Identifier: Apache-2.0
#include "gateway/acme/host_names.h"

#include <algorithm>

namespace forium::gateway {
namespace {

constexpr size_t kMaxName = 253;
constexpr size_t kMaxLabel = 63;
// RFC 6761, RFC 6762, RFC 7686, RFC 8375, and what routers give out.
constexpr std::string_view kPrivate[] = {"localhost", "local", "localdomain", "internal",
                                         "invalid",   "onion", "arpa",        "lan",
                                         "home",      "corp",  "intranet",    "private"};

bool IsLetter(char c) { return c >= 'a' && c <= 'z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsLabel(std::string_view label) {
  return !label.empty() && label.size() <= kMaxLabel && label.front() != '-' &&
         label.back() != '-' && std::all_of(label.begin(), label.end(), [](char c) {
           return IsLetter(c) || IsDigit(c) || c == '-';
         });
}

}  // namespace

std::optional<std::string> CertifiableHost(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty() || name.size() > kMaxName) return std::nullopt;
  std::string host(name);
  for (char& c : host) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  std::string_view rest = host;
  std::string_view label;
  int labels = 0;
  while (true) {
    const size_t dot = rest.find('.');
    label = rest.substr(0, dot);
    if (!IsLabel(label)) return std::nullopt;
    ++labels;
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  // No top-level domain begins with a digit; IPv4 addresses in all their spellings do.
  if (labels < 2 || !IsLetter(label.front())) return std::nullopt;
  if (std::find(std::begin(kPrivate), std::end(kPrivate), label) != std::end(kPrivate)) {
    return std::nullopt;
  }
  return host;
}

std::optional<std::string> CertifiableHostOfUrl(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::nullopt;
  url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  return CertifiableHost(url.substr(0, url.find(':')));
}

}  // namespace forium::gateway
