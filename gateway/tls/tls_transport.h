// SPDX-License-Identifier: Apache-2.0
// TLS on a socket. Records go through buffers of the thread, not of the connection: several leave
// in one call of the system, and a connection that waits holds none. OpenSSL shakes hands and
// reads; where it can leave records to a kernel, we are that. Used on its thread; one Read and one
// Write may wait at a time. Bytes that a write did not take may be sealed already: they must come
// first, unchanged, in the next one.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "gateway/http/transport.h"
#include "gateway/tls/context.h"
#include "gateway/tls/openssl.h"
#include "gateway/tls/record_sealer.h"
#include "prometheus/counter.h"

namespace forium::gateway {

// How handshakes ended: forium_gateway_tls_handshakes_total{result}.
struct HandshakeCounters {
  HandshakeCounters();
  prometheus::Counter& full;
  prometheus::Counter& resumed;
  prometheus::Counter& challenge;       // an ACME server looked at a host's proof
  prometheus::Counter& no_certificate;  // there was none to show
  prometheus::Counter& failed;          // no TLS, or nothing in common
  prometheus::Counter& unfinished;      // the client left, or was too slow
};

class TlsTransport : public Transport {
 public:
  // `context` finds the certificate; `terms` and `counters` must outlive it.
  TlsTransport(Socket socket, SSL_CTX* context, const HandshakeTerms& terms,
               const HandshakeCounters& counters);
  ~TlsTransport() override;

  boost::asio::awaitable<bool> Handshake() override;
  boost::asio::awaitable<size_t> Read(char* into, size_t most) override;
  std::optional<size_t> TryWrite(std::span<const std::string_view> parts) override;
  boost::asio::awaitable<size_t> Write(std::span<const std::string_view> parts) override;
  void ShutdownWrite() override;
  std::string_view protocol() const override;
  bool secure() const override { return true; }

 private:
  class Bio;
  enum class Progress { kDone, kWants, kOver };

  // What OpenSSL's last call on this connection came to.
  Progress ProgressOf(int result);
  // The two ends of a handshake; the client is told.
  void Establish();
  void Refuse();
  // Deciphers what has arrived, and what else is in the socket when `more`. 0 without over_: more
  // must arrive.
  size_t Decipher(char* into, size_t most, bool more);
  // Reads what is in the socket into the thread's buffer; false: nothing is.
  bool ReadMore();
  // What has arrived stays, but not in a buffer of somebody else's.
  void KeepArrived();
  // Records that OpenSSL wrote, or what it wants in one; on their way, see Flush.
  void Collect(std::string_view bytes);
  // From here on OpenSSL leaves the sealing to us. False: it must not.
  bool BeginSealing();
  // Whether the next record may pass OpenSSL by; it may have a word to say before.
  bool SealsNext();
  // Takes a new key into use; false: that failed.
  bool UseNewestSecret();
  // A record of the front of `rest`, made by OpenSSL; `last` of its batch.
  bool WriteByOpenSsl(std::string_view record, bool last);
  // Writes what was collected, without waiting; the rest is unsent.
  void Flush();
  // The same, followed by `last`, which is not copied unless the socket is full.
  void Send(std::string_view last);
  boost::asio::awaitable<bool> FlushWaiting();
  // Takes what the socket has taken since from the plain bytes that are held back.
  size_t ReleaseHeld();

  HandshakeState state_;
  const HandshakeCounters& counters_;
  SslPtr ssl_;
  RecordSealer sealer_;
  uint8_t next_type_ = SSL3_RT_APPLICATION_DATA;  // of what OpenSSL hands over next
  bool over_ = false;                             // nothing will come any more
  bool broken_ = false;                           // nothing can be written any more
  bool failed_ = false;                           // OpenSSL must not be asked again
  bool sending_last_ = false;  // the next record ends its batch: it is sent at once
  bool waiting_ = false;       // a write waits: unsent_ must stay where it is

  std::string_view arrived_;  // from the socket, not taken by OpenSSL yet
  std::string kept_;          // holds arrived_ while a caller's buffer is full
  std::string unsent_;        // records that the socket did not take yet
  size_t sent_ = 0;           // of unsent_
  std::string late_;          // records made while waiting_
  size_t held_ = 0;           // plain bytes in unsent_, of which the caller was not told yet
  size_t batch_ = 0;          // most plain bytes to seal before sending; set by the socket's speed
};

}  // namespace forium::gateway
