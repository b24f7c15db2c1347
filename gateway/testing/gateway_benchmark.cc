// SPDX-License-Identifier: Apache-2.0
// A gateway before fakes with one page of a given size, to be loaded from outside:
//   gateway_benchmark PORT BYTES      GET /latest is the page for guests, from the cache after the
//   first time.
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "gateway/gateway.h"
#include "gateway/testing/fake_services.h"

int main(int argc, char** argv) {
  using forium::gateway::Request;
  using forium::gateway::Response;
  if (argc < 3) return 2;
  forium::gateway::Config config;
  config.listen = {std::string("127.0.0.1:") + argv[1]};
  config.access_log = false;
  config.rate_limit = false;
  config.page_cache = argc < 4;
  const std::string text(std::strtoul(argv[2], nullptr, 10), 'x');
  forium::gateway::PageHooks pages;
  pages.list = [text](Request&) -> boost::asio::awaitable<absl::StatusOr<Response>> {
    Response response = Response::Html(text);
    response.cache_tags = {"list"};
    co_return response;
  };
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);

  forium::gateway::FakeServices fakes;
  const auto bus = forium::events::MakeInProcessBus();
  forium::gateway::Gateway gateway(config, fakes.services(), pages, *bus);
  if (const absl::Status started = gateway.Start(); !started.ok()) {
    std::fprintf(stderr, "%s\n", started.ToString().c_str());
    return 1;
  }
  int signal;
  sigwait(&stop, &signal);
  return 0;
}
