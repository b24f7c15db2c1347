// SPDX-License-Identifier: Apache-2.0
#include "gateway/pages/titles.h"

#include <cstddef>

namespace forium::gateway {
namespace {

struct Words {
  std::string_view english;
  std::string_view german;
};

// In the order of the enum.
constexpr Words kWords[] = {
    {"Top", "Top"},
    {"New topics", "Neue Themen"},
    {"Unread", "Ungelesen"},
    {"Categories", "Kategorien"},
    {"Tags", "Schlagwörter"},
    {"Log in", "Anmelden"},
    {"Sign up", "Registrieren"},
    {"Welcome", "Willkommen"},
    {"Invitation", "Einladung"},
    {"New password", "Neues Passwort"},
    {"New topic", "Neues Thema"},
    {"Edit post", "Beitrag bearbeiten"},
    {"History", "Verlauf"},
    {"Settings", "Einstellungen"},
    {"Administration", "Verwaltung"},
    {"Users", "Mitglieder"},
    {"Server", "Server"},
    {"Search", "Suche"},
    {"Not found", "Nicht gefunden"},
    {"Not allowed", "Nicht erlaubt"},
    {"Something went wrong", "Etwas ist schiefgegangen"},
};
static_assert(sizeof(kWords) / sizeof(kWords[0]) == static_cast<size_t>(Title::kFailed) + 1);

}  // namespace

std::string_view TitleText(Title title, std::string_view locale) {
  const Words& words = kWords[static_cast<size_t>(title)];
  return locale == "de" ? words.german : words.english;
}

}  // namespace forium::gateway
