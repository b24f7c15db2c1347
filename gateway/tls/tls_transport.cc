// SPDX-License-Identifier: Apache-2.0
#include "gateway/tls/tls_transport.h"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "gateway/tls/parts_walk.h"
#include "services/base/observe/metrics.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

constexpr size_t kRecord = SSL3_RT_MAX_PLAIN_LENGTH;  // 16 kB
constexpr size_t kBatch = 4 * kRecord;
// Of records that wait behind others: answers to a peer's key updates and the like. Who makes us
// collect more reads nothing.
constexpr size_t kMostUnsent = 256 << 10;

// To who speaks HTTP where TLS is expected.
constexpr char kPlainHttpAnswer[] =
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Connection: close\r\n\r\nThis port speaks HTTPS: use an https:// address.\n";

// How OpenSSL asks its network to seal records in its place; bio.h reserves the numbers. It never
// asks where it was built without, and seals them itself.
constexpr int kSetSealing = 72;  // with 0: to open what arrives
constexpr int kGetSealing = 73;
constexpr int kSetNextType = 74;

// Buffers of a thread, empty whenever a coroutine waits.
struct Buffers {
  std::array<char, 2 * kRecord> in;
  std::array<char, kRecord> plain;
  Records out;  // until Flush
};

Buffers& ThreadBuffers() {
  thread_local const std::unique_ptr<Buffers> buffers = [] {
    auto made = std::make_unique<Buffers>();
    made->out.Room(kBatch + kRecord);
    return made;
  }();
  return *buffers;
}

// What an earlier call left behind would be taken for this one's. To look is cheaper than to clear.
void ForgetErrors() {
  if (ERR_peek_error() != 0) ERR_clear_error();
}

bool WouldBlock(const boost::system::error_code& error) {
  return error == asio::error::would_block || error == asio::error::try_again;
}

prometheus::Counter& Handshakes(const char* result) {
  return observe::Counter("forium_gateway_tls_handshakes_total", "TLS handshakes, by their end.",
                          {{"result", result}});
}

}  // namespace

HandshakeCounters::HandshakeCounters()
    : full(Handshakes("full")),
      resumed(Handshakes("resumed")),
      challenge(Handshakes("challenge")),
      no_certificate(Handshakes("no_certificate")),
      failed(Handshakes("failed")),
      unfinished(Handshakes("unfinished")) {}

// What OpenSSL takes for its network: it reads from arrived_, and what it writes is collected.
class TlsTransport::Bio {
 public:
  static BIO* Make(TlsTransport* transport) {
    static BIO_METHOD* const kMethod = [] {
      BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "transport");
      if (method == nullptr) std::abort();
      BIO_meth_set_read_ex(method, Read);
      BIO_meth_set_write_ex(method, Write);
      BIO_meth_set_ctrl(method, Control);
      return method;
    }();
    BIO* bio = BIO_new(kMethod);
    if (bio == nullptr) return nullptr;
    BIO_set_data(bio, transport);
    BIO_set_init(bio, 1);
    return bio;
  }

 private:
  static int Read(BIO* bio, char* into, size_t most, size_t* read) {
    std::string_view& arrived = static_cast<TlsTransport*>(BIO_get_data(bio))->arrived_;
    BIO_clear_retry_flags(bio);
    if (arrived.empty()) {
      BIO_set_retry_read(bio);
      return 0;
    }
    *read = std::min(most, arrived.size());
    std::memcpy(into, arrived.data(), *read);
    arrived.remove_prefix(*read);
    return 1;
  }

  static int Write(BIO* bio, const char* bytes, size_t length, size_t* written) {
    BIO_clear_retry_flags(bio);
    static_cast<TlsTransport*>(BIO_get_data(bio))->Collect({bytes, length});
    *written = length;
    return 1;
  }

  static long Control(BIO* bio, int command, long number, void*) {
    TlsTransport& transport = *static_cast<TlsTransport*>(BIO_get_data(bio));
    switch (command) {
      case BIO_CTRL_FLUSH:
        return 1;
      case kSetSealing:
        return number != 0 && transport.BeginSealing() ? 1 : 0;
      case kGetSealing:
        return transport.sealer_.ready() ? 1 : 0;
      case kSetNextType:
        transport.next_type_ = static_cast<uint8_t>(number);
        return 1;
      default:
        return 0;
    }
  }
};

