// SPDX-License-Identifier: Apache-2.0
// Settings of a process: one declaration per setting serves flag (--page-cache-bytes), environment
// (FORIUM_PAGE_CACHE_BYTES) and YAML key (page_cache_bytes); a flag wins over the environment over the file. An unknown
// key is an error that names the nearest one, and all errors are told at once. Not thread-safe: used in main only.
#pragma once

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
  void Add(std::string name, absl::Duration* value, std::string help);  // `30s`, `5m`
  void AddSecret(std::string name, std::string* value, std::string help);  // masked when printed
  void Add(std::string name, std::vector<std::string>* value, std::string help);  // comma separated, or a YAML list

  // Reads flags (`--name value`, `--name=value`, `--no-name` and `--name` for bool), environment and the file named by
  // `--config`. `positional` receives the rest, or is nullptr when none is allowed. Understands --help, --print-config
  // and --check-config: those print and set done().
  absl::Status Parse(int argc, const char* const* argv, std::vector<std::string>* positional = nullptr);
  bool done() const { return done_; }
  std::string Help() const;
  std::string Print() const;  // YAML, secrets masked

 private:
  struct Setting {
    std::string name;
    std::string help;
    bool secret = false;
    bool boolean = false;
    std::function<absl::Status(std::string_view)> set;
    std::function<std::string()> get;
  };
  Setting* Find(std::string_view name);
  std::vector<Setting> settings_;
  bool done_ = false;
};

}  // namespace forium::config
