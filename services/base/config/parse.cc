// SPDX-License-Identifier: Apache-2.0
// Where settings come from: file, environment, flags; each overrides the one before.
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <numeric>
#include <optional>
#include <set>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "services/base/config/config.h"
#include "yaml-cpp/yaml.h"

namespace forium::config {
namespace {

constexpr std::string_view kPrefix = "FORIUM_";
constexpr std::string_view kConfigVariable = "FORIUM_CONFIG";

// How many letters must be changed, added or removed to make one of the other.
size_t Distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0]++;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

// Other programs' variables may begin like ours; a mistyped one of ours is close to the right one.
bool LooksLikeTypo(std::string_view name, std::string_view nearest) {
  return Distance(name, nearest) <= std::max<size_t>(1, nearest.size() / 3);
}

std::string AsFlag(const std::string& name) {
  return absl::StrCat("--", absl::StrReplaceAll(name, {{"_", "-"}}));
}
std::string AsVariable(const std::string& name) {
  return absl::StrCat(std::string(kPrefix), absl::AsciiStrToUpper(name));
}

// The text of a YAML value: a scalar, or the items of a list with commas between them.
absl::StatusOr<std::string> TextOf(const YAML::Node& node) {
  if (node.IsScalar()) return node.Scalar();
  if (!node.IsSequence()) return absl::InvalidArgumentError("needs a single value or a list");
  std::vector<std::string> items;
  for (const YAML::Node& item : node) {
    if (!item.IsScalar() || absl::StrContains(item.Scalar(), ",")) {
      return absl::InvalidArgumentError("needs a list of plain values without commas");
    }
    items.push_back(item.Scalar());
  }
  return absl::StrJoin(items, ",");
}

}  // namespace

// The command line, taken apart before anything is set: it says which file to read first.
struct Settings::Flags {
  std::vector<std::pair<Setting*, std::string>> values;
  std::vector<std::string> positional;
  std::string config;
  bool help = false;
  bool print = false;
  bool check = false;

  // True if `text` asks for something other than a setting.
  bool ReadAction(std::string_view text) {
    if (text == "--help") return help = true;
    if (text == "--print-config") return print = true;
    if (text == "--check-config") return check = true;
    return false;
  }
};

// One flag: `--page-size=20` is page_size and 20.
struct Settings::Word {
  std::string name;
  std::optional<std::string> value;
};

Settings::Word Settings::SplitFlag(std::string_view text) {
  Word word;
  const size_t equals = text.find('=');
  word.name = absl::StrReplaceAll(std::string(text.substr(2, equals - 2)), {{"-", "_"}});
  if (equals != std::string_view::npos) word.value = text.substr(equals + 1);
  return word;
}

absl::Status Settings::Parse(int argc, const char* const* argv,
                             std::vector<std::string>* positional) {
  errors_.clear();
  Flags flags = ReadFlags(argc, argv);
  if (flags.help) {
    std::cout << Help() << std::flush;
    done_ = true;
    return absl::OkStatus();
  }
  for (char** variable = environ; flags.config.empty() && *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    if (text.starts_with(kConfigVariable) && text.substr(kConfigVariable.size()).starts_with("=")) {
      flags.config = text.substr(kConfigVariable.size() + 1);
    }
  }
  if (!flags.config.empty()) ReadFile(flags.config);
  ReadEnvironment();
  for (auto& [setting, value] : flags.values) Set(*setting, value, AsFlag(setting->name));
  if (positional != nullptr) {
    *positional = std::move(flags.positional);
  } else {
    for (const std::string& word : flags.positional)
      Complain(absl::StrCat("Unexpected argument: ", word));
  }
  if (!errors_.empty()) return absl::InvalidArgumentError(absl::StrJoin(errors_, "\n"));
  if (flags.print) std::cout << Print() << std::flush;
  if (flags.check) std::cout << "The settings are valid." << std::endl;
  done_ = flags.print || flags.check;
  return absl::OkStatus();
}

Settings::Setting* Settings::Find(std::string_view name) {
  const auto found = std::find_if(settings_.begin(), settings_.end(),
                                  [name](const Setting& setting) { return setting.name == name; });
  return found == settings_.end() ? nullptr : &*found;
}

std::string Settings::Nearest(std::string_view name) const {
  const auto nearest = std::min_element(settings_.begin(), settings_.end(),
                                        [name](const Setting& a, const Setting& b) {
                                          return Distance(a.name, name) < Distance(b.name, name);
                                        });
  return nearest == settings_.end() ? "config" : nearest->name;
}

