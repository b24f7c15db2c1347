// SPDX-License-Identifier: Apache-2.0
// HTTPS by blocking calls, for a thread of its own: certificate and host are verified against the
// system's authorities and those given, each call has a deadline, answers are bounded. Send is for
// one thread at a time; Stop may come from any.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace forium::gateway {

struct HttpsRequest {
  std::string method = "GET";
  std::string url;
  std::string content_type = {};  // of the body, when there is one
  std::string body = {};
};

struct HttpsResponse {
  int status = 0;
  std::map<std::string, std::string> fields;  // names in lower case; the last one of a name
  std::string body;

  std::string Field(const std::string& name) const;  // empty when absent
};

// `https://host[:port]/path?query` in its parts.
struct HttpsAddress {
  std::string host;
  std::string port;    // `443` when none is said
  std::string target;  // `/` when empty
};
absl::StatusOr<HttpsAddress> ParseHttpsAddress(std::string_view url);

class HttpsClient {
 public:
  static constexpr size_t kMaxBody = 1 << 20;

  struct Options {
    std::string authorities;                     // PEM file, beside the system's; empty: none
    absl::Duration timeout = absl::Seconds(20);  // for a whole call
  };
  // Errors: FailedPrecondition, the file of authorities cannot be read.
  static absl::StatusOr<std::unique_ptr<HttpsClient>> Create(const Options& options);

  // Any answer with a status is an answer; a GET follows up to three redirects, to https only.
  // Errors: InvalidArgument for the address, Unavailable with what happened, DeadlineExceeded,
  // Cancelled after Stop.
  absl::StatusOr<HttpsResponse> Send(HttpsRequest request);
  // The call that runs and all later ones end at once with Cancelled.
  void Stop();

 private:
  using Endpoints = std::vector<boost::asio::ip::tcp::endpoint>;
  struct Resolution;

  explicit HttpsClient(absl::Duration timeout);
  absl::StatusOr<HttpsResponse> SendOnce(const HttpsRequest& request, absl::Time deadline);
  absl::StatusOr<Endpoints> Look(const HttpsAddress& address, absl::Time deadline);
  static void Resolve(const std::shared_ptr<Resolution>& resolution, const HttpsAddress& address);
  // What Stop has to interrupt from now on; false: it came already.
  bool Begin(boost::asio::io_context* context);

  const absl::Duration timeout_;
  boost::asio::ssl::context tls_;
  absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  boost::asio::io_context* running_ ABSL_GUARDED_BY(mutex_) = nullptr;
  std::shared_ptr<Resolution> resolution_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace forium::gateway
