// SPDX-License-Identifier: Apache-2.0
#include "gateway/ssr/texts.h"

#include <openssl/rand.h>

#include <algorithm>
#include <charconv>

#include "proto/json/texts_in.h"

namespace forium::gateway {
namespace {

constexpr std::string_view kMember = "\"html\":\"";
constexpr char kEnd = '@';

// A word that nobody can write into a post or a title, because nobody ever sees it: new in each
// process.
const std::string& Mark() {
  static const std::string* const mark = [] {
    unsigned char bytes[16];
    RAND_bytes(bytes, sizeof(bytes));
    auto* word = new std::string("text");
    for (const unsigned char byte : bytes) {
      word->push_back(static_cast<char>('a' + (byte >> 4)));
      word->push_back(static_cast<char>('a' + (byte & 15)));
    }
    return word;
  }();
  return *mark;
}

// What our writers make of a character: a letter behind the backslash, or \u00XX below a space.
std::string Unescaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t from = 0; from < text.size();) {
    const size_t at = std::min(text.find('\\', from), text.size());
    out.append(text, from, at - from);
    if (at + 1 >= text.size()) break;
    from = at + 2;
    switch (const char letter = text[at + 1]) {
      case 'b':
        out.push_back('\b');
        break;
      case 'f':
        out.push_back('\f');
        break;
      case 'n':
        out.push_back('\n');
        break;
      case 'r':
        out.push_back('\r');
        break;
      case 't':
        out.push_back('\t');
        break;
      case 'u': {
        int code = 0;
        const std::string_view digits = text.substr(from, 4);
        std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
        out.push_back(static_cast<char>(code));
        from += digits.size();
        break;
      }
      default:
        out.push_back(letter);
    }
  }
  return out;
}

}  // namespace

std::string Texts::Take(std::string_view json) {
  std::string out;
  size_t from = 0;
  for (size_t begin = json::FindText(json, kMember, from); begin != std::string_view::npos;
       begin = json::FindText(json, kMember, from)) {
    const size_t end = json::EndOfText(json, begin);
    out.append(json, from, begin - from);
    from = end;
    if (begin == end) continue;
    out += Mark();
    out += std::to_string(texts_.size());
    out += kEnd;
    texts_.push_back(Unescaped(json.substr(begin, end - begin)));
  }
  out.append(json, from);
  return out;
}

size_t Texts::size() const {
  size_t size = 0;
  for (const std::string& text : texts_) size += text.size();
  return size;
}

void Texts::Put(std::string_view html, std::string& out) const {
  size_t from = 0;
  for (size_t number = json::FindText(html, Mark(), from); number != std::string_view::npos;
       number = json::FindText(html, Mark(), from)) {
    out.append(html, from, number - Mark().size() - from);
    size_t index = texts_.size();
    const auto [end, error] =
        std::from_chars(html.data() + number, html.data() + html.size(), index);
    from = static_cast<size_t>(end - html.data());
    if (error == std::errc() && from < html.size() && html[from] == kEnd) ++from;
    if (index < texts_.size()) out += texts_[index];
  }
  out.append(html, from);
}

std::string Texts::Without(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  Texts().Put(json, out);
  return out;
}

}  // namespace forium::gateway
