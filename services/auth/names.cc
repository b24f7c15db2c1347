// SPDX-License-Identifier: Apache-2.0
#include "services/auth/names.h"

#include <unicode/uchar.h>
#include <unicode/uspoof.h>

#include <algorithm>
#include <array>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/auth/text.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::auth {
namespace {

constexpr size_t kMinName = 2;
constexpr size_t kMaxName = 30;
constexpr std::string_view kErasedPrefix = "erased-";
constexpr std::string_view kNotInAddresses = "\"(),:;<>@[\\]";
constexpr std::string_view kInZones = "/_+-";

// Names that speak for the community, and words that URLs and mentions use.
constexpr std::array<std::string_view, 28> kReserved = {
    "admin",     "administrator", "all",      "anonymous", "api",        "deleted",   "everyone",
    "erased",    "forium",        "guest",    "help",      "here",       "me",        "mod",
    "moderator", "null",          "official", "owner",     "postmaster", "root",      "security",
    "staff",     "support",       "system",   "team",      "undefined",  "webmaster", "abuse"};

// ICU's detector of names made to be mistaken for others. Immutable after construction, so shared
// by all threads.
const USpoofChecker* Spoofs() {
  static const USpoofChecker* const checker = [] {
    UErrorCode error = U_ZERO_ERROR;
    USpoofChecker* made = uspoof_open(&error);
    // Without its data ICU has none; then no name passes.
    if (U_FAILURE(error)) return made;
    // Latin with one other script where that is usual (Japanese, Chinese, Korean), else one script.
    uspoof_setRestrictionLevel(made, USPOOF_HIGHLY_RESTRICTIVE);
    uspoof_setChecks(made, USPOOF_RESTRICTION_LEVEL | USPOOF_INVISIBLE | USPOOF_MIXED_NUMBERS,
                     &error);
    return made;
  }();
  return checker;
}

bool MixesScripts(const std::string& name) {
  UErrorCode error = U_ZERO_ERROR;
  const int32_t found =
      uspoof_checkUTF8(Spoofs(), name.data(), static_cast<int32_t>(name.size()), nullptr, &error);
  return U_FAILURE(error) || found != 0;
}

// What a name looks like: the same for `admin` and for it with a Cyrillic first letter.
std::string LooksOf(std::string_view name) {
  UErrorCode error = U_ZERO_ERROR;
  std::array<char, 512> looks;
  const int32_t size =
      uspoof_getSkeletonUTF8(Spoofs(), 0, name.data(), static_cast<int32_t>(name.size()),
                             looks.data(), static_cast<int32_t>(looks.size()), &error);
  if (U_FAILURE(error) || size > static_cast<int32_t>(looks.size())) return std::string(name);
  return std::string(looks.data(), static_cast<size_t>(size));
}

bool IsReserved(const std::string& folded) {
  const std::string looks = LooksOf(folded);
  return std::any_of(kReserved.begin(), kReserved.end(), [&](std::string_view reserved) {
    return folded == reserved || looks == LooksOf(reserved);
  });
}

bool IsSign(char32_t c) { return c == '_' || c == '-' || c == '.'; }
bool IsNameCharacter(char32_t c) {
  if (c < 0x80) return absl::ascii_isalnum(static_cast<unsigned char>(c)) || IsSign(c);
  const int category = U_GET_GC_MASK(static_cast<UChar32>(c));
  return (category & (U_GC_L_MASK | U_GC_M_MASK | U_GC_ND_MASK)) != 0;
}
bool IsEnd(char32_t c) { return c == '_' || (IsNameCharacter(c) && !IsSign(c)); }
bool IsMark(char32_t c) { return (U_GET_GC_MASK(static_cast<UChar32>(c)) & U_GC_M_MASK) != 0; }

absl::Status BadName(std::string_view why) { return status::InvalidField("username", why); }

}  // namespace

absl::StatusOr<std::string> CheckUsername(std::string_view raw, NameChoice choice) {
  // A name of the greatest length has 120 bytes: what is much longer is not looked at.
  const std::string name = raw.size() <= 1000 ? Compose(Trim(raw)) : std::string();
  const std::u32string characters = ToCharacters(name);
  if (characters.size() < kMinName || characters.size() > kMaxName) {
    return BadName(
        absl::StrCat("Choose a username of ", kMinName, " to ", kMaxName, " characters."));
  }
  if (!std::all_of(characters.begin(), characters.end(), IsNameCharacter)) {
    return BadName("Choose a username of letters, digits, “_”, “-” and “.”.");
  }
  if (!IsEnd(characters.front()) || IsMark(characters.front()) || !IsEnd(characters.back())) {
    return BadName("Choose a username that begins and ends with a letter, a digit or “_”.");
  }
  if (std::none_of(characters.begin(), characters.end(),
                   [](char32_t c) { return u_isalpha(static_cast<UChar32>(c)); })) {
    return BadName("Choose a username with at least one letter.");
  }
  if (MixesScripts(name)) return BadName("Choose a username with letters of one alphabet.");
  const std::string folded = Fold(name);
  if (folded.starts_with(kErasedPrefix) || (choice == NameChoice::kOwn && IsReserved(folded))) {
    return BadName("This username is reserved. Choose another one.");
  }
  return name;
}

