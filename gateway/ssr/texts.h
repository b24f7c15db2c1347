// SPDX-License-Identifier: Apache-2.0
// Ready HTML that a page shows as it is (the texts of posts) does not travel through JavaScript: a
// mark stands for each while the page is rendered, and the text takes its place afterwards. Most of
// a topic's page is such text. One per render; not thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace forium::gateway {

class Texts {
 public:
  // `json` with a mark for each `"html":"…"` that is not empty. It must be the work of our own JSON
  // writers.
  std::string Take(std::string_view json);
  // Adds `html` to `out`, with the texts where their marks stand.
  void Put(std::string_view html, std::string& out) const;
  // `json` with nothing where marks stand.
  static std::string Without(std::string_view json);

  bool empty() const { return texts_.empty(); }
  // Of all texts, in bytes.
  size_t size() const;

 private:
  std::vector<std::string> texts_;
};

}  // namespace forium::gateway
