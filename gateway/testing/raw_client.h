// SPDX-License-Identifier: Apache-2.0
// A client that sends exactly the bytes it is given, for tests. Blocking; every read gives up after
// ten seconds.
#pragma once

#include <string>
#include <string_view>

namespace forium::gateway {

struct RawResponse {
  int status = 0;  // 0: the server closed without an answer
  std::string head;
  std::string body;
  std::string Header(std::string_view name) const;  // empty when absent
};

class RawClient {
 public:
  explicit RawClient(int port);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool Send(std::string_view bytes);
  // One response, by its Content-Length; `head_only` for answers to HEAD.
  RawResponse Receive(bool head_only = false);
  RawResponse Ask(std::string_view bytes) {
    Send(bytes);
    return Receive();
  }
  // True if the server closes within ten seconds.
  bool Closed();

 private:
  bool Fill();
  int socket_;
  std::string buffer_;
};

}  // namespace forium::gateway