std::string StagedUsername(std::string_view raw, int64_t source_id) {
  std::u32string kept;
  for (const char32_t c : ToCharacters(Compose(raw))) {
    kept.push_back(IsNameCharacter(c) ? c : U'_');
    if (kept.size() == kMaxName) break;
  }
  while (!kept.empty() && (!IsEnd(kept.front()) || IsMark(kept.front()))) kept.erase(0, 1);
  while (!kept.empty() && !IsEnd(kept.back())) kept.pop_back();
  const std::string name = ToUtf8(kept);
  absl::StatusOr<std::string> checked = CheckUsername(name, NameChoice::kTrusted);
  if (checked.ok()) return *std::move(checked);
  return absl::StrCat("user_", source_id < 0 ? "x" : "", source_id < 0 ? -source_id : source_id);
}

std::string WithSuffix(std::string_view name, int suffix) {
  const std::string tail = absl::StrCat("_", suffix);
  std::u32string characters = ToCharacters(name);
  if (characters.size() + tail.size() > kMaxName) characters.resize(kMaxName - tail.size());
  return absl::StrCat(ToUtf8(characters), tail);
}

std::string ErasedUsername(int64_t user_id) {
  return std::string(kErasedPrefix) + std::to_string(user_id);
}

absl::StatusOr<std::string> CheckEmail(std::string_view raw) {
  const std::string email(Trim(raw));
  const auto bad = [] {
    return status::InvalidField("email", "Give an e-mail address, such as name@example.org.");
  };
  const size_t at = email.rfind('@');
  if (at == std::string::npos || at == 0 || at > 64 || email.size() > 254) return bad();
  const std::string_view local = std::string_view(email).substr(0, at);
  const std::string_view domain = std::string_view(email).substr(at + 1);
  const auto is_allowed = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 ||
           (absl::ascii_isgraph(byte) && kNotInAddresses.find(c) == std::string_view::npos);
  };
  if (!std::all_of(local.begin(), local.end(), is_allowed) || local.front() == '.' ||
      local.back() == '.' || local.find("..") != std::string_view::npos) {
    return bad();
  }
  const std::vector<std::string_view> labels = Split(domain, '.');
  if (labels.size() < 2) return bad();
  for (const std::string_view label : labels) {
    const bool letters = std::all_of(label.begin(), label.end(), [](char c) {
      const auto byte = static_cast<unsigned char>(c);
      return byte >= 0x80 || absl::ascii_isalnum(byte) || c == '-';
    });
    if (label.empty() || label.size() > 63 || !letters || label.front() == '-' ||
        label.back() == '-') {
      return bad();
    }
  }
  if (Fold(email).empty()) return bad();
  return email;
}

absl::StatusOr<std::string> CheckLine(std::string_view raw, std::string_view field, int limit) {
  std::string text = CleanLine(raw);
  if (CountCharacters(text) > limit) {
    return status::InvalidField(field, absl::StrCat("Shorten this to ", limit, " characters."));
  }
  return text;
}

absl::StatusOr<std::string> CheckText(std::string_view raw, std::string_view field, int limit) {
  std::string text = CleanText(raw);
  if (CountCharacters(text) > limit) {
    return status::InvalidField(field, absl::StrCat("Shorten this to ", limit, " characters."));
  }
  return text;
}

absl::StatusOr<std::string> CheckLocale(std::string_view raw) {
  if (raw.empty()) return std::string();
  const std::vector<std::string_view> parts = Split(raw, '-');
  const bool shaped = raw.size() <= 35 && parts[0].size() >= 2 && parts[0].size() <= 3 &&
                      std::all_of(parts[0].begin(), parts[0].end(), absl::ascii_isalpha) &&
                      std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
                        return !part.empty() && part.size() <= 8 &&
                               std::all_of(part.begin(), part.end(), absl::ascii_isalnum);
                      });
  if (!shaped) {
    return status::InvalidField("locale", "Give a language tag, such as “en” or “pt-BR”.");
  }
  return std::string(raw);
}

absl::StatusOr<std::string> CheckTimeZone(std::string_view raw) {
  if (raw.empty()) return std::string();
  const bool shaped = raw.size() <= 64 && absl::ascii_isalpha(raw.front()) &&
                      raw.find("//") == std::string_view::npos && raw.back() != '/' &&
                      std::all_of(raw.begin(), raw.end(), [](char c) {
                        return absl::ascii_isalnum(c) || kInZones.find(c) != std::string_view::npos;
                      });
  if (!shaped) {
    return status::InvalidField("time_zone", "Give a time zone, such as “Europe/Berlin”.");
  }
  return std::string(raw);
}

}  // namespace forium::auth
