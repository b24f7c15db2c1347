// SPDX-License-Identifier: Apache-2.0
#include "services/forum/markdown/links.h"

#include <algorithm>

#include "services/forum/markdown/text.h"

namespace forium::markdown {
namespace {

constexpr size_t kMaxLabel = 999;
constexpr int kMaxParentheses = 32;
// A definition may be used many times; longer ones are text.
constexpr size_t kMaxDefinedUrl = 2000, kMaxDefinedTitle = 300;

// Case folding of the scripts that have simple pairs; enough for labels.
char32_t Fold(char32_t c) {
  if (c >= 'A' && c <= 'Z') return c + 32;
  if ((c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x391 && c <= 0x3A9) ||
      (c >= 0x410 && c <= 0x42F))
    return c + 32;
  if (c >= 0x400 && c <= 0x40F) return c + 80;
  return c;
}

std::string NormalizeLabel(std::string_view label) {
  std::string out;
  label = Trim(label);
  for (size_t i = 0; i < label.size(); ++i) {
    if (IsSpace(label[i])) {
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else if (static_cast<unsigned char>(label[i]) < 0x80) {
      out += Lower(label[i]);
    } else {
      AppendUtf8(Fold(CharacterAt(label, i)), &out);
      while (i + 1 < label.size() && (label[i + 1] & 0xC0) == 0x80) ++i;
    }
  }
  return out;
}

// Blanks and at most one line end.
size_t SkipSpace(std::string_view text, size_t at) {
  bool line_end = false;
  for (; at < text.size() && (IsBlank(text[at]) || (text[at] == '\n' && !line_end)); ++at)
    line_end |= text[at] == '\n';
  return at;
}

size_t SkipBlanks(std::string_view text, size_t at) {
  while (at < text.size() && IsBlank(text[at])) ++at;
  return at;
}

bool AtLineEnd(std::string_view text, size_t at) { return at >= text.size() || text[at] == '\n'; }

}  // namespace

std::optional<std::string_view> ParseDestination(std::string_view text, size_t* at) {
  size_t i = *at;
  if (i < text.size() && text[i] == '<') {
    for (++i; i < text.size() && text[i] != '\n' && text[i] != '<'; ++i) {
      if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] != '\n') {
        ++i;
      } else if (text[i] == '>') {
        const std::string_view url = text.substr(*at + 1, i - *at - 1);
        *at = i + 1;
        return url;
      }
    }
    return std::nullopt;
  }
  int depth = 0;
  for (; i < text.size() && text[i] != ' ' && text[i] != '\t' && text[i] != '\n'; ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && IsPunctuation(text[i + 1])) {
      ++i;
    } else if (text[i] == '(') {
      if (++depth > kMaxParentheses) return std::nullopt;
    } else if (text[i] == ')') {
      if (depth == 0) break;
      --depth;
    }
  }
  if (depth != 0) return std::nullopt;
  const std::string_view url = text.substr(*at, i - *at);
  *at = i;
  return url;
}

std::optional<std::string_view> ParseTitle(std::string_view text, size_t* at) {
  if (*at >= text.size()) return std::nullopt;
  const char open = text[*at];
  if (open != '"' && open != '\'' && open != '(') return std::nullopt;
  const char close = open == '(' ? ')' : open;
  for (size_t i = *at + 1; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      ++i;
    } else if (text[i] == close) {
      const std::string_view title = text.substr(*at + 1, i - *at - 1);
      *at = i + 1;
      return title;
    } else if (text[i] == '(' && open == '(') {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

std::optional<std::string_view> ParseLabel(std::string_view text, size_t* at) {
  const size_t start = *at + 1;
  bool blank = true;
  for (size_t i = start; i < text.size() && i - start <= kMaxLabel; ++i) {
    if (text[i] == ']') {
      if (blank) return std::nullopt;
      *at = i + 1;
      return text.substr(start, i - start);
    }
    if (text[i] == '[') return std::nullopt;
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    blank = blank && IsSpace(text[i]);
  }
  return std::nullopt;
}

size_t References::TakeDefinitions(std::string_view paragraph) {
  size_t taken = 0;
  while (taken < paragraph.size() && paragraph[taken] == '[') {
    size_t at = taken;
    const auto label = ParseLabel(paragraph, &at);
    if (!label || at >= paragraph.size() || paragraph[at] != ':') break;
    at = SkipSpace(paragraph, at + 1);
    if (at >= paragraph.size()) break;
    const size_t destination_start = at;
    const auto destination = ParseDestination(paragraph, &at);
    if (!destination || at == destination_start) break;
    size_t end = SkipBlanks(paragraph, at);
    const bool line_ends = AtLineEnd(paragraph, end);
    size_t title_at = SkipSpace(paragraph, at);
    std::string_view title;
    if (title_at > at) {
      if (const auto found = ParseTitle(paragraph, &title_at);
          found && AtLineEnd(paragraph, SkipBlanks(paragraph, title_at))) {
        title = *found;
        end = SkipBlanks(paragraph, title_at);
      } else if (!line_ends) {
        break;
      }
    } else if (!line_ends) {
      break;
    }
    if (destination->size() > kMaxDefinedUrl || title.size() > kMaxDefinedTitle) break;
    targets_.try_emplace(NormalizeLabel(*label), Target{Unescape(*destination), Unescape(title)});
    taken = std::min(end + 1, paragraph.size());
  }
  return taken;
}

const Target* References::Find(std::string_view label) const {
  if (targets_.empty() || label.size() > kMaxLabel) return nullptr;
  const auto found = targets_.find(NormalizeLabel(label));
  return found == targets_.end() ? nullptr : &found->second;
}

std::optional<std::string> SafeUrl(std::string_view url, UrlUse use) {
  url = Trim(url);
  if (url.size() > 2000) return std::nullopt;
  const size_t colon = url.find(':');
  if (colon != std::string_view::npos && colon < url.find_first_of("/?#")) {
    const std::string scheme = ToLower(url.substr(0, colon));
    if (scheme != "http" && scheme != "https" && !(scheme == "mailto" && use == UrlUse::kLink))
      return std::nullopt;
    if (scheme != "mailto" && !url.substr(colon).starts_with("://")) return std::nullopt;
  }
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(url.size());
  for (size_t i = 0; i < url.size(); ++i) {
    const auto c = static_cast<unsigned char>(url[i]);
    const bool bare_percent =
        c == '%' && !(i + 2 < url.size() && IsAlnum(url[i + 1]) && IsAlnum(url[i + 2]));
    if (c <= ' ' || c >= 0x7F || bare_percent ||
        std::string_view("\"<>\\^`{|}").find(url[i]) != std::string_view::npos) {
      out += '%';
      out += kHex[c >> 4];
      out += kHex[c & 15];
    } else {
      out += url[i];
    }
  }
  return out;
}

bool IsLocal(std::string_view safe_url, std::string_view site_host) {
  std::string_view rest = safe_url;
  if (StartsWithIgnoreCase(rest, "http://")) {
    rest.remove_prefix(5);
  } else if (StartsWithIgnoreCase(rest, "https://")) {
    rest.remove_prefix(6);
  } else if (StartsWithIgnoreCase(rest, "mailto:")) {
    return false;
  }
  if (!rest.starts_with("//")) return true;
  rest.remove_prefix(2);
  const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
  return !site_host.empty() && ToLower(host) == ToLower(site_host);
}

}  // namespace forium::markdown
