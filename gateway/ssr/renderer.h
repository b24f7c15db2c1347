// SPDX-License-Identifier: Apache-2.0
// Renders pages on threads of its own, each with one JavaScript machine. A render that runs away is
// ended and its machine replaced; one that waited too long is not begun. Thread-safe.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace forium::gateway {

struct RendererOptions {
  int machines = 2;
  // Pages that wait for a machine; more are answered UNAVAILABLE at once.
  size_t queue = 512;
  // Processor time of one render.
  absl::Duration render_limit = absl::Milliseconds(250);
  // Time from the call to the begin of the render.
  absl::Duration wait_limit = absl::Seconds(2);
  // Without work for so long, a machine collects its garbage.
  absl::Duration idle = absl::Milliseconds(500);
};

class Renderer {
 public:
  // Makes the machines. Errors: the bundle does not run. `bundle` must outlive the renderer.
  static absl::StatusOr<std::unique_ptr<Renderer>> Create(std::string_view bundle,
                                                          RendererOptions options);
  // Answers what waits with UNAVAILABLE and ends the threads.
  ~Renderer();
  Renderer(const Renderer&) = delete;
  Renderer& operator=(const Renderer&) = delete;

  // The HTML of a page. Errors: UNAVAILABLE when too many wait or it waited too long, also past
  // `deadline`; INTERNAL when the script fails. `shared`: props that many pages have in common,
  // which a machine keeps from one page to the next. Both texts must stay until then.
  boost::asio::awaitable<absl::StatusOr<std::string>> Render(std::string_view props,
                                                             std::string_view shared,
                                                             absl::Time deadline);

 private:
  struct State;
  explicit Renderer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace forium::gateway
