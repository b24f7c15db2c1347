// SPDX-License-Identifier: Apache-2.0
#include "services/base/observe/log.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "services/base/observe/log_line.h"
#include "services/base/observe/trace.h"

namespace forium::observe {
namespace {

std::atomic<Level> lowest_level{Level::kInfo};

std::string_view NameOf(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarning:
      return "warning";
    case Level::kError:
      return "error";
  }
  return "error";
}

// The length of the well-formed UTF-8 sequence at the start of `text`, or 0 (RFC 3629).
size_t SequenceLength(std::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xC2 && first < 0xE0   ? 2
                        : first >= 0xE0 && first < 0xF0 ? 3
                        : first >= 0xF0 && first < 0xF5 ? 4
                                                        : 0;
  if (length == 0 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const unsigned char second = byte(1);
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool outside = (first == 0xED && second >= 0xA0) || (first == 0xF4 && second >= 0x90);
  return overlong || outside ? 0 : length;
}

void AppendString(std::string_view text, std::string* out) {
  static constexpr char kHex[] = "0123456789abcdef";
  out->push_back('"');
  for (size_t i = 0; i < text.size();) {
    const unsigned char c = static_cast<unsigned char>(text[i]);
    if (c == '"' || c == '\\') {
      out->push_back('\\');
      out->push_back(text[i++]);
    } else if (c == '\n') {
      out->append("\\n");
      ++i;
    } else if (c < 0x20 || c == 0x7F) {
      out->append("\\u00");
      out->push_back(kHex[c >> 4]);
      out->push_back(kHex[c & 15]);
      ++i;
    } else if (const size_t length = SequenceLength(text.substr(i)); length > 0) {
      out->append(text.substr(i, length));
      i += length;
    } else {
      out->append("\\ufffd");
      ++i;
    }
  }
  out->push_back('"');
}

void AppendNumber(double value, std::string* out) {
  if (!std::isfinite(value)) {
    out->append("null");  // JSON has no other word for it
    return;
  }
  char digits[32];
  const auto result = std::to_chars(digits, digits + sizeof(digits), value);
  out->append(digits, result.ptr);
}

void AppendText(std::string_view key, std::string_view value, std::string* line) {
  line->append(",\"").append(key).append("\":");
  AppendString(value, line);
}

// What the thread is at work on, unless the line tells itself.
void AppendContext(std::initializer_list<Field> fields, std::string* line) {
  const auto tells = [&fields](std::string_view key) {
    return std::any_of(fields.begin(), fields.end(),
                       [key](const Field& field) { return field.key == key; });
  };
  const std::string_view request_id = CurrentRequestId();
  if (!request_id.empty() && !tells("request_id")) AppendText("request_id", request_id, line);
  if (CurrentTrace().valid() && !tells("trace_id")) {
    AppendText("trace_id", TraceId(CurrentTrace()), line);
  }
}

}  // namespace

std::string LogLine(absl::Time time, Level level, std::string_view message,
                    std::initializer_list<Field> fields) {
  std::string line = "{\"time\":\"";
  line.append(absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", time, absl::UTCTimeZone()));
  line.append("\",\"level\":\"").append(NameOf(level)).append("\",\"message\":");
  AppendString(message, &line);
  for (const Field& field : fields) {
    line.push_back(',');
    AppendString(field.key, &line);
    line.push_back(':');
    if (const auto* text = std::get_if<std::string>(&field.value)) {
      AppendString(*text, &line);
    } else if (const auto* integer = std::get_if<int64_t>(&field.value)) {
      absl::StrAppend(&line, *integer);
    } else {
      AppendNumber(std::get<double>(field.value), &line);
    }
  }
  AppendContext(fields, &line);
  line.append("}\n");
  return line;
}

void Log(Level level, std::string_view message, std::initializer_list<Field> fields) {
  if (!IsLogged(level)) return;
  const std::string line = LogLine(absl::Now(), level, message, fields);
  // One write a line, so that lines of several threads and processes do not mix. A log that cannot
  // be written is lost: nobody is left to be told.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, line.data(), line.size());
}

void SetLevel(Level level) { lowest_level.store(level, std::memory_order_relaxed); }

bool IsLogged(Level level) { return level >= lowest_level.load(std::memory_order_relaxed); }

}  // namespace forium::observe
