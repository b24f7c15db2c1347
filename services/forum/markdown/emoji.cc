// SPDX-License-Identifier: Apache-2.0
#include "services/forum/markdown/emoji.h"

#include <algorithm>

#include "services/forum/markdown/emoji_table.h"

namespace forium::markdown {
namespace {

static_assert(std::is_sorted(std::begin(kEmojiNames), std::end(kEmojiNames),
                             [](const EmojiName& a, const EmojiName& b) {
                               return a.name < b.name;
                             }));

struct Emoticon {
  std::string_view text, character;
};
constexpr Emoticon kEmoticons[] = {
    {":)", "🙂"}, {":-)", "🙂"}, {":(", "🙁"}, {":-(", "🙁"}, {";)", "😉"},  {";-)", "😉"},
    {":D", "😃"},    {":-D", "😃"},    {":P", "😛"},    {":-P", "😛"},    {":p", "😛"},  {":-p", "😛"},
    {":O", "😮"},    {":o", "😮"},     {":-O", "😮"},   {":-o", "😮"},    {":'(", "😢"}, {":-|", "😐"},
};

}  // namespace

std::string_view EmojiByName(std::string_view name) {
  const auto* found =
      std::lower_bound(std::begin(kEmojiNames), std::end(kEmojiNames), name,
                       [](const EmojiName& a, std::string_view b) { return a.name < b; });
  return found != std::end(kEmojiNames) && found->name == name ? found->character
                                                               : std::string_view();
}

std::string_view SkinTone(std::string_view suffix) {
  static constexpr std::string_view kTones[] = {"🏻", "🏼", "🏽", "🏾", "🏿"};
  if (suffix.size() < 3 || suffix[0] != 't' || suffix[1] < '2' || suffix[1] > '6' ||
      suffix[2] != ':')
    return {};
  return kTones[suffix[1] - '2'];
}

std::string_view EmoticonAt(std::string_view text, size_t* length) {
  for (const Emoticon& emoticon : kEmoticons) {
    if (!text.starts_with(emoticon.text)) continue;
    const std::string_view rest = text.substr(emoticon.text.size());
    if (!rest.empty() && !IsSpace(rest[0]) &&
        std::string_view(".,!?)<[").find(rest[0]) == std::string_view::npos)
      continue;
    *length = emoticon.text.size();
    return emoticon.character;
  }
  return {};
}

}  // namespace forium::markdown
