// SPDX-License-Identifier: Apache-2.0
// The processes of the test, one a verb: `control` is a control plane, `backend` a service that
// answers its name, `client` calls it without pause as Forium does, `grpc-client` as gRPC C++ does,
// with its own discovery. Commands come by lines on standard input,
// answers go by lines to standard output; the process ends with its input.
#include <atomic>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "gateway/xds/control_plane.h"
#include "google/protobuf/empty.pb.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "services/base/config/config.h"
#include "services/base/discovery/registration.h"
#include "services/base/observe/metrics.h"
#include "services/base/rpc/channel.h"
#include "services/base/rpc/credentials.h"

namespace forium {
namespace {

struct Options {
  std::string listen = "127.0.0.1:0";
  std::string name;
  std::string service = "echo";
  std::string target = "xds:///echo";
  std::vector<std::string> control;
  int64_t call_milliseconds = 0;
  rpc::Security security;
  discovery::RegistrationConfig registration;
};

void Say(const std::string& line) { std::cout << line << std::endl; }

grpc::ByteBuffer Bytes(const std::string& text) {
  const grpc::Slice slice(text);
  return grpc::ByteBuffer(&slice, 1);
}

std::string Text(const grpc::ByteBuffer& bytes) {
  std::vector<grpc::Slice> slices;
  if (!bytes.Dump(&slices).ok()) return "";
  std::string text;
  for (const grpc::Slice& slice : slices) {
    text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return text;
}

int Control(const Options& options) {
  gateway::ControlPlaneOptions control{.listen = options.listen, .security = options.security};
  const auto control_plane = gateway::ControlPlane::Start(control);
  if (!control_plane.ok()) {
    std::cerr << control_plane.status() << std::endl;
    return 1;
  }
  Say(absl::StrCat("ready ", (*control_plane)->port()));
  for (std::string line; std::getline(std::cin, line);) {
    if (line == "metrics") Say(observe::MetricsText() + "end");
  }
  return 0;
}

// Answers every method with its name.
class Echo final : public grpc::CallbackGenericService {
 public:
  Echo(std::string name, absl::Duration time) : name_(std::move(name)), time_(time) {}

 private:
  class Call final : public grpc::ServerGenericBidiReactor {
   public:
    explicit Call(const Echo& echo) : echo_(echo), answer_(Bytes(echo.name_)) {
      StartRead(&request_);
    }
    void OnReadDone(bool ok) override {
      if (!ok) return Finish(grpc::Status::OK);
      if (echo_.time_ > absl::ZeroDuration()) absl::SleepFor(echo_.time_);
      StartWriteAndFinish(&answer_, grpc::WriteOptions(), grpc::Status::OK);
    }
    void OnDone() override { delete this; }

   private:
    const Echo& echo_;
    grpc::ByteBuffer request_;
    grpc::ByteBuffer answer_;
  };

  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext*) override {
    return new Call(*this);
  }

  const std::string name_;
  const absl::Duration time_;
};

int Backend(const Options& options) {
  Echo echo(options.name, absl::Milliseconds(options.call_milliseconds));
  int port = 0;
  grpc::ServerBuilder builder;
  builder.RegisterCallbackGenericService(&echo);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddListeningPort(options.listen, rpc::ServerCredentials(options.security), &port);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  discovery::Registration registration(options.registration, options.service, port,
                                       options.security);
  registration.SetHealthy(true);
  Say(absl::StrCat("ready ", port));
  for (std::string line; std::getline(std::cin, line);) {
    if (line == "healthy") registration.SetHealthy(true);
    if (line == "unhealthy") registration.SetHealthy(false);
    if (line == "trouble") Say(registration.Trouble());
  }
  // As a service drains.
  registration.SetHealthy(false);
  absl::SleepFor(absl::Milliseconds(300));
  return 0;
}

// Calls one after the other, and counts who answered.
class Caller {
 public:
  // `call`: who answered, or `error` with the code.
  explicit Caller(std::function<std::string()> call)
      : call_(std::move(call)), thread_([this] { Call(); }) {}
  ~Caller() {
    stopping_ = true;
    thread_.join();
  }

  // What was counted since the last time, as JSON.
  std::string Take() {
    absl::MutexLock lock(&mutex_);
    std::string text = "{";
    for (const auto& [answer, count] : answers_) {
      absl::StrAppend(&text, text.size() > 1 ? "," : "", "\"", answer, "\":", count);
    }
    answers_.clear();
    return text + "}";
  }

