// SPDX-License-Identifier: Apache-2.0
#include "proto/plugin/json_text.h"

#include "proto/json/writer.h"

namespace forium::plugin {

void JsonText::Begin() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (depth_ == 0) return;
  if (!first_) text_.push_back(',');
  first_ = false;
  text_.push_back('\n');
  text_.append(static_cast<size_t>(depth_), ' ');
}

JsonText& JsonText::Key(std::string_view name) {
  Begin();
  json::AppendText(name, &text_);
  text_.append(": ");
  after_key_ = true;
  return *this;
}

JsonText& JsonText::Nested(char open, char close, const std::function<void()>& content) {
  Begin();
  text_.push_back(open);
  ++depth_;
  first_ = true;
  content();
  --depth_;
  if (!first_) {
    text_.push_back('\n');
    text_.append(static_cast<size_t>(depth_), ' ');
  }
  first_ = false;
  text_.push_back(close);
  return *this;
}

JsonText& JsonText::Object(const std::function<void()>& members) {
  return Nested('{', '}', members);
}

JsonText& JsonText::Array(const std::function<void()>& elements) {
  return Nested('[', ']', elements);
}

JsonText& JsonText::Text(std::string_view value) {
  Begin();
  json::AppendText(value, &text_);
  return *this;
}

JsonText& JsonText::Literal(std::string_view value) {
  Begin();
  text_.append(value);
  return *this;
}

}  // namespace forium::plugin
