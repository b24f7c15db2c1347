// SPDX-License-Identifier: Apache-2.0
// One HTTP service behind a site: its address, whether it is well, and connections to it. A request
// gets a connection of its own. Thread-safe.
#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "prometheus/gauge.h"

namespace forium::gateway {

class Upstream {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;

  // `http://app:3000` or `unix:/run/app.sock`. Errors: it is neither.
  static absl::StatusOr<std::shared_ptr<Upstream>> Parse(std::string_view url);

  // Connected within `timeout`, or nullopt.
  boost::asio::awaitable<std::unique_ptr<Socket>> Connect(absl::Duration timeout) const;
  // Whether a GET of the path is answered with less than 500 in time.
  boost::asio::awaitable<bool> AnswersWell(std::string path, absl::Duration timeout) const;

  const std::string& url() const { return url_; }
  bool well() const { return well_; }
  // True: it was otherwise before.
  bool SetWell(bool well);

 private:
  Upstream(std::string url, std::string host, std::string port, std::string path);

  const std::string url_;
  const std::string host_;
  const std::string port_;  // empty: `path_` is a Unix socket
  const std::string path_;
  std::atomic<bool> well_ = true;
  prometheus::Gauge& gauge_;
};

}  // namespace forium::gateway
