// SPDX-License-Identifier: Apache-2.0
// Makes preview images, one at a time on a thread of its own, and keeps the latest. Thread, font
// and all begin with the first image. Who asks for what is being made waits for that. Thread-safe.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/preview/preview_image.h"

namespace forium::gateway {

struct PreviewLimits {
  size_t waiting = 32;  // different images
  size_t kept_bytes = 8 << 20;
};

class PreviewMaker {
 public:
  using Image = std::shared_ptr<const std::string>;

  explicit PreviewMaker(PreviewLimits limits = {});
  // Ends after the image that is being made; who still waits gets UNAVAILABLE.
  ~PreviewMaker();
  PreviewMaker(const PreviewMaker&) = delete;
  PreviewMaker& operator=(const PreviewMaker&) = delete;

  // UNAVAILABLE: too many wait. `version`: of the card.
  boost::asio::awaitable<absl::StatusOr<Image>> Make(PreviewCard card, std::string version);

  size_t kept_bytes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace forium::gateway
