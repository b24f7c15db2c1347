// SPDX-License-Identifier: Apache-2.0
#include "gateway/ssr/document.h"

#include <algorithm>
#include <vector>

#include "gateway/ssr/utf16.h"

namespace forium::gateway {
namespace {

// web/src/document/document.ts
constexpr std::string_view kEndOfProps = "</script>";
constexpr std::string_view kEndOfDocument = "</script></body></html>";

// JSON within a script: as text of a page it could end it.
void AppendInScript(std::string_view json, std::string& out) {
  if (!IsWellFormed(json)) {
    std::vector<char16_t> units;
    ToUtf16(json, units);
    return AppendInScript(ToUtf8(units), out);
  }
  size_t from = 0;
  for (size_t at = json.find('<'); at != std::string_view::npos; at = json.find('<', from)) {
    out.append(json, from, at - from);
    out += "\\u003c";
    from = at + 1;
  }
  out.append(json, from);
}

}  // namespace

std::string DocumentOf(const DocumentParts& parts, const Texts& texts) {
  std::string_view html = parts.html;
  std::string out;
  out.reserve(html.size() + parts.props.size() + parts.props.size() / 8 + parts.head.size() +
              parts.foot.size() + texts.size());
  if (!parts.head.empty()) {
    const size_t end_of_head = html.find("</head>");
    if (end_of_head != std::string_view::npos) {
      out.append(html, 0, end_of_head);
      out += parts.head;
      html.remove_prefix(end_of_head);
    }
  }
  const bool has_place = html.ends_with(kEndOfDocument);
  if (has_place) html.remove_suffix(kEndOfDocument.size());
  texts.Put(html, out);
  if (!has_place) return out += parts.foot;
  // Whoever takes the page over finds the texts in it.
  if (texts.empty()) {
    AppendInScript(parts.props, out);
  } else {
    AppendInScript(Texts::Without(parts.props), out);
  }
  out += kEndOfProps;
  out += parts.foot;
  out += kEndOfDocument.substr(kEndOfProps.size());
  return out;
}

}  // namespace forium::gateway
