// SPDX-License-Identifier: Apache-2.0
// The methods that a server knows, each with its handler, its permission and its metrics. Filled
// before the server starts, constant after; the metrics have their own synchronisation.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/node_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "prometheus/histogram.h"
#include "proto/forium/type/v1/options.pb.h"
#include "services/base/rpc/call.h"

namespace forium::rpc {

using MakeRequest = std::function<std::unique_ptr<google::protobuf::Message>()>;
using Handler = std::function<absl::StatusOr<std::unique_ptr<google::protobuf::Message>>(
    const Call&, const google::protobuf::Message&)>;

struct Method {
  std::string name;  // forium.forum.v1.ForumService.GetTopic
  MakeRequest make_request;
  const google::protobuf::Descriptor* response = nullptr;
  Handler handler;
  type::v1::Permission permission = type::v1::PERMISSION_UNSPECIFIED;

  // Counts one answered call.
  void Observe(absl::StatusCode code, absl::Duration time, int statements) const;

 private:
  static constexpr size_t kCodes = 17;
  mutable std::array<std::atomic<prometheus::Histogram*>, kCodes> seconds_ = {};
  mutable std::atomic<prometheus::Histogram*> statements_ = nullptr;
};

class Methods {
 public:
  void Add(std::string name, MakeRequest make_request, const google::protobuf::Descriptor* response,
           Handler handler);
  // Checks all methods against their proto and reads their permissions. Errors: all that is wrong,
  // in one sentence each.
  absl::Status Validate();
  // Full names of the services, once validated.
  const std::vector<std::string>& services() const { return services_; }
  // `path`: /forium.forum.v1.ForumService/GetTopic. nullptr: unknown.
  const Method* Find(const std::string& path) const;

 private:
  absl::node_hash_map<std::string, Method> by_path_;
  std::vector<std::string> added_twice_;
  std::vector<std::string> services_;
};

// /forium.forum.v1.ForumService/GetTopic for forium.forum.v1.ForumService.GetTopic.
std::string PathOf(std::string_view method);

}  // namespace forium::rpc
