// SPDX-License-Identifier: Apache-2.0
// Questions to the forum in a reader's name: the check of what he may read stands there. At most so
// many at a time. Coroutines of the exchange's thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <set>

#include "absl/status/statusor.h"
#include "gateway/identity/identities.h"
#include "gateway/realtime/reader.h"
#include "gateway/realtime/shown.h"
#include "gateway/realtime/turns.h"
#include "gateway/services.h"

namespace forium::gateway {

class Inquiry {
 public:
  Inquiry(Services services, Identities& identities, boost::asio::any_io_executor executor);

  // As everybody of the reader's level may have it. NotFound: he may not read it, or it is not
  // there. Aborted: he is not who he was.
  boost::asio::awaitable<absl::StatusOr<ShownTopic>> Topic(ReaderPointer reader, int64_t id);
  // Aborted: his session ended, or his role changed.
  boost::asio::awaitable<absl::Status> Confirm(ReaderPointer reader);
  boost::asio::awaitable<absl::StatusOr<ShownPost>> Post(ReaderPointer reader, int64_t id);
  boost::asio::awaitable<absl::StatusOr<std::set<int64_t>>> Categories(ReaderPointer reader);

 private:
  // Fills what a call needs.
  boost::asio::awaitable<absl::Status> SpeakFor(const Reader& reader, Request& request);

  const Services services_;
  Identities& identities_;
  Turns turns_;
};

// What a failed question says of the reader, not of the moment.
bool IsRefusal(const absl::Status& status);

}  // namespace forium::gateway