TlsTransport::TlsTransport(Socket socket, SSL_CTX* context, const HandshakeTerms& terms,
                           const HandshakeCounters& counters)
    : Transport(std::move(socket)),
      state_{terms},
      counters_(counters),
      ssl_(SSL_new(context)),
      batch_(kBatch) {
  BIO* bio = ssl_ == nullptr ? nullptr : Bio::Make(this);
  if (bio == nullptr) {  // out of memory
    over_ = broken_ = failed_ = true;
    return;
  }
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_app_data(ssl_.get(), &state_);
  SSL_set_accept_state(ssl_.get());
}

TlsTransport::~TlsTransport() = default;

std::string_view TlsTransport::protocol() const {
  const unsigned char* name = nullptr;
  unsigned int length = 0;
  if (ssl_ != nullptr) SSL_get0_alpn_selected(ssl_.get(), &name, &length);
  return {reinterpret_cast<const char*>(name), length};
}

TlsTransport::Progress TlsTransport::ProgressOf(int result) {
  if (result > 0) return Progress::kDone;
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Progress::kWants;
    case SSL_ERROR_ZERO_RETURN:  // close_notify
      over_ = true;
      return Progress::kOver;
    default:
      over_ = broken_ = failed_ = true;
      return Progress::kOver;
  }
}

asio::awaitable<bool> TlsTransport::Handshake() {
  std::array<char, 4096> bytes;
  while (!failed_) {
    ForgetErrors();
    const Progress progress = ProgressOf(SSL_do_handshake(ssl_.get()));
    if (progress == Progress::kOver) {
      Refuse();
      co_return false;
    }
    if (progress == Progress::kDone) {
      Establish();
      co_return true;
    }
    Flush();
    if (!unsent_.empty() && !co_await FlushWaiting()) break;
    const auto [error, length] = co_await socket().async_read_some(asio::buffer(bytes), kAwait);
    if (error) break;
    arrived_ = {bytes.data(), length};
  }
  over_ = broken_ = true;
  counters_.unfinished.Increment();
  co_return false;
}

void TlsTransport::Establish() {
  (state_.challenge                      ? counters_.challenge
   : SSL_session_reused(ssl_.get()) != 0 ? counters_.resumed
                                         : counters_.full)
      .Increment();
  KeepArrived();
  if (arrived_.empty()) return Flush();
  // A request came with the client's last word: the tickets go with its answer.
  unsent_.append(ThreadBuffers().out.view());
  ThreadBuffers().out.Clear();
}

void TlsTransport::Refuse() {
  (state_.no_certificate ? counters_.no_certificate : counters_.failed).Increment();
  const bool plain_http = ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST;
  ForgetErrors();
  arrived_ = {};
  broken_ = false;  // an alert is on its way
  if (plain_http) {
    ThreadBuffers().out.Clear();
    Collect(kPlainHttpAnswer);
  }
  Flush();
  broken_ = true;
}

void TlsTransport::KeepArrived() {
  if (arrived_.empty()) {
    if (kept_.capacity() > 0) std::string().swap(kept_);
  } else if (arrived_.data() < kept_.data() || arrived_.data() >= kept_.data() + kept_.size()) {
    kept_.assign(arrived_);
    arrived_ = kept_;
  }
}

bool TlsTransport::ReadMore() {
  Buffers& buffers = ThreadBuffers();
  boost::system::error_code error;
  const size_t length = socket().read_some(asio::buffer(buffers.in), error);
  if (error && !WouldBlock(error)) over_ = true;
  if (error || length == 0) return false;
  arrived_ = {buffers.in.data(), length};
  return true;
}

