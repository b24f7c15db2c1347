// SPDX-License-Identifier: Apache-2.0
// Words of a command line of the form `name=value`. Immutable.
#pragma once

#include <map>
#include <string>

namespace forium::load {

class Options {
 public:
  Options(int argc, char** argv);
  // Ends the program with a sentence when it is missing.
  const std::string& Text(const std::string& name) const;
  std::string Text(const std::string& name, const std::string& otherwise) const;
  double Number(const std::string& name) const;
  double Number(const std::string& name, double otherwise) const;

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace forium::load
