// SPDX-License-Identifier: Apache-2.0
// A page's document around what JavaScript made of it. Props and ready HTML have no business in the
// machine: they are put into their places afterwards, in one go. Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "gateway/ssr/texts.h"

namespace forium::gateway {

struct DocumentParts {
  std::string_view html = {};   // as rendered, which ends with an empty place for the props
  std::string_view props = {};  // JSON as it was rendered, with the marks of `texts`
  std::string_view head = {};   // ready HTML at the end of the document's head
  std::string_view foot = {};   // and of its body
};

// What has no place in `html` is left out, except the foot, which is put at its end.
std::string DocumentOf(const DocumentParts& parts, const Texts& texts);

}  // namespace forium::gateway
