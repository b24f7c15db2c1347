// SPDX-License-Identifier: Apache-2.0
// A client that sends exactly the frames it is told to, right or wrong, for tests. Blocking; every
// read gives up after ten seconds.
#pragma once

#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace forium::gateway {

using FieldList = std::vector<std::pair<std::string, std::string>>;

struct Frame {
  uint8_t type = 0;
  uint8_t flags = 0;
  uint32_t stream = 0;
  std::string payload = {};
  FieldList fields = {};  // of HEADERS, decoded

  bool Has(uint8_t flag) const { return (flags & flag) != 0; }
  // 32 bits of the payload, from the byte `at` on.
  uint32_t Word(size_t at) const;
  std::string Field(std::string_view name) const;  // empty when absent
};

class FrameClient {
 public:
  explicit FrameClient(int port, int receive_buffer = 0);
  ~FrameClient();
  FrameClient(const FrameClient&) = delete;
  FrameClient& operator=(const FrameClient&) = delete;

  static std::string Bytes(const Frame& frame);
  // Literal fields without Huffman coding or index (RFC 7541, 6.2.2).
  static std::string Block(const FieldList& fields);
  static FieldList Get(std::string path);

  // False: the server has closed.
  bool Send(std::string_view bytes);
  bool Send(const Frame& frame) { return Send(Bytes(frame)); }
  // Preface and empty SETTINGS, then the server's SETTINGS and its ACK of ours are read.
  bool Greet();
  // HEADERS with END_HEADERS.
  bool Ask(uint32_t stream, const FieldList& fields, bool ends = true);
  // WINDOW_UPDATE; stream 0 is the connection.
  bool Widen(uint32_t stream, uint32_t bytes);
  // nullopt: closed, or nothing came.
  std::optional<Frame> Receive();
  // Drops frames up to one of the type (on the stream, if not 0).
  std::optional<Frame> ReceiveType(uint8_t type, uint32_t stream = 0);
  // DATA of the stream up to its end, or to a reset; other frames are dropped.
  std::string ReceiveBody(uint32_t stream);
  // Answers a PING sent now, so that all before it was read.
  bool Alive();
  bool Closed();  // everything left is dropped

 private:
  bool Fill(size_t size);
  int socket_;
  std::string buffer_;
  bool closed_ = false;
  nghttp2_hd_inflater* inflater_ = nullptr;
};

}  // namespace forium::gateway
