// SPDX-License-Identifier: Apache-2.0
// Folds text: NFKC and case, then accents as people leave them out. An object per thread: it keeps
// buffers.
#pragma once

#include <string>
#include <string_view>

namespace forium::search {

class Folding {
 public:
  // Case and compatibility only, composed: what stemmers read. Valid until the next call.
  std::string_view Lower(std::string_view text);
  // What Lower gave, without accents on Latin, Greek, Cyrillic, Arabic and Hebrew letters. Letters
  // that are no accented ones to their readers stay (й); those that people type otherwise change
  // (ø, ł, đ, æ, œ, þ, ı). Valid until the next call.
  std::string_view Plain(std::string_view lower);

 private:
  std::u16string source_, normal_, plain_;
  std::string lower_utf8_, plain_utf8_;
};

}  // namespace forium::search