Settings::Flags Settings::ReadFlags(int argc, const char* const* argv) {
  Flags flags;
  bool only_words = false;  // after `--`
  for (int i = 1; i < argc; ++i) {
    const std::string_view text = argv[i];
    if (only_words || !text.starts_with("--")) {
      flags.positional.emplace_back(text);
      continue;
    }
    only_words = text == "--";
    if (only_words || flags.ReadAction(text)) continue;
    Word word = SplitFlag(text);
    Setting* const setting = FindFlag(word);
    if (setting == nullptr && word.name != "config") {
      Complain(absl::StrCat("Unknown flag ", AsFlag(word.name), "; the nearest is ",
                            AsFlag(Nearest(word.name)), "."));
      continue;
    }
    if (!word.value.has_value() && i + 1 < argc &&
        !std::string_view(argv[i + 1]).starts_with("--")) {
      word.value = argv[++i];
    }
    if (!word.value.has_value()) {
      Complain(absl::StrCat(AsFlag(word.name), " needs a value."));
    } else if (setting == nullptr) {
      flags.config = *std::move(word.value);
    } else {
      flags.values.emplace_back(setting, *std::move(word.value));
    }
  }
  return flags;
}

Settings::Setting* Settings::FindFlag(Word& word) {
  Setting* setting = Find(word.name);
  if (word.value.has_value()) return setting;
  if (setting != nullptr && setting->kind == Kind::kBool) word.value = "true";
  if (setting != nullptr || !word.name.starts_with("no_")) return setting;
  setting = Find(word.name.substr(3));
  if (setting == nullptr || setting->kind != Kind::kBool) return nullptr;
  word.value = "false";
  return setting;
}

void Settings::ReadFile(const std::string& path) {
  YAML::Node root;
  try {
    root = YAML::LoadFile(path);
  } catch (const YAML::BadFile&) {
    return Complain(absl::StrCat("The settings file ", path, " cannot be read."));
  } catch (const YAML::Exception& error) {
    return Complain(absl::StrCat(path, ":", error.mark.line + 1, ": ", error.msg, "."));
  }
  if (root.IsNull()) return;
  if (!root.IsMap()) return Complain(absl::StrCat(path, " needs lines of the form `name: value`."));
  std::set<std::string> seen;
  for (const auto& entry : root) {
    const std::string where = absl::StrCat(path, ":", entry.first.Mark().line + 1);
    if (!entry.first.IsScalar()) {
      Complain(absl::StrCat(where, ": a setting's name must be one word."));
      continue;
    }
    const std::string& name = entry.first.Scalar();
    if (!seen.insert(name).second) Complain(absl::StrCat(where, ": ", name, " stands here twice."));
    Setting* const setting = Find(name);
    if (setting == nullptr) {
      Complain(
          absl::StrCat(where, ": unknown setting ", name, "; the nearest is ", Nearest(name), "."));
      continue;
    }
    if (entry.second.IsNull()) continue;  // `name:` keeps the default
    const absl::StatusOr<std::string> text = TextOf(entry.second);
    if (text.ok()) {
      Set(*setting, *text, absl::StrCat(where, ": ", name));
    } else {
      Complain(absl::StrCat(where, ": ", name, " ", text.status().message(), "."));
    }
  }
}

void Settings::ReadEnvironment() {
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const size_t equals = text.find('=');
    if (!text.starts_with(kPrefix) || equals == std::string_view::npos) continue;
    const std::string_view key = text.substr(0, equals);
    if (key == kConfigVariable) continue;
    const std::string name = absl::AsciiStrToLower(std::string(key.substr(kPrefix.size())));
    if (Setting* const setting = Find(name); setting != nullptr && AsVariable(name) == key) {
      Set(*setting, text.substr(equals + 1), std::string(key));
    } else if (LooksLikeTypo(name, Nearest(name))) {
      Complain(absl::StrCat("Unknown variable ", std::string(key), "; the nearest is ",
                            AsVariable(Nearest(name)), "."));
    }
  }
}

void Settings::Set(Setting& setting, std::string_view value, std::string_view where) {
  const absl::Status status = setting.set(value);
  if (!status.ok()) Complain(absl::StrCat(std::string(where), " ", status.message(), "."));
}

}  // namespace forium::config
