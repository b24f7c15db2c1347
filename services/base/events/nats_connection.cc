// SPDX-License-Identifier: Apache-2.0
#include "services/base/events/nats_connection.h"

#include <algorithm>
#include <charconv>
#include <random>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/base/events/nkey.h"
#include "services/base/observe/log.h"
#include "services/base/status/macros.h"

namespace forium::events {
namespace {

constexpr int64_t kTimeoutMs = 2'000;
// Three unanswered ones end the connection: a server that stands still is noticed in 3 s.
constexpr int64_t kPingMs = 1'000;
constexpr int kPingsOut = 2;
constexpr int kShortestPauseMs = 100;
constexpr int kLongestPauseMs = 400;
constexpr int64_t kDay = int64_t{24} * 3600 * 1'000'000'000;  // in ns, as all of cnats
constexpr int64_t kDuplicateWindow = int64_t{120} * 1'000'000'000;
constexpr char kLost[] = "the connection to NATS was lost";
constexpr int kWrongLastSequence = 10'071;
constexpr int kNameInUse = 10'058;

using OptionsHandle = std::unique_ptr<natsOptions, NatsDestroyer<natsOptions_Destroy>>;

// Instead of cnats's own, which writes to stderr.
void OnAsyncError(natsConnection*, natsSubscription*, natsStatus code, void*) {
  observe::Log(observe::Level::kWarning, "NATS error", {{"cause", natsStatus_GetText(code)}});
}

natsStatus SetServers(natsOptions* options, const std::string& url) {
  const std::vector<std::string> urls = absl::StrSplit(url, ',', absl::SkipWhitespace());
  std::vector<const char*> servers;
  for (const std::string& server : urls) servers.push_back(server.c_str());
  return natsOptions_SetServers(options, servers.data(), static_cast<int>(servers.size()));
}

natsStatus SetIdentity(natsOptions* options, const NatsOptions& wanted) {
  if (!wanted.nkey_seed_file.empty()) {
    const absl::StatusOr<std::string> key = PublicKeyOfSeedFile(wanted.nkey_seed_file);
    if (!key.ok()) return NATS_INVALID_ARG;
    return natsOptions_SetNKeyFromSeed(options, key->c_str(), wanted.nkey_seed_file.c_str());
  }
  if (wanted.user.empty()) return NATS_OK;
  return natsOptions_SetUserInfo(options, wanted.user.c_str(), wanted.password.c_str());
}

natsStatus SetTls(natsOptions* options, const NatsOptions& wanted) {
  if (wanted.authorities.empty() && !absl::StrContains(wanted.url, "tls://")) return NATS_OK;
  natsStatus code = natsOptions_SetSecure(options, true);
  if (code == NATS_OK && !wanted.authorities.empty())
    code = natsOptions_LoadCATrustedCertificates(options, wanted.authorities.c_str());
  if (code == NATS_OK && !wanted.certificate.empty())
    code =
        natsOptions_LoadCertificatesChain(options, wanted.certificate.c_str(), wanted.key.c_str());
  return code;
}

// Files are read each time, so that a new certificate serves from the next connection on.
natsStatus MakeOptions(const NatsOptions& wanted, OptionsHandle* handle) {
  natsOptions* options = nullptr;
  natsStatus code = natsOptions_Create(&options);
  if (code != NATS_OK) return code;
  handle->reset(options);
  const auto set = [&code](natsStatus result) {
    if (code == NATS_OK) code = result;
  };
  set(SetServers(options, wanted.url));
  set(SetIdentity(options, wanted));
  set(SetTls(options, wanted));
  set(natsOptions_SetName(options, "forium"));
  set(natsOptions_SetTimeout(options, kTimeoutMs));
  set(natsOptions_SetWriteDeadline(options, kTimeoutMs));
  set(natsOptions_SetAllowReconnect(options, false));
  set(natsOptions_SetPingInterval(options, kPingMs));
  set(natsOptions_SetMaxPingsOut(options, kPingsOut));
  // Without it cnats gathers writes for a millisecond.
  set(natsOptions_SetSendAsap(options, true));
  set(natsOptions_SetErrorHandler(options, OnAsyncError, nullptr));
  return code;
}

}  // namespace

absl::Status FromNats(natsStatus code, std::string_view what) {
  if (code == NATS_OK) return absl::OkStatus();
  const char* const detail = nats_GetLastError(nullptr);
  return absl::UnavailableError(absl::StrCat(std::string(what), ": ", natsStatus_GetText(code),
                                             detail == nullptr || *detail == '\0' ? "" : ", ",
                                             detail == nullptr ? "" : detail));
}

std::string_view DataOf(natsMsg* message) {
  const char* const data = natsMsg_GetData(message);
  return data == nullptr
             ? std::string_view()
             : std::string_view(data, static_cast<size_t>(natsMsg_GetDataLength(message)));
}

std::string HeaderOf(natsMsg* message, const char* name) {
  const char* value = nullptr;
  return natsMsgHeader_Get(message, name, &value) == NATS_OK && value != nullptr ? value : "";
}

namespace {

// The number after `key` in the small JSON objects that JetStream answers; 0: it is not there.
uint64_t NumberAfter(std::string_view json, std::string_view key) {
  const size_t found = json.find(key);
  if (found == std::string_view::npos) return 0;
  const size_t digits = json.find_first_of("0123456789", found + key.size());
  if (digits == std::string_view::npos) return 0;
  uint64_t number = 0;
  std::from_chars(json.data() + digits, json.data() + json.size(), number);
  return number;
}

}  // namespace

absl::StatusOr<uint64_t> ReadAcknowledgement(natsMsg* message) {
  const std::string_view data = DataOf(message);
  if (data.empty()) return absl::NotFoundError("no stream takes the message");
  if (absl::StrContains(absl::string_view(data.data(), data.size()), "\"error\"")) {
    if (NumberAfter(data, "\"err_code\"") == kWrongLastSequence)
      return absl::AbortedError("another message was the last of its subject");
    return absl::UnavailableError(absl::StrCat("JetStream refused: ", std::string(data)));
  }
  return NumberAfter(data, "\"seq\"");
}

// ---- One connection -----------------------------------------------------------------------------

absl::StatusOr<std::shared_ptr<NatsConnection>> NatsConnection::Open(const NatsOptions& options) {
  OptionsHandle handle;
  RETURN_IF_ERROR(FromNats(MakeOptions(options, &handle), "NATS options"));
  std::shared_ptr<NatsConnection> connection(new NatsConnection(options.replicas));
  RETURN_IF_ERROR(
      FromNats(natsConnection_Connect(&connection->connection_, handle.get()), "connect to NATS"));
  jsOptions jetstream;
  jsOptions_Init(&jetstream);
  jetstream.Wait = kTimeoutMs;
  RETURN_IF_ERROR(FromNats(
      natsConnection_JetStream(&connection->jetstream_, connection->connection_, &jetstream),
      "JetStream"));
  ASSIGN_OR_RETURN(const std::string inbox, NewInbox());
  ASSIGN_OR_RETURN(connection->watch_, connection->Subscribe(inbox));
  return connection;
}

NatsConnection::~NatsConnection() {
  watch_.reset();
  jsCtx_Destroy(jetstream_);
  natsConnection_Destroy(connection_);
}

void NatsConnection::AwaitEnd() {
  constexpr int64_t kHourMs = 3'600'000;
  while (open()) {
    natsMsg* message = nullptr;
    const natsStatus code = natsSubscription_NextMsg(&message, watch_.get(), kHourMs);
    natsMsg_Destroy(message);
    if (code != NATS_OK && code != NATS_TIMEOUT) return;
  }
}

absl::StatusOr<NatsSubscription> NatsConnection::Subscribe(const std::string& subject) {
  natsSubscription* subscription = nullptr;
  RETURN_IF_ERROR(FromNats(
      natsConnection_SubscribeSync(&subscription, connection_, subject.c_str()), "subscribe"));
  return NatsSubscription(subscription);
}

absl::StatusOr<std::string> NatsConnection::NewInbox() {
  natsInbox* inbox = nullptr;
  RETURN_IF_ERROR(FromNats(natsInbox_Create(&inbox), "inbox"));
  const NatsInbox owner(inbox);
  return std::string(inbox);
}

absl::Status NatsConnection::EnsureStream(const StreamPlan& plan) {
  {
    absl::MutexLock lock(&mutex_);
    if (streams_.contains(plan.name)) return absl::OkStatus();
  }
  const char* subjects[] = {plan.subjects.c_str()};
  jsStreamConfig config;
  jsStreamConfig_Init(&config);
  config.Name = plan.name.c_str();
  config.Subjects = subjects;
  config.SubjectsLen = 1;
  config.Retention = plan.work_queue ? js_WorkQueuePolicy : js_LimitsPolicy;
  config.MaxAge = plan.keep_days * kDay;
  config.Discard = js_DiscardOld;
  config.Storage = js_FileStorage;
  config.Replicas = replicas_;
  config.Duplicates = kDuplicateWindow;
  jsErrCode error = static_cast<jsErrCode>(0);
  const natsStatus code = js_AddStream(nullptr, jetstream_, &config, nullptr, &error);
  // In use: it is there with other limits, which an operator gave it; they stay.
  if (static_cast<int>(error) != kNameInUse)
    RETURN_IF_ERROR(FromNats(code, absl::StrCat("stream ", plan.name)));
  absl::MutexLock lock(&mutex_);
  streams_.insert(plan.name);
  return absl::OkStatus();
}

void NatsConnection::ForgetStreams() {
  absl::MutexLock lock(&mutex_);
  streams_.clear();
}

// ---- The link -----------------------------------------------------------------------------------

NatsLink::NatsLink(NatsOptions options) : options_(std::move(options)) {
  thread_ = std::thread([this] { Run(); });
}

NatsLink::~NatsLink() {
  std::shared_ptr<NatsConnection> connection;
  {
    absl::MutexLock lock(&mutex_);
    ending_ = true;
    connection = connection_;
  }
  if (connection != nullptr) {
    natsConnection_FlushTimeout(connection->get(), kTimeoutMs / 2);
    connection->Close();
  }
  thread_.join();
}

std::shared_ptr<NatsConnection> NatsLink::Current() const {
  absl::MutexLock lock(&mutex_);
  return connection_ != nullptr && connection_->open() ? connection_ : nullptr;
}

std::shared_ptr<NatsConnection> NatsLink::Await(absl::Duration timeout) const {
  const auto there = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return connection_ != nullptr; };
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&there), timeout);
  return connection_;
}

