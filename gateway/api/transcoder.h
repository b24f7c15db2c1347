// SPDX-License-Identifier: Apache-2.0
// The JSON API: each RPC with a google.api.http annotation as a route. Path, query and body make
// the request message, the answer is printed by the proto3 JSON mapping, google.api.HttpBody passes
// through. Thread-safe after construction.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gateway/http/router.h"
#include "gateway/identity/identities.h"
#include "gateway/services.h"
#include "google/protobuf/descriptor.h"
#include "proto/forium/events/v1/events.pb.h"

namespace forium::gateway {

// One HTTP binding of an RPC.
struct Endpoint {
  const google::protobuf::MethodDescriptor* rpc;
  rpc::Channel* channel;
  Method method;
  std::string pattern;
  std::string body;  // "*", a field, or empty
};

class Transcoder {
 public:
  // Tells caches of this process what a call just changed, before its event arrives.
  using Announce = std::function<void(const events::v1::Event&)>;
  // Answers the request as rewritten: the page that posted a form.
  using Render = std::function<boost::asio::awaitable<Response>(Request&)>;

  Transcoder(Services services, Identities& identities, Announce announce, Render render);
  void AddRoutes(Router& router) const;

 private:
  boost::asio::awaitable<absl::StatusOr<Response>> Serve(const Endpoint& endpoint,
                                                         Request& request) const;
  boost::asio::awaitable<absl::StatusOr<Response>> CallAndPrint(const Endpoint& endpoint,
                                                                Request& request) const;
  boost::asio::awaitable<Response> ShowFormAgain(Request& request, absl::Status error) const;
  void AfterChange(const Endpoint& endpoint, const Request& request) const;

  Identities& identities_;
  const Announce announce_;
  const Render render_;
  std::vector<std::unique_ptr<Endpoint>> endpoints_;
};

// The request message of a call: body, then query, then path, then the headers Idempotency-Key and
// If-Match.
absl::Status BindRequest(const Endpoint& endpoint, const Request& request,
                         google::protobuf::Message& message);
// The HTTP bindings of a service. Aborts on an annotation that does not fit its request message.
std::vector<Endpoint> EndpointsOf(const google::protobuf::ServiceDescriptor& service,
                                  rpc::Channel* channel);

}  // namespace forium::gateway
