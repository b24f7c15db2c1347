// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/wire/format.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace forium::rpc {
namespace {

constexpr int64_t kMostDigits = 99'999'999;

// From the finest on; nobody needs nanoseconds.
constexpr char kLetters[] = "umSMH";

absl::Duration UnitOf(char letter) {
  switch (letter) {
    case 'n':
      return absl::Nanoseconds(1);
    case 'u':
      return absl::Microseconds(1);
    case 'm':
      return absl::Milliseconds(1);
    case 'S':
      return absl::Seconds(1);
    case 'M':
      return absl::Minutes(1);
    case 'H':
      return absl::Hours(1);
    default:
      return absl::ZeroDuration();
  }
}

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

std::string_view Find(const Fields& fields, std::string_view name) {
  for (const auto& [key, value] : fields) {
    if (key == name) return value;
  }
  return {};
}

std::string Framed(const google::protobuf::MessageLite& message) {
  const size_t size = message.ByteSizeLong();
  std::string framed(kPrefixBytes + size, '\0');
  for (int i = 0; i < 4; ++i) framed[1 + i] = static_cast<char>(size >> (24 - 8 * i));
  message.SerializeWithCachedSizesToArray(reinterpret_cast<uint8_t*>(framed.data()) + kPrefixBytes);
  return framed;
}

Prefix ReadPrefix(std::string_view bytes) {
  Prefix prefix;
  prefix.compressed = bytes[0] != 0;
  for (int i = 0; i < 4; ++i) {
    prefix.length = prefix.length << 8 | static_cast<uint8_t>(bytes[1 + i]);
  }
  return prefix;
}

std::string TimeoutText(absl::Duration left) {
  left = std::clamp(left, absl::Nanoseconds(1), absl::Hours(kMostDigits - 1));
  const char* letter = kLetters;
  const auto units = [&] {
    absl::Duration rest;
    return absl::IDivDuration(left, UnitOf(*letter), &rest) + 1;
  };
  while (units() > kMostDigits) ++letter;
  return absl::StrCat(units(), std::string(1, *letter));
}

std::optional<absl::Duration> ParseTimeout(std::string_view text) {
  if (text.size() < 2 || text.size() > 9) return std::nullopt;
  const absl::Duration unit = UnitOf(text.back());
  text.remove_suffix(1);
  const bool digits = std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
  int64_t units = 0;
  if (unit == absl::ZeroDuration() || !digits || !absl::SimpleAtoi(View(text), &units)) {
    return std::nullopt;
  }
  return unit * units;
}

std::string PercentEncoded(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (c >= 0x20 && c <= 0x7E && c != '%') {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return encoded;
}

std::string PercentDecoded(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && absl::ascii_isxdigit(text[i + 1]) &&
        absl::ascii_isxdigit(text[i + 2])) {
      decoded += absl::HexStringToBytes(View(text.substr(i + 1, 2)));
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

bool IsBinary(std::string_view name) {
  return name.size() > 4 && name.substr(name.size() - 4) == "-bin";
}

std::string BinaryText(std::string_view bytes) {
  std::string text;
  absl::Base64Escape(View(bytes), &text);
  while (!text.empty() && text.back() == '=') text.pop_back();
  return text;
}

std::optional<std::string> ParseBinary(std::string_view text) {
  std::string bytes;
  if (!absl::Base64Unescape(View(text), &bytes)) return std::nullopt;
  return bytes;
}

}  // namespace forium::rpc
