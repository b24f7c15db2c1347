// SPDX-License-Identifier: Apache-2.0
// Frames on their way into the connection as one gather write: small ones copied, bodies where they
// lie. One thread.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace forium::gateway {

class Batch {
 public:
  bool empty() const { return unsent_ == 0; }
  size_t size() const { return unsent_; }

  void Copy(std::string_view bytes);
  // The bytes must stay until they are sent.
  void Refer(std::string_view bytes);

  // What is unsent, in order; as long as nothing is added.
  std::span<const std::string_view> Unsent();
  void Sent(size_t bytes);

 private:
  struct Part {
    const char* bytes;  // nullptr: in copied_, at `offset`
    size_t offset;
    size_t size;
  };
  std::string copied_;
  std::vector<Part> parts_;
  std::vector<std::string_view> views_;  // of parts_, once somebody asked
  size_t first_ = 0;                     // of views_, that is not sent wholly
  size_t unsent_ = 0;
};

}  // namespace forium::gateway
