// SPDX-License-Identifier: Apache-2.0
// Settings of a process: one declaration per setting serves flag (--page-cache-bytes), environment
// (FORIUM_PAGE_CACHE_BYTES) and YAML key (page_cache_bytes); a flag wins over the environment over
// the file. An unknown key is an error that names the nearest one (any FORIUM_ variable counts),
// and all errors are told at once. Not thread-safe: used in main only.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace forium::config {

class Settings {
 public:
  // Declares a setting; *value holds the default and receives the result. `name` is in snake_case.
  void Add(std::string name, std::string* value, std::string help);
  void Add(std::string name, int64_t* value, std::string help);
  void Add(std::string name, int* value, std::string help);
  void Add(std::string name, bool* value, std::string help);
  void Add(std::string name, absl::Duration* value, std::string help);     // `30s`, `5m`
  void AddSecret(std::string name, std::string* value, std::string help);  // masked when printed
  void Add(std::string name, std::vector<std::string>* value,
           std::string help);  // comma separated, or a YAML list
  void AddSecret(std::string name, std::vector<std::string>* value, std::string help);

  // Reads the file named by `--config` or FORIUM_CONFIG, the environment and flags (`--name value`,
  // `--name=value`, `--no-name` and `--name` for bool). `positional` receives the rest, or is
  // nullptr when none is allowed. Understands --help, --print-config and --check-config: those
  // print and set done(). Errors: InvalidArgument, a line for each mistake.
  absl::Status Parse(int argc, const char* const* argv,
                     std::vector<std::string>* positional = nullptr);
  bool done() const { return done_; }
  std::string Help() const;
  std::string Print() const;  // YAML, secrets masked

 private:
  enum class Kind { kText, kNumber, kBool, kDuration, kSecret, kList };
  struct Setting {
    std::string name;
    Kind kind;
    std::string help;
    std::function<absl::Status(std::string_view)> set;
    std::function<std::string()> get;
    std::string initial;  // for Help
  };
  struct Flags;
  struct Word;
  void Declare(Setting setting);
  Setting* Find(std::string_view name);
  std::string Nearest(std::string_view name) const;
  static Word SplitFlag(std::string_view text);
  // The setting of a flag; fills in the value of a bool given without one.
  Setting* FindFlag(Word& word);
  // Each appends its errors to errors_.
  Flags ReadFlags(int argc, const char* const* argv);
  void ReadFile(const std::string& path);
  void ReadEnvironment();
  void Set(Setting& setting, std::string_view value, std::string_view where);
  void Complain(std::string error) { errors_.push_back(std::move(error)); }

  std::vector<Setting> settings_;
  std::vector<std::string> errors_;
  bool done_ = false;
};

}  // namespace forium::config
