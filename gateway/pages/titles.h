// SPDX-License-Identifier: Apache-2.0
// Titles of pages that have no name of their own, in the languages of the message catalogues.
#pragma once

#include <string_view>

namespace forium::gateway {

enum class Title {
  kTop,
  kNew,
  kUnread,
  kCategories,
  kTags,
  kLogin,
  kSignup,
  kWelcome,
  kInvitation,
  kReset,
  kNewTopic,
  kEdit,
  kHistory,
  kSettings,
  kAdmin,
  kUsers,
  kEdge,
  kSearch,
  kNotFound,
  kForbidden,
  kFailed,
};

// English for a locale without a catalogue.
std::string_view TitleText(Title title, std::string_view locale);

}  // namespace forium::gateway
