// SPDX-License-Identifier: Apache-2.0
#include "services/forum/fields.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/forum/slugs.h"
#include "services/forum/text.h"

namespace forium::forum {
namespace {

struct Characters {
  size_t count = 0;
  bool visible = false;
  bool control = false;  // also line breaks and what reorders the text around it
  bool nul = false;
};

// Nothing if the text is not valid UTF-8.
std::optional<Characters> Examine(std::string_view text) {
  Characters result;
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  const auto size = static_cast<int64_t>(text.size());
  for (int64_t i = 0; i < size; ++result.count) {
    UChar32 c;
    U8_NEXT(bytes, i, size, c);
    if (c < 0) return std::nullopt;
    if (c == 0) result.nul = true;
    const bool reorders = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
    if (u_iscntrl(c) || c == 0x2028 || c == 0x2029 || reorders) result.control = true;
    if (u_isgraph(c) && (U_GET_GC_MASK(c) & (U_GC_CF_MASK | U_GC_CN_MASK | U_GC_CO_MASK)) == 0) {
      result.visible = true;
    }
  }
  return result;
}

absl::Status TooLong(std::string_view field, std::string_view message) {
  return status::Error(absl::StatusCode::kInvalidArgument, status::Reason::TEXT_TOO_LONG, message,
                       field);
}

absl::Status NotUtf8(std::string_view field) {
  return status::InvalidField(field, "The text is not valid UTF-8.");
}

}  // namespace

absl::StatusOr<std::string> OptionalLine(std::string_view field, std::string_view text,
                                         size_t limit) {
  const std::string_view trimmed = Trim(text);
  const std::optional<Characters> characters = Examine(trimmed);
  if (!characters) return NotUtf8(field);
  if (characters->control) {
    return status::InvalidField(field, "Line breaks and control characters are not allowed here.");
  }
  if (characters->count > limit) {
    return TooLong(field, absl::StrCat("Use at most ", limit, " characters here."));
  }
  return std::string(trimmed);
}

absl::StatusOr<std::string> Line(std::string_view field, std::string_view text, size_t limit) {
  ASSIGN_OR_RETURN(std::string line, OptionalLine(field, text, limit));
  if (!Examine(line)->visible) return status::InvalidField(field, "Enter a text here.");
  return line;
}

absl::StatusOr<std::string> Title(std::string_view text) {
  return Line("title", text, kMaxTitleCharacters);
}

absl::StatusOr<std::string> Reason(std::string_view text) {
  return OptionalLine("reason", text, kMaxReasonCharacters);
}

absl::Status CheckRaw(std::string_view raw) {
  if (raw.size() > kMaxRawBytes) {
    return TooLong("raw", "A post has at most 64 kB. Shorten it, or split it into several.");
  }
  const std::optional<Characters> characters = Examine(raw);
  if (!characters) return NotUtf8("raw");
  if (characters->nul) return status::InvalidField("raw", "The text holds a NUL character.");
  if (!characters->visible) return status::InvalidField("raw", "Write something first.");
  return absl::OkStatus();
}

absl::StatusOr<std::string> TagSlug(std::string_view field, std::string_view tag) {
  const std::string_view trimmed = Trim(tag);
  if (trimmed.size() > 4 * kMaxTagCharacters) {
    return status::InvalidField(field, "A tag has at most 30 characters.");
  }
  std::string slug;
  const auto* bytes = reinterpret_cast<const uint8_t*>(trimmed.data());
  const auto size = static_cast<int64_t>(trimmed.size());
  size_t count = 0;
  for (int64_t i = 0; i < size; ++count) {
    UChar32 c;
    U8_NEXT(bytes, i, size, c);
    if (c < 0) return NotUtf8(field);
    const bool mark = (U_GET_GC_MASK(c) & (U_GC_MN_MASK | U_GC_MC_MASK)) != 0 && count > 0;
    if (!u_isalnum(c) && !mark && c != '-') {
      return status::InvalidField(field, "Tags are made of letters, digits and hyphens.");
    }
    c = u_tolower(c);
    char encoded[U8_MAX_LENGTH];
    int32_t length = 0;
    U8_APPEND_UNSAFE(encoded, length, c);
    slug.append(encoded, length);
  }
  if (count < 1 || count > kMaxTagCharacters) {
    return status::InvalidField(field, "A tag has 1 to 30 characters.");
  }
  if (slug.find_first_not_of('-') == std::string::npos) {
    return status::InvalidField(field, "A tag has at least one letter or digit.");
  }
  return slug;
}

absl::StatusOr<std::vector<std::string>> TagSlugs(
    const google::protobuf::RepeatedPtrField<std::string>& tags) {
  std::vector<std::string> slugs;
  if (tags.size() > 20) return status::InvalidField("tags", "A topic has at most 5 tags.");
  std::vector<std::string_view> listed;
  for (const std::string& entry : tags) {
    Split(entry, ',', [&](std::string_view tag) { listed.push_back(Trim(tag)); });
  }
  for (const std::string_view tag : listed) {
    if (tag.empty()) continue;
    ASSIGN_OR_RETURN(std::string slug, TagSlug("tags", tag));
    if (std::find(slugs.begin(), slugs.end(), slug) == slugs.end()) {
      slugs.push_back(std::move(slug));
    }
    if (slugs.size() > kMaxTags) {
      return status::InvalidField("tags", "A topic has at most 5 tags.");
    }
  }
  return slugs;
}

absl::Status CheckRequestId(std::string_view request_id) {
  const bool printable = std::all_of(request_id.begin(), request_id.end(),
                                     [](char c) { return c > 0x20 && c < 0x7f; });
  if (request_id.size() > 128 || !printable) {
    return status::InvalidField("request_id", "A request id has at most 128 ASCII characters.");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> Color(std::string_view color) {
  const bool hexadecimal = std::all_of(color.begin(), color.end(), absl::ascii_isxdigit);
  if (!color.empty() && (color.size() != 6 || !hexadecimal)) {
    return status::InvalidField("color", "A colour is six hexadecimal digits, for example 0088CC.");
  }
  return absl::AsciiStrToUpper(View(color));
}

absl::StatusOr<std::string> CategorySlug(std::string_view slug) {
  ASSIGN_OR_RETURN(std::string line, Line("slug", slug, 80));
  if (MakeSlug(line, "category") != line) {
    return status::InvalidField(
        "slug", "A slug is lower-case letters, digits and single hyphens, not only digits.");
  }
  return line;
}

}  // namespace forium::forum
