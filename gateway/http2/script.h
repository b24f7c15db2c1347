// SPDX-License-Identifier: Apache-2.0
// Conversations over HTTP/2 frames as data, for tests: what to send, what must come. The notation
// is in cases/README.md.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http2/frame_client.h"

namespace forium::gateway {

struct Conversation {
  std::string claim;
  std::string file;
  bool greets = true;              // begins with preface and SETTINGS, both ways
  std::vector<std::string> lines;  // `> …` and `< …`
};

// All conversations of a file. Aborts when it cannot be read.
std::vector<Conversation> ReadConversations(const std::string& path);

// Holds it with the server on the port. What went wrong; empty: nothing.
std::string Hold(const Conversation& conversation, int port);

inline void PrintTo(const Conversation& conversation, std::ostream* out) {
  *out << conversation.claim;
}

}  // namespace forium::gateway