std::string NatsLink::Trouble() const {
  absl::MutexLock lock(&mutex_);
  if (connection_ != nullptr && !connection_->open()) return kLost;
  return trouble_;
}

bool NatsLink::Pause(absl::Duration time) {
  absl::MutexLock lock(&mutex_);
  return !mutex_.AwaitWithTimeout(absl::Condition(&ending_), time);
}

void NatsLink::Run() {
  std::minstd_rand random(std::random_device{}());
  std::uniform_int_distribution<int> pause_ms(kShortestPauseMs, kLongestPauseMs);
  std::string told;
  do {
    absl::StatusOr<std::shared_ptr<NatsConnection>> opened = NatsConnection::Open(options_);
    if (!opened.ok()) {
      const std::string cause(opened.status().message());
      if (cause != told) {
        observe::Log(observe::Level::kWarning, "NATS is away", {{"cause", cause}});
        told = cause;
      }
      absl::MutexLock lock(&mutex_);
      trouble_ = cause;
      continue;
    }
    told.clear();
    observe::Log(observe::Level::kInfo, "connected to NATS");
    {
      absl::MutexLock lock(&mutex_);
      if (ending_) return;
      connection_ = *opened;
      trouble_.clear();
    }
    (*opened)->AwaitEnd();
    absl::MutexLock lock(&mutex_);
    connection_ = nullptr;
    trouble_ = kLost;
    if (!ending_) observe::Log(observe::Level::kWarning, "NATS is away", {{"cause", trouble_}});
  } while (Pause(absl::Milliseconds(pause_ms(random))));
}

}  // namespace forium::events
