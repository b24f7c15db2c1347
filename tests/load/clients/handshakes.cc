// SPDX-License-Identifier: Apache-2.0
// How many TLS 1.3 handshakes a second a server makes: each on a new connection without a session
// to resume, with one request on it, since only an answer proves that the server finished.
//   handshakes port=8443 host=localhost path=/ threads=2 seconds=5
// Prints {"handshakes", "errors", "resumed", "seconds"}.
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <thread>
#include <vector>

#include "tests/load/clients/options.h"
#include "tests/load/clients/sockets.h"

namespace {

using namespace forium::load;

struct Counts {
  std::atomic<int64_t> handshakes{0};
  std::atomic<int64_t> errors{0};
  std::atomic<int64_t> resumed{0};
};

bool HandshakeOnce(SSL_CTX* context, int port, const std::string& host, const std::string& request,
                   bool& resumed) {
  const int fd = ConnectNow(port);
  SSL* const ssl = SSL_new(context);
  SSL_set_fd(ssl, fd);
  SSL_set_tlsext_host_name(ssl, host.c_str());
  char answer[4096];
  const bool good = SSL_connect(ssl) == 1 && SSL_version(ssl) == TLS1_3_VERSION &&
                    SSL_write(ssl, request.data(), static_cast<int>(request.size())) > 0 &&
                    SSL_read(ssl, answer, sizeof(answer)) > 0;
  resumed = SSL_session_reused(ssl) == 1;
  // No FIN exchange: neither side keeps the connection.
  const linger now{1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  SSL_free(ssl);
  close(fd);
  return good;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options(argc, argv);
  const int port = static_cast<int>(options.Number("port"));
  const std::string host = options.Text("host", "localhost");
  // HEAD, so that the answer is of one size with all servers.
  const std::string request = "HEAD " + options.Text("path", "/") + " HTTP/1.1\r\nHost: " + host +
                              "\r\nConnection: close\r\n\r\n";
  const double seconds = options.Number("seconds", 5);
  SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
  // What browsers offer first.
  SSL_CTX_set1_groups_list(context, "X25519");

  Counts counts;
  const int64_t begin = Now();
  const int64_t end = begin + static_cast<int64_t>(seconds * 1e6);
  std::vector<std::thread> threads;
  for (int i = 0; i < static_cast<int>(options.Number("threads", 2)); ++i) {
    threads.emplace_back([&] {
      while (Now() < end) {
        bool resumed = false;
        ++(HandshakeOnce(context, port, host, request, resumed) ? counts.handshakes
                                                                : counts.errors);
        if (resumed) ++counts.resumed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::printf("{\"handshakes\": %ld, \"errors\": %ld, \"resumed\": %ld, \"seconds\": %.3f}\n",
              counts.handshakes.load(), counts.errors.load(), counts.resumed.load(),
              static_cast<double>(Now() - begin) / 1e6);
  SSL_CTX_free(context);
}
