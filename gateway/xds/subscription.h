// SPDX-License-Identifier: Apache-2.0
// What one client wants to know of one type of resource, and what it was told: state of the world,
// every answer has all that is wanted. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gateway/xds/resources.h"
#include "proto/envoy/service/discovery.pb.h"

namespace forium::gateway {

class Subscription {
 public:
  using Request = envoy::service::discovery::v3::DiscoveryRequest;
  using Response = envoy::service::discovery::v3::DiscoveryResponse;

  enum class Meaning {
    kStale,     // answers an older response than the last: its names will come again
    kWants,     // the first of its stream
    kAccepted,  // took the last response
    kRefused,   // did not take it, and stays at the one before
  };

  explicit Subscription(ResourceType type) : type_(type) {}

  // Takes a request in.
  Meaning Take(const Request& request);

  // The response that brings the client to `snapshot`, unless it was told all of it already,
  // accepted or not.
  std::optional<Response> Next(const Snapshot& snapshot, const std::string& zone);

  ResourceType type() const { return type_; }
  // Whether the client came with resources of this type from an earlier stream.
  bool had_before() const { return had_before_; }

 private:
  const ResourceType type_;
  bool wanted_ = false;
  bool had_before_ = false;
  bool every_name_ = false;
  std::set<std::string> names_;
  uint64_t nonce_ = 0;  // of the last response
  std::optional<std::string> told_;
};

}  // namespace forium::gateway
