// SPDX-License-Identifier: Apache-2.0
#pragma once

// Link destinations, titles and reference definitions, and which URLs may go into HTML.

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace forium::markdown {

struct Target {
  std::string url;  // unescaped, not yet judged
  std::string title;
};

// Parses at text[*at]; on success moves *at behind it.
std::optional<std::string_view> ParseDestination(std::string_view text, size_t* at);
std::optional<std::string_view> ParseTitle(std::string_view text, size_t* at);
// Inside of a [label], without brackets; at text[*at] == '['.
std::optional<std::string_view> ParseLabel(std::string_view text, size_t* at);

class References {
 public:
  // Takes the definitions off the front of a paragraph; returns how many bytes they take.
  size_t TakeDefinitions(std::string_view paragraph);
  const Target* Find(std::string_view label) const;
  bool empty() const { return targets_.empty(); }

 private:
  std::unordered_map<std::string, Target> targets_;
};

enum class UrlUse { kLink, kImage };
// The URL, percent-encoded for an attribute, if its scheme may be used: http, https and relative,
// and mailto in links. No browser reads another scheme into what this returns.
std::optional<std::string> SafeUrl(std::string_view url, UrlUse use);
// Whether a safe URL stays on this site (relative, or http(s) on `site_host`).
bool IsLocal(std::string_view safe_url, std::string_view site_host);

}  // namespace forium::markdown
