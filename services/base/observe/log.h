// SPDX-License-Identifier: Apache-2.0
// JSON lines on stderr: a constant phrase and keys. Never content, never secrets. Thread-safe.
//   observe::Log(observe::Level::kError, "statement failed", {{"statement", name}, {"cause",
//   cause}});
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace forium::observe {

enum class Level { kDebug, kInfo, kWarning, kError };

class Field {
 public:
  Field(std::string_view key, std::string_view value) : key(key), value(std::string(value)) {}
  Field(std::string_view key, const std::string& value) : key(key), value(value) {}
  Field(std::string_view key, const char* value) : key(key), value(std::string(value)) {}
  Field(std::string_view key, int value) : key(key), value(static_cast<int64_t>(value)) {}
  Field(std::string_view key, int64_t value) : key(key), value(value) {}
  Field(std::string_view key, double value) : key(key), value(value) {}
  std::string_view key;
  std::variant<std::string, int64_t, double> value;
};

void Log(Level level, std::string_view message, std::initializer_list<Field> fields = {});
// Lines below it are dropped; kInfo at first.
void SetLevel(Level level);
// Whether Log would write a line: where putting its fields together costs something.
bool IsLogged(Level level);

}  // namespace forium::observe
