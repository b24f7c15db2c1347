// SPDX-License-Identifier: Apache-2.0
#include "services/base/discovery/discovery_relay.h"

#include <deque>
#include <optional>
#include <random>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "services/base/discovery/control_channel.h"
#include "services/base/observe/log.h"

namespace forium::discovery {
namespace {

// The one method that is carried.
const std::string& Method() {
  static const auto& method = *new std::string(
      "/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources");
  return method;
}

// How long the search stays with one control plane that does not answer.
constexpr absl::Duration kLook = absl::Milliseconds(100);

// One stream of the client. Two ends, each of which gRPC is done with at a time of its own.
class RelayedStream : public std::enable_shared_from_this<RelayedStream> {
 public:
  RelayedStream() : near_(*this), far_(*this) {}

  grpc::ServerGenericBidiReactor* near() { return &near_; }

  // Right after its start: nothing is read before a control plane is there to take it.
  void Hold() { near_.self = shared_from_this(); }

  void Connect(const std::shared_ptr<grpc::Channel>& channel) {
    absl::MutexLock lock(&mutex_);
    if (near_closed_) return;
    connected_ = true;
    far_.self = shared_from_this();
    stub_.emplace(channel);
    stub_->PrepareBidiStreamingCall(&context_, Method(), grpc::StubOptions(), &far_);
    far_.AddHold();  // for the writes; released with the near end
    far_.StartRead(&response_);
    far_.StartCall();
    near_.StartRead(&request_);
  }

  // The client went, or the relay ends. Once.
  void CloseNear(const grpc::Status& status) {
    bool connected = false;
    {
      absl::MutexLock lock(&mutex_);
      if (std::exchange(near_closed_, true)) return;
      connected = connected_;
    }
    if (connected) {
      context_.TryCancel();
      far_.RemoveHold();
    }
    near_.Finish(status);
  }

 private:
  struct Near final : grpc::ServerGenericBidiReactor {
    explicit Near(RelayedStream& stream) : stream(stream) {}
    void OnReadDone(bool ok) override {
      if (!ok) return stream.CloseNear(grpc::Status::OK);
      stream.WriteFar();
    }
    void OnWriteDone(bool ok) override {
      if (ok) stream.ReadFar();
    }
    void OnCancel() override { stream.CloseNear(grpc::Status::CANCELLED); }
    void OnDone() override { const auto last = std::move(self); }
    RelayedStream& stream;
    std::shared_ptr<RelayedStream> self;
  };

  struct Far final : grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
    explicit Far(RelayedStream& stream) : stream(stream) {}
    void OnReadDone(bool ok) override {
      if (ok) return stream.WriteNear();
      stream.CloseNear({grpc::UNAVAILABLE, "control plane lost"});
    }
    void OnWriteDone(bool ok) override {
      if (ok) stream.ReadNear();
    }
    void OnDone(const grpc::Status&) override { const auto last = std::move(self); }
    RelayedStream& stream;
    std::shared_ptr<RelayedStream> self;
  };

  // Each end is used while the near one is open: it holds the far one.
  void WriteFar() {
    absl::MutexLock lock(&mutex_);
    if (!near_closed_) far_.StartWrite(&request_);
  }
  void ReadFar() {
    absl::MutexLock lock(&mutex_);
    if (!near_closed_) far_.StartRead(&response_);
  }
  void WriteNear() {
    absl::MutexLock lock(&mutex_);
    if (!near_closed_) near_.StartWrite(&response_);
  }
  void ReadNear() {
    absl::MutexLock lock(&mutex_);
    if (!near_closed_) near_.StartRead(&request_);
  }

  grpc::ClientContext context_;
  std::optional<grpc::GenericStub> stub_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
  Near near_;
  Far far_;
  absl::Mutex mutex_;
  bool connected_ ABSL_GUARDED_BY(mutex_) = false;
  bool near_closed_ ABSL_GUARDED_BY(mutex_) = false;
};

// Unique in the network namespace, which containers may share.
std::string NewTarget() {
  std::random_device random;
  return absl::StrCat("unix-abstract:forium-discovery-", absl::Hex(random()), absl::Hex(random()));
}

}  // namespace

class DiscoveryRelay::Streams final : public grpc::CallbackGenericService {
 public:
  Streams(const std::string& target, const std::vector<std::string>& control_planes,
          const rpc::Security& security) {
    for (const std::string& control_plane : control_planes) {
      channels_.push_back(ControlChannel(control_plane, HostOf(control_plane), security));
    }
    grpc::ServerBuilder builder;
    builder.RegisterCallbackGenericService(this);
    builder.AddListeningPort(target, grpc::InsecureServerCredentials());
    server_ = builder.BuildAndStart();
    connector_ = std::thread([this] { ConnectStreams(); });
  }

  ~Streams() override {
    {
      absl::MutexLock lock(&mutex_);
      stopping_ = true;
    }
    connector_.join();
    if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::now());
  }

  bool listens() const { return server_ != nullptr; }

 private:
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    auto stream = std::make_shared<RelayedStream>();
    stream->Hold();
    if (context->method() != Method()) {
      stream->CloseNear({grpc::UNIMPLEMENTED, "only discovery is relayed"});
    } else {
      absl::MutexLock lock(&mutex_);
      waiting_.push_back(stream);
    }
    return stream->near();
  }

  void ConnectStreams() {
    while (true) {
      std::shared_ptr<RelayedStream> stream;
      {
        absl::MutexLock lock(&mutex_);
        mutex_.Await(absl::Condition(
            +[](Streams* it) ABSL_EXCLUSIVE_LOCKS_REQUIRED(it->mutex_) {
              return it->stopping_ || !it->waiting_.empty();
            },
            this));
        if (stopping_) return;
        stream = std::move(waiting_.front());
        waiting_.pop_front();
      }
      if (const auto channel = Search()) stream->Connect(channel);
    }
  }

  // Until a control plane is reached. Nothing: at the end.
  std::shared_ptr<grpc::Channel> Search() {
    bool told = false;
    while (true) {
      for (const auto& channel : channels_) {
        const grpc_connectivity_state state = channel->GetState(true);
        if (state == GRPC_CHANNEL_READY) return channel;
        channel->WaitForStateChange(state, absl::ToChronoTime(absl::Now() + kLook));
        if (channel->GetState(false) == GRPC_CHANNEL_READY) return channel;
        absl::MutexLock lock(&mutex_);
        if (stopping_) return nullptr;
      }
      if (!std::exchange(told, true)) {
        observe::Log(observe::Level::kWarning, "waiting for a control plane");
      }
    }
  }

  std::vector<std::shared_ptr<grpc::Channel>> channels_;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<std::shared_ptr<RelayedStream>> waiting_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<grpc::Server> server_;
  std::thread connector_;
};

DiscoveryRelay::DiscoveryRelay(const std::vector<std::string>& control_planes,
                               const rpc::Security& security)
    : target_(NewTarget()),
      streams_(std::make_unique<Streams>(target_, control_planes, security)) {}

DiscoveryRelay::~DiscoveryRelay() = default;

bool DiscoveryRelay::listens() const { return streams_->listens(); }

}  // namespace forium::discovery
