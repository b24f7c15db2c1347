// SPDX-License-Identifier: Apache-2.0
// Who may listen to what: asked of the forum as that reader, once for all of his level who ask at
// the same time, and kept briefly. Events make it forget. Used on the exchange's thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/realtime/channel.h"
#include "gateway/realtime/inquiry.h"
#include "gateway/realtime/turns.h"

namespace forium::gateway {

class Permissions {
 public:
  Permissions(Inquiry& inquiry, boost::asio::any_io_executor executor)
      : inquiry_(inquiry), executor_(std::move(executor)) {}

  // OK, a refusal (IsRefusal), or an error of the moment.
  boost::asio::awaitable<absl::Status> Check(Channel channel, ReaderPointer reader);
  // The last check said so, and nothing has happened since.
  bool Holds(const Channel& channel, const Reader& reader) const;

  void ForgetTopic(const std::string& tenant, int64_t id);
  void Forget(const std::string& tenant);
  void ForgetAll();

 private:
  struct Key {
    Channel channel;  // of presence: the topic's
    int level = 0;
    friend bool operator==(const Key&, const Key&) = default;
    template <typename H>
    friend H AbslHashValue(H hash, const Key& key) {
      return H::combine(std::move(hash), key.channel, key.level);
    }
  };
  struct Answer {
    explicit Answer(const boost::asio::any_io_executor& executor) : door(executor) {}
    Door door;
    bool there = false;
    absl::Status status;
    absl::Time until = absl::InfiniteFuture();
  };
  static Key KeyOf(const Channel& channel, const Reader& reader);
  boost::asio::awaitable<absl::Status> Ask(Channel channel, ReaderPointer reader);

  Inquiry& inquiry_;
  const boost::asio::any_io_executor executor_;
  absl::flat_hash_map<Key, std::shared_ptr<Answer>> answers_;
};

}  // namespace forium::gateway
