// SPDX-License-Identifier: Apache-2.0
#include "proto/json/writer.h"

#include <array>
#include <charconv>
#include <cmath>

#include "absl/strings/escaping.h"

namespace forium::json {
namespace {

// 0: stands as it is; 'u': \u00XX; else the letter behind the backslash.
constexpr std::array<char, 256> MakeEscapes() {
  std::array<char, 256> escapes{};
  for (int c = 0; c < 0x20; ++c) escapes[static_cast<size_t>(c)] = 'u';
  escapes['\b'] = 'b';
  escapes['\f'] = 'f';
  escapes['\n'] = 'n';
  escapes['\r'] = 'r';
  escapes['\t'] = 't';
  escapes['"'] = '"';
  escapes['\\'] = '\\';
  return escapes;
}
constexpr std::array<char, 256> kEscapes = MakeEscapes();

template <typename T>
void AppendDigits(T value, std::string* out) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof(digits), value);
  out->append(digits, end.ptr);
}

// The shortest digits that read back as the same number.
template <typename T>
void AppendReal(T value, std::string* out) {
  if (std::isnan(value)) {
    out->append("\"NaN\"");
  } else if (std::isinf(value)) {
    out->append(value > 0 ? "\"Infinity\"" : "\"-Infinity\"");
  } else {
    AppendDigits(value, out);
  }
}

}  // namespace

void AppendText(std::string_view text, std::string* out) {
  static constexpr char kHex[] = "0123456789abcdef";
  out->push_back('"');
  size_t plain = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const unsigned char c = static_cast<unsigned char>(text[i]);
    const char escape = kEscapes[c];
    if (escape == 0) continue;
    out->append(text, plain, i - plain);
    plain = i + 1;
    out->push_back('\\');
    out->push_back(escape);
    if (escape == 'u') {
      const char code[] = {'0', '0', kHex[c >> 4], kHex[c & 15]};
      out->append(code, sizeof(code));
    }
  }
  out->append(text, plain);
  out->push_back('"');
}

void AppendBytes(std::string_view bytes, std::string* out) {
  out->push_back('"');
  out->append(absl::Base64Escape({bytes.data(), bytes.size()}));
  out->push_back('"');
}

void AppendNumber(int32_t value, std::string* out) { AppendDigits(value, out); }
void AppendNumber(uint32_t value, std::string* out) { AppendDigits(value, out); }

void AppendNumber(float value, std::string* out) { AppendReal(value, out); }
void AppendNumber(double value, std::string* out) { AppendReal(value, out); }

void AppendLong(int64_t value, std::string* out) {
  out->push_back('"');
  AppendDigits(value, out);
  out->push_back('"');
}

void AppendLong(uint64_t value, std::string* out) {
  out->push_back('"');
  AppendDigits(value, out);
  out->push_back('"');
}

void AppendEnum(const std::string& name, int value, std::string* out) {
  if (name.empty()) {
    AppendDigits(value, out);
  } else {
    AppendText(name, out);
  }
}

}  // namespace forium::json

namespace google::protobuf {
namespace {

void AppendPadded(int64_t value, int width, std::string* out) {
  char digits[24];
  for (int i = width - 1; i >= 0; --i) {
    digits[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  out->append(digits, static_cast<size_t>(width));
}

struct Date {
  int64_t year;
  int month;
  int day;
};

// Days since 1970-01-01 in the Gregorian calendar, counted in years that begin in March, so that a
// leap day is a year's last day.
Date DateOf(int64_t days) {
  const int64_t since = days + 719468;                                 // since 0000-03-01
  const int64_t era = (since >= 0 ? since : since - 146096) / 146097;  // 400 years
  const int64_t day_of_era = since - era * 146097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t month = (5 * day_of_year + 2) / 153;  // 0: March
  const int day = static_cast<int>(day_of_year - (153 * month + 2) / 5 + 1);
  const int calendar_month = static_cast<int>(month < 10 ? month + 3 : month - 9);
  return {year_of_era + era * 400 + (calendar_month <= 2 ? 1 : 0), calendar_month, day};
}

}  // namespace

void AppendJson(const Timestamp& time, std::string* out) {
  constexpr int64_t kDay = 86400;
  int64_t days = time.seconds() / kDay;
  int64_t second = time.seconds() % kDay;
  if (second < 0) {
    second += kDay;
    --days;
  }
  const Date date = DateOf(days);
  out->push_back('"');
  AppendPadded(date.year, 4, out);
  out->push_back('-');
  AppendPadded(date.month, 2, out);
  out->push_back('-');
  AppendPadded(date.day, 2, out);
  out->push_back('T');
  AppendPadded(second / 3600, 2, out);
  out->push_back(':');
  AppendPadded(second / 60 % 60, 2, out);
  out->push_back(':');
  AppendPadded(second % 60, 2, out);
  const int32_t nanos = time.nanos();
  if (nanos != 0) {
    out->push_back('.');
    if (nanos % 1000000 == 0) {
      AppendPadded(nanos / 1000000, 3, out);
    } else if (nanos % 1000 == 0) {
      AppendPadded(nanos / 1000, 6, out);
    } else {
      AppendPadded(nanos, 9, out);
    }
  }
  out->append("Z\"");
}

}  // namespace google::protobuf
