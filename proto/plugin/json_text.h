// SPDX-License-Identifier: Apache-2.0
// Writes JSON piece by piece, in the order of the calls, one member a line.
//   json.Object([&] { json.Member("type", "string"); json.Key("items").Object([&] { … }); });
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace forium::plugin {

class JsonText {
 public:
  JsonText& Key(std::string_view name);
  JsonText& Object(const std::function<void()>& members);
  JsonText& Array(const std::function<void()>& elements);
  JsonText& Text(std::string_view value);
  // `true`, `17`: written as it is.
  JsonText& Literal(std::string_view value);
  JsonText& Member(std::string_view name, std::string_view value) { return Key(name).Text(value); }
  // Nothing when the value is empty.
  JsonText& MemberIf(std::string_view name, std::string_view value) {
    return value.empty() ? *this : Member(name, value);
  }

  const std::string& text() const { return text_; }

 private:
  void Begin();
  JsonText& Nested(char open, char close, const std::function<void()>& content);

  std::string text_;
  int depth_ = 0;
  bool first_ = true;       // of the object or array that is open
  bool after_key_ = false;  // the next value belongs to a key
};

}  // namespace forium::plugin