size_t TlsTransport::Decipher(char* into, size_t most, bool more) {
  size_t taken = 0;
  while (taken < most && !failed_) {
    if (arrived_.empty() && SSL_pending(ssl_.get()) == 0 && !(more && ReadMore())) break;
    ForgetErrors();
    size_t length = 0;
    const Progress progress =
        ProgressOf(SSL_read_ex(ssl_.get(), into + taken, most - taken, &length));
    taken += length;
    if (progress == Progress::kOver) break;
  }
  KeepArrived();
  if (!ThreadBuffers().out.empty()) Flush();
  return taken;
}

asio::awaitable<size_t> TlsTransport::Read(char* into, size_t most) {
  if (failed_ || most == 0) co_return 0;
  if (!arrived_.empty() || SSL_pending(ssl_.get()) > 0) {
    const size_t taken = Decipher(into, most, false);
    if (taken > 0) co_return taken;
  }
  while (!over_) {
    if (!unsent_.empty() && !waiting_) Flush();
    // Into the caller's buffer, so that a connection that waits needs none of its own.
    const auto [error, length] =
        co_await socket().async_read_some(asio::buffer(into, most), kAwait);
    if (error) co_return 0;
    Buffers& buffers = ThreadBuffers();
    const size_t moved = std::min(length, buffers.in.size());
    if (moved < length) {
      kept_.assign(into, length);
      arrived_ = kept_;
    } else {
      std::memcpy(buffers.in.data(), into, length);
      arrived_ = {buffers.in.data(), length};
    }
    const size_t taken = Decipher(into, most, length == most);
    if (taken > 0) co_return taken;
  }
  co_return 0;
}

void TlsTransport::Collect(std::string_view bytes) {
  const uint8_t type = std::exchange(next_type_, SSL3_RT_APPLICATION_DATA);
  if (broken_) return;
  if (sealer_.ready()) {
    bool sealed = UseNewestSecret();
    if (sealed) {
      sealer_.Begin(bytes.size(), ThreadBuffers().out);
      sealer_.Add(bytes);
      sealed = sealer_.End(type);
    }
    if (!sealed) over_ = broken_ = failed_ = true;
    if (sending_last_) Flush();
  } else if (sending_last_) {
    Send(bytes);
  } else {
    ThreadBuffers().out.Append(bytes);
  }
}

bool TlsTransport::BeginSealing() {
  if (sealer_.ready()) return true;  // with another key, of which it tells by itself
  return SSL_version(ssl_.get()) == TLS1_3_VERSION && !state_.write_secret.empty() &&
         UseNewestSecret();
}

bool TlsTransport::UseNewestSecret() {
  if (state_.write_secret.empty()) return true;
  const bool set = sealer_.SetSecret(SSL_get_current_cipher(ssl_.get()), state_.write_secret);
  OPENSSL_cleanse(state_.write_secret.data(), state_.write_secret.size());
  std::string().swap(state_.write_secret);
  return set;
}

bool TlsTransport::SealsNext() {
  return sealer_.ready() && SSL_get_key_update_type(ssl_.get()) == SSL_KEY_UPDATE_NONE &&
         UseNewestSecret();
}

bool TlsTransport::WriteByOpenSsl(std::string_view record, bool last) {
  sending_last_ = last;
  // OpenSSL's buffer is let go after the last record, not after each.
  if (last) {
    SSL_set_mode(ssl_.get(), SSL_MODE_RELEASE_BUFFERS);
  } else {
    SSL_clear_mode(ssl_.get(), SSL_MODE_RELEASE_BUFFERS);
  }
  ForgetErrors();
  size_t written = 0;
  const Progress progress =
      ProgressOf(SSL_write_ex(ssl_.get(), record.data(), record.size(), &written));
  sending_last_ = false;
  return progress == Progress::kDone;
}

void TlsTransport::Flush() { Send({}); }

