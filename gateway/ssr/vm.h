// SPDX-License-Identifier: Apache-2.0
// One JavaScript machine with the SSR bundle loaded: props in, HTML out. Belongs to the thread that
// made it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace forium::gateway {

class Vm {
 public:
  // Runs the bundle, which must leave a function `render(props: string, shared: string): string` on
  // globalThis.
  // A render that takes more than `limit` of processor time is ended.
  static absl::StatusOr<std::unique_ptr<Vm>> Create(std::string_view bundle, absl::Duration limit);
  ~Vm();
  Vm(const Vm&) = delete;
  Vm& operator=(const Vm&) = delete;

  // `shared`: the props that many pages have in common; handed over only when it is not that of the
  // render before. Errors are internal ones, with what the script threw as the private cause.
  absl::StatusOr<std::string> Render(std::string_view props, std::string_view shared);
  // A render was ended by force: what the script left half done is unknown, so the machine is to be
  // replaced.
  bool spent() const;
  // Gives memory back; some milliseconds.
  void CollectGarbage();

 private:
  struct State;
  explicit Vm(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace forium::gateway
