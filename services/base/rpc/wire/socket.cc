// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/wire/socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "services/base/rpc/wire/limits.h"

namespace forium::rpc {
namespace {

int DescriptorOf(BIO* bio) {
  return static_cast<int>(reinterpret_cast<intptr_t>(BIO_get_data(bio)));
}

bool WouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

// OpenSSL's own for sockets raises SIGPIPE.
int ReadSocket(BIO* bio, char* into, int most) {
  BIO_clear_retry_flags(bio);
  const ssize_t count = recv(DescriptorOf(bio), into, static_cast<size_t>(most), 0);
  if (count < 0 && WouldBlock()) BIO_set_retry_read(bio);
  return static_cast<int>(count);
}

int WriteSocket(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t count = send(DescriptorOf(bio), bytes, static_cast<size_t>(size), MSG_NOSIGNAL);
  if (count < 0 && WouldBlock()) BIO_set_retry_write(bio);
  return static_cast<int>(count);
}

long ControlSocket(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO* BioOf(int descriptor) {
  static BIO_METHOD* const kMethod = [] {
    BIO_METHOD* const method =
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "silent socket");
    if (method == nullptr) std::abort();
    BIO_meth_set_read(method, ReadSocket);
    BIO_meth_set_write(method, WriteSocket);
    BIO_meth_set_ctrl(method, ControlSocket);
    return method;
  }();
  BIO* const bio = BIO_new(kMethod);
  if (bio == nullptr) std::abort();
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<intptr_t>(descriptor)));
  BIO_set_init(bio, 1);
  return bio;
}

}  // namespace

void PrepareForCalls(int descriptor) {
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  const auto milliseconds = static_cast<unsigned>(absl::ToInt64Milliseconds(kAnswerLife));
  setsockopt(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof(milliseconds));
}

Socket::Socket(int descriptor, SSL* ssl) : descriptor_(descriptor), ssl_(ssl) {
  if (ssl == nullptr) return;
  BIO* const bio = BioOf(descriptor);
  SSL_set_bio(ssl, bio, bio);
  SSL_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

Socket::~Socket() {
  if (ssl_ != nullptr && SSL_is_init_finished(ssl_.get()) != 0 && error_.empty()) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
  }
  close(descriptor_);
}

ssize_t Socket::Read(char* into, size_t most) {
  wants_write_ = false;
  if (ssl_ == nullptr) return Ended(recv(descriptor_, into, most, 0));
  ERR_clear_error();
  size_t count = 0;
  const int result = SSL_read_ex(ssl_.get(), into, most, &count);
  return result > 0 ? static_cast<ssize_t>(count) : TlsEnded(result);
}

ssize_t Socket::Write(std::string_view bytes) {
  wants_write_ = false;
  if (ssl_ == nullptr) {
    const ssize_t count = send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0 && WouldBlock()) wants_write_ = true;
    return count > 0 ? count : Ended(count);
  }
  ERR_clear_error();
  size_t count = 0;
  const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count);
  return result > 0 ? static_cast<ssize_t>(count) : TlsEnded(result);
}

ssize_t Socket::Ended(ssize_t result) {
  if (result > 0) return result;
  if (result < 0 && WouldBlock()) return 0;
  if (result < 0) error_ = std::strerror(errno);
  return -1;
}

ssize_t Socket::TlsEnded(int result) {
  const int error = SSL_get_error(ssl_.get(), result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
    wants_write_ = error == SSL_ERROR_WANT_WRITE;
    return 0;
  }
  if (error == SSL_ERROR_ZERO_RETURN) return -1;
  char text[256] = "the other end closed without a word";
  if (const unsigned long code = ERR_get_error(); code != 0) {
    ERR_error_string_n(code, text, sizeof(text));
  } else if (errno != 0 && result < 0) {
    return error_ = std::strerror(errno), -1;
  }
  error_ = text;
  if (const long verified = SSL_get_verify_result(ssl_.get()); verified != X509_V_OK) {
    error_ += std::string(" (") + X509_verify_cert_error_string(verified) + ")";
  }
  return -1;
}

}  // namespace forium::rpc