void TlsTransport::Send(std::string_view last) {
  Records& records = ThreadBuffers().out;
  const std::string_view out = records.view();
  if (waiting_) {
    late_.append(out).append(last);
    if (late_.size() > kMostUnsent) over_ = broken_ = failed_ = true;
  } else if (!broken_) {
    const std::array<asio::const_buffer, 3> buffers = {
        asio::buffer(unsent_.data() + sent_, unsent_.size() - sent_),
        asio::buffer(out.data(), out.size()), asio::buffer(last.data(), last.size())};
    boost::system::error_code error;
    size_t written = 0;
    if (asio::buffer_size(buffers) > 0) written = socket().write_some(buffers, error);
    if (error && !WouldBlock(error)) broken_ = true;
    const size_t old = std::min(written, unsent_.size() - sent_);
    sent_ += old;
    written -= old;
    const size_t collected = std::min(written, out.size());
    unsent_.append(out.substr(collected)).append(last.substr(written - collected));
    if (sent_ == unsent_.size()) {
      std::string().swap(unsent_);
      sent_ = 0;
    } else if (unsent_.size() - sent_ > kMostUnsent) {
      over_ = broken_ = failed_ = true;
    }
  }
  records.Clear();
}

size_t TlsTransport::ReleaseHeld() {
  const size_t still = std::min(held_, unsent_.size() - sent_);
  return std::exchange(held_, still) - still;
}

std::optional<size_t> TlsTransport::TryWrite(std::span<const std::string_view> parts) {
  if (broken_) return std::nullopt;
  if (waiting_) return 0;
  // What is held back stands at the front of the parts.
  const size_t skip = held_;
  size_t taken = 0;
  if (!unsent_.empty() && held_ > 0) {
    Flush();
    if (broken_) return std::nullopt;
    taken = ReleaseHeld();
    if (held_ > 0) return taken;
  }
  size_t left = 0;
  for (const std::string_view part : parts) left += part.size();
  left -= std::min(left, skip);

  PartsWalk rest(parts);
  rest.Skip(skip);
  while (left > 0) {
    size_t batch = std::min(left, batch_);
    left -= batch;
    held_ = batch;
    while (batch > 0) {
      const size_t length = std::min(batch, kRecord);
      batch -= length;
      if (SealsNext()) {
        sealer_.Begin(length, ThreadBuffers().out);
        rest.TakePieces(length, [this](std::string_view piece) { sealer_.Add(piece); });
        if (!sealer_.End(SSL3_RT_APPLICATION_DATA)) broken_ = true;
        if (batch == 0) Flush();
      } else if (!WriteByOpenSsl(rest.Take(length, ThreadBuffers().plain), batch == 0)) {
        broken_ = true;
      }
      if (broken_) {
        ThreadBuffers().out.Clear();  // or another connection would send it
        return std::nullopt;
      }
    }
    taken += ReleaseHeld();
    batch_ = held_ > 0 ? kRecord : std::min(2 * batch_, kBatch);
    if (held_ > 0) break;
  }
  return taken;
}

asio::awaitable<bool> TlsTransport::FlushWaiting() {
  waiting_ = true;
  const auto [error, length] = co_await socket().async_write_some(
      asio::buffer(unsent_.data() + sent_, unsent_.size() - sent_), kAwait);
  waiting_ = false;
  sent_ += length;
  if (!late_.empty()) {
    unsent_.append(late_);
    std::string().swap(late_);
  }
  if (sent_ == unsent_.size()) {
    std::string().swap(unsent_);
    sent_ = 0;
  }
  if (error) broken_ = true;
  co_return !broken_;
}

asio::awaitable<size_t> TlsTransport::Write(std::span<const std::string_view> parts) {
  while (true) {
    const std::optional<size_t> taken = TryWrite(parts);
    if (!taken.has_value()) co_return 0;
    if (*taken > 0) co_return *taken;
    if (unsent_.empty()) co_return 0;  // there was nothing to write
    if (!co_await FlushWaiting()) co_return 0;
    if (const size_t released = ReleaseHeld(); released > 0) co_return released;
  }
}

void TlsTransport::ShutdownWrite() {
  if (!failed_ && !broken_ && SSL_is_init_finished(ssl_.get()) != 0) {
    ForgetErrors();
    SSL_shutdown(ssl_.get());
    ForgetErrors();
    Flush();
  }
  broken_ = true;
  boost::system::error_code ignored;
  socket().shutdown(Socket::shutdown_send, ignored);
}

}  // namespace forium::gateway
