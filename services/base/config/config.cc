// SPDX-License-Identifier: Apache-2.0
#include "services/base/config/config.h"

#include <cassert>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "yaml-cpp/yaml.h"

namespace forium::config {
namespace {

constexpr std::string_view kMask = "(secret)";

absl::string_view View(std::string_view text) {
  return absl::string_view(text.data(), text.size());
}

template <typename Number>
absl::Status SetNumber(std::string_view text, Number* value) {
  Number parsed;
  if (!absl::SimpleAtoi(View(text), &parsed))
    return absl::InvalidArgumentError("needs a whole number");
  *value = parsed;
  return absl::OkStatus();
}

absl::Status SetBool(std::string_view text, bool* value) {
  if (!absl::SimpleAtob(View(text), value))
    return absl::InvalidArgumentError("needs true or false");
  return absl::OkStatus();
}

absl::Status SetDuration(std::string_view text, absl::Duration* value) {
  absl::Duration parsed;
  if (!absl::ParseDuration(View(text), &parsed)) {
    return absl::InvalidArgumentError("needs a time with its unit, like 30s or 5m");
  }
  *value = parsed;
  return absl::OkStatus();
}

absl::Status SetList(std::string_view text, std::vector<std::string>* value) {
  value->clear();
  for (const absl::string_view item : absl::StrSplit(View(text), ',', absl::SkipWhitespace())) {
    value->emplace_back(absl::StripAsciiWhitespace(item));
  }
  return absl::OkStatus();
}

}  // namespace

void Settings::Declare(Setting setting) {
  assert(Find(setting.name) == nullptr && "a setting is declared twice");
  setting.initial = setting.get();
  settings_.push_back(std::move(setting));
}

void Settings::Add(std::string name, std::string* value, std::string help) {
  Declare({.name = std::move(name),
           .kind = Kind::kText,
           .help = std::move(help),
           .set = [value](std::string_view text) { return *value = text, absl::OkStatus(); },
           .get = [value] { return *value; },
           .initial = {}});
}

void Settings::AddSecret(std::string name, std::string* value, std::string help) {
  Add(std::move(name), value, std::move(help));
  settings_.back().kind = Kind::kSecret;
}

void Settings::Add(std::string name, int64_t* value, std::string help) {
  Declare({.name = std::move(name),
           .kind = Kind::kNumber,
           .help = std::move(help),
           .set = [value](std::string_view text) { return SetNumber(text, value); },
           .get = [value] { return absl::StrCat(*value); },
           .initial = {}});
}

void Settings::Add(std::string name, int* value, std::string help) {
  Declare({.name = std::move(name),
           .kind = Kind::kNumber,
           .help = std::move(help),
           .set = [value](std::string_view text) { return SetNumber(text, value); },
           .get = [value] { return absl::StrCat(*value); },
           .initial = {}});
}

void Settings::Add(std::string name, bool* value, std::string help) {
  Declare({.name = std::move(name),
           .kind = Kind::kBool,
           .help = std::move(help),
           .set = [value](std::string_view text) { return SetBool(text, value); },
           .get = [value] { return std::string(*value ? "true" : "false"); },
           .initial = {}});
}

void Settings::Add(std::string name, absl::Duration* value, std::string help) {
  Declare({.name = std::move(name),
           .kind = Kind::kDuration,
           .help = std::move(help),
           .set = [value](std::string_view text) { return SetDuration(text, value); },
           .get = [value] { return absl::FormatDuration(*value); },
           .initial = {}});
}

void Settings::Add(std::string name, std::vector<std::string>* value, std::string help) {
  Declare({.name = std::move(name),
           .kind = Kind::kList,
           .help = std::move(help),
           .set = [value](std::string_view text) { return SetList(text, value); },
           .get = [value] { return absl::StrJoin(*value, ","); },
           .initial = {}});
}

void Settings::AddSecret(std::string name, std::vector<std::string>* value, std::string help) {
  Add(std::move(name), value, std::move(help));
  settings_.back().kind = Kind::kSecret;
}

std::string Settings::Help() const {
  std::string text;
  for (const Setting& setting : settings_) {
    const std::string flag = absl::StrReplaceAll(setting.name, {{"_", "-"}});
    absl::StrAppend(&text, "  --", flag, "\n      ", setting.help);
    if (!setting.initial.empty() && setting.kind != Kind::kSecret) {
      absl::StrAppend(&text, " (default: ", setting.initial, ")");
    }
    absl::StrAppend(&text, "\n");
  }
  absl::StrAppend(
      &text,
      "  --config\n      A YAML file with any of these, dashes written as underscores.\n"
      "  --print-config\n      Print the settings as they come out, without secrets, and exit.\n"
      "  --check-config\n      Say whether the settings are valid, and exit.\n"
      "  --help\n      Print this, and exit.\n"
      "Each is also read from the environment: --page-size is FORIUM_PAGE_SIZE.\n");
  return text;
}

std::string Settings::Print() const {
  YAML::Emitter out;
  out << YAML::BeginMap;
  for (const Setting& setting : settings_) {
    const std::string value = setting.get();
    out << YAML::Key << setting.name << YAML::Value;
    if (setting.kind == Kind::kList) {
      out << YAML::Flow << YAML::BeginSeq;
      for (const absl::string_view item : absl::StrSplit(value, ',', absl::SkipEmpty()))
        out << std::string(item);
      out << YAML::EndSeq;
    } else if (setting.kind == Kind::kText) {
      out << YAML::DoubleQuoted << value;
    } else {
      out << (setting.kind == Kind::kSecret && !value.empty() ? std::string(kMask) : value);
    }
  }
  out << YAML::EndMap;
  return absl::StrCat(out.c_str(), "\n");
}

}  // namespace forium::config
