// SPDX-License-Identifier: Apache-2.0
// A folder as a site: files, `index.html` of folders, `404.html`, conditions, ranges, and
// neighbours that were compressed beforehand (`app.js.br`, `.zst`, `.gz`). Nothing outside the
// folder and no hidden file is ever served, whatever links lead there. Thread-safe.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/http/message.h"

namespace forium::gateway {

class StaticSite {
 public:
  // Reads files on `pool`, which outlives it. Errors: the folder is not there.
  static absl::StatusOr<std::unique_ptr<StaticSite>> Open(const std::string& folder,
                                                          boost::asio::thread_pool& pool);
  ~StaticSite();
  StaticSite(const StaticSite&) = delete;
  StaticSite& operator=(const StaticSite&) = delete;

  boost::asio::awaitable<Response> Answer(const Request& request) const;

 private:
  StaticSite(int folder, boost::asio::thread_pool& pool) : folder_(folder), pool_(pool) {}
  Response Find(const Request& request) const;

  const int folder_;
  boost::asio::thread_pool& pool_;
};

}  // namespace forium::gateway