 private:
  void Call() {
    while (!stopping_) {
      std::string answer = call_();
      {
        absl::MutexLock lock(&mutex_);
        ++answers_[answer];
      }
      absl::SleepFor(absl::Milliseconds(2));
    }
  }

  const std::function<std::string()> call_;
  std::atomic<bool> stopping_ = false;
  absl::Mutex mutex_;
  std::map<std::string, int> answers_;
  std::thread thread_;
};

constexpr absl::Duration kDeadline = absl::Seconds(20);

int CallAndCount(std::function<std::string()> call) {
  Caller caller(std::move(call));
  Say("ready");
  for (std::string line; std::getline(std::cin, line);) Say(caller.Take());
  return 0;
}

int Client(const Options& options) {
  discovery::ResolveWith(options.control, options.registration.zone, options.security);
  rpc::Channel channel(rpc::Connect(options.target, options.security));
  return CallAndCount([&channel]() -> std::string {
    rpc::CallOptions call;
    call.deadline = absl::Now() + kDeadline;
    const rpc::Reply reply = channel.CallBytes("echo.Echo.Who", google::protobuf::Empty(), call);
    return reply.status.ok() ? reply.body : absl::StrCat("error ", reply.status.raw_code());
  });
}

// gRPC's discovery knows one control plane and shows it no certificate.
int GrpcClient(const Options& options) {
  setenv("GRPC_CLIENT_CHANNEL_BACKUP_POLL_INTERVAL_MS", "100", 1);
  setenv("GRPC_XDS_BOOTSTRAP_CONFIG",
         absl::StrCat(R"({"xds_servers":[{"server_uri":")", options.control.at(0),
                      R"(","channel_creds":[{"type":"insecure"}],"server_features":["xds_v3"]}],)",
                      R"("node":{"id":"c++","locality":{"zone":")", options.registration.zone,
                      R"("}}})")
             .c_str(),
         1);
  grpc::TemplatedGenericStub<grpc::ByteBuffer, grpc::ByteBuffer> stub(
      grpc::CreateChannel(options.target, grpc::InsecureChannelCredentials()));
  return CallAndCount([&stub]() -> std::string {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + kDeadline));
    const grpc::ByteBuffer request = Bytes("who");
    grpc::ByteBuffer response;
    absl::Mutex mutex;
    bool done = false;
    grpc::Status status;
    stub.UnaryCall(&context, "/echo.Echo/Who", grpc::StubOptions(), &request, &response,
                   [&](const grpc::Status& result) {
                     absl::MutexLock lock(&mutex);
                     status = result;
                     done = true;
                   });
    absl::MutexLock lock(&mutex);
    mutex.Await(absl::Condition(&done));
    return status.ok() ? Text(response) : absl::StrCat("error ", status.error_code());
  });
}

int Main(int argc, char** argv) {
  Options options;
  config::Settings settings;
  settings.Add("listen", &options.listen, "address");
  settings.Add("name", &options.name, "what a backend answers");
  settings.Add("service", &options.service, "what a backend registers as");
  settings.Add("call_milliseconds", &options.call_milliseconds, "how long a backend takes");
  settings.Add("target", &options.target, "what a client calls");
  settings.Add("control", &options.control, "control planes of a client");
  settings.Add("tls_certificate", &options.security.certificate, "PEM file");
  settings.Add("tls_key", &options.security.key, "PEM file");
  settings.Add("tls_ca", &options.security.authorities, "PEM file");
  discovery::AddSettings(settings, &options.registration);
  std::vector<std::string> words;
  if (const absl::Status status = settings.Parse(argc, argv, &words); !status.ok()) {
    std::cerr << status << std::endl;
    return 2;
  }
  const std::string verb = words.empty() ? "" : words[0];
  if (verb == "control") return Control(options);
  if (verb == "backend") return Backend(options);
  if (verb == "client") return Client(options);
  if (verb == "grpc-client") return GrpcClient(options);
  std::cerr << "control, backend, client or grpc-client" << std::endl;
  return 2;
}

}  // namespace
}  // namespace forium

int main(int argc, char** argv) { return forium::Main(argc, argv); }
