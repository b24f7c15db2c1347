// SPDX-License-Identifier: Apache-2.0
#include "tests/load/clients/options.h"

#include <cstdio>
#include <cstdlib>

namespace forium::load {

Options::Options(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const size_t equals = word.find('=');
    if (equals == std::string::npos) {
      std::fprintf(stderr, "%s is not name=value\n", argv[i]);
      std::exit(2);
    }
    values_[word.substr(0, equals)] = word.substr(equals + 1);
  }
}

const std::string& Options::Text(const std::string& name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) {
    std::fprintf(stderr, "%s= is missing\n", name.c_str());
    std::exit(2);
  }
  return found->second;
}

std::string Options::Text(const std::string& name, const std::string& otherwise) const {
  const auto found = values_.find(name);
  return found == values_.end() ? otherwise : found->second;
}

double Options::Number(const std::string& name) const { return std::stod(Text(name)); }

double Options::Number(const std::string& name, double otherwise) const {
  return values_.contains(name) ? Number(name) : otherwise;
}

}  // namespace forium::load
