// SPDX-License-Identifier: Apache-2.0
#include "services/forum/markdown/discourse.h"

#include <algorithm>
#include <array>

#include "services/forum/markdown/block_tags.h"
#include "services/forum/markdown/text.h"

namespace forium::markdown {
namespace {

constexpr std::string_view kUpload = "upload://";

// The value of an attribute in the source of one tag, quoted or not.
std::string_view AttributeIn(std::string_view tag, std::string_view name) {
  for (size_t at = FindIgnoreCase(tag, name, 0); at != std::string_view::npos;
       at = FindIgnoreCase(tag, name, at + 1)) {
    if (at == 0 || !IsSpace(tag[at - 1])) continue;
    std::string_view rest = Trim(tag.substr(at + name.size()));
    if (!rest.starts_with('=')) continue;
    rest = Trim(rest.substr(1));
    if (rest.empty()) return {};
    if (rest[0] == '"' || rest[0] == '\'')
      return rest.substr(1, std::min(rest.find(rest[0], 1), rest.size()) - 1);
    return rest.substr(0, rest.find_first_of(" \t>"));
  }
  return {};
}

// An address without what would end a Markdown target; "//host" gets the scheme it had.
std::string TargetOf(std::string_view url) {
  std::string target = Unescape(Trim(url));
  if (target.starts_with("//")) target.insert(0, "https:");
  const bool plain = target.find_first_of(" \t\n<>()\"") == std::string::npos;
  return plain ? target : std::string();
}

class Porter {
 public:
  explicit Porter(std::string_view cooked) : cooked_(cooked) {}

  // One line outside of code blocks.
  void Line(std::string_view line) {
    for (size_t at = 0; at < line.size();) {
      const std::string_view rest = line.substr(at);
      size_t taken = 0;
      if (rest[0] == '`') {
        const size_t run = std::min(rest.find_first_not_of('`'), rest.size());
        const size_t close = rest.find(rest.substr(0, run), run);
        taken = close == std::string_view::npos ? run : close + run;
        out_.append(rest.substr(0, taken));
      } else if (rest[0] == '<') {
        taken = StartsWithIgnoreCase(rest, "<img ") ? Image(rest)
                : StartsWithIgnoreCase(rest, "<a ") ? Anchor(rest)
                                                    : 0;
      } else if (rest.starts_with(kUpload)) {
        taken = Upload(rest);
      }
      if (taken == 0) {
        out_ += rest[0];
        taken = 1;
      }
      at += taken;
    }
  }

  std::string& out() { return out_; }

 private:
  size_t Image(std::string_view rest) {
    const size_t end = rest.find('>');
    if (end == std::string_view::npos) return 0;
    const std::string_view tag = rest.substr(0, end);
    const std::string url = TargetOf(AttributeIn(tag, "src"));
    if (url.empty()) return 0;
    std::string alt = Unescape(AttributeIn(tag, "alt"));
    std::replace_if(
        alt.begin(), alt.end(), [](char c) { return c == '[' || c == ']' || c == '|'; }, ' ');
    const std::string_view width = AttributeIn(tag, "width"), height = AttributeIn(tag, "height");
    const auto number = [](std::string_view text) {
      return !text.empty() && text.size() <= 4 && std::all_of(text.begin(), text.end(), IsDigit);
    };
    out_ += "![" + alt;
    if (number(width) && number(height)) out_.append("|").append(width).append("x").append(height);
    out_ += "](" + url + ")";
    return end + 1;
  }

  size_t Anchor(std::string_view rest) {
    const size_t end = rest.find('>');
    if (end == std::string_view::npos) return 0;
    const size_t close = rest.find('<', end);
    if (close == std::string_view::npos || !StartsWithIgnoreCase(rest.substr(close), "</a>"))
      return 0;
    const std::string url = TargetOf(AttributeIn(rest.substr(0, end), "href"));
    const std::string_view text = Trim(rest.substr(end + 1, close - end - 1));
    if (url.empty() || text.empty() || text.find_first_of("[]") != std::string_view::npos) return 0;
    out_.append("[").append(text).append("](" + url + ")");
    return close + 4;
  }

  size_t Upload(std::string_view rest) {
    size_t end = kUpload.size();
    while (end < rest.size() && IsAlnum(rest[end])) ++end;
    const std::string digest = UploadDigest(rest.substr(kUpload.size(), end - kUpload.size()));
    if (digest.empty()) return 0;
    std::string best;
    for (size_t at = cooked_.find(digest); at != std::string_view::npos;
         at = cooked_.find(digest, at + 1)) {
      const size_t start = cooked_.find_last_of("\"', ", at) + 1;
      const std::string url =
          TargetOf(cooked_.substr(start, cooked_.find_first_of("\"', ", at) - start));
      if (!url.starts_with("http") && !url.starts_with('/')) continue;
      if (best.empty() || url.find("/original/") != std::string::npos) best = url;
      if (url.find("/original/") != std::string::npos) break;
    }
    if (best.empty()) return 0;
    out_ += best;
    if (end < rest.size() && rest[end] == '.') {
      ++end;
      while (end < rest.size() && IsAlnum(rest[end])) ++end;
    }
    return end;
  }

  const std::string_view cooked_;
  std::string out_;
};

}  // namespace

std::string UploadDigest(std::string_view short_name) {
  if (short_name.empty() || short_name.size() > 27) return {};
  std::array<unsigned, 20> bytes{};  // big endian
  for (const char c : short_name) {
    if (!IsAlnum(c)) return {};
    unsigned carry = static_cast<unsigned>(IsDigit(c) ? c - '0'
                                           : c >= 'a' ? c - 'a' + 10
                                                      : c - 'A' + 36);
    for (size_t i = bytes.size(); i-- > 0;) {
      carry += bytes[i] * 62;
      bytes[i] = carry & 255;
      carry >>= 8;
    }
    if (carry > 0) return {};
  }
  std::string hex;
  for (const unsigned byte : bytes) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  return hex;
}

std::string PortDiscourse(std::string_view raw, std::string_view cooked) {
  if (raw.find(kUpload) == std::string_view::npos && raw.find('<') == std::string_view::npos)
    return std::string(raw);
  Porter porter(cooked);
  char fence = 0;
  bool code_tag = false;
  for (size_t at = 0; at < raw.size();) {
    const size_t end = std::min(raw.find('\n', at), raw.size());
    const std::string_view line = raw.substr(at, end - at), start = Trim(line);
    const bool marks = start.starts_with("```") || start.starts_with("~~~");
    const bool fenced = fence != 0;
    if (marks && (!fenced || start[0] == fence)) fence = fenced ? 0 : start[0];
    const bool opens = FindIgnoreCase(line, "[code]", 0) != std::string_view::npos;
    const bool verbatim =
        fenced || marks || code_tag || opens || line.starts_with("    ") || line.starts_with('\t');
    if (opens) code_tag = true;
    if (FindIgnoreCase(line, "[/code]", 0) != std::string_view::npos) code_tag = false;
    if (verbatim) {
      porter.out().append(line);
    } else {
      porter.Line(line);
    }
    if (end < raw.size()) porter.out() += '\n';
    at = end + 1;
  }
  return std::move(porter.out());
}

}  // namespace forium::markdown
