// SPDX-License-Identifier: Apache-2.0
#include "services/base/events/nats_announcer.h"

#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"

namespace forium::events {
namespace {

constexpr absl::Duration kLook = absl::Milliseconds(100);

class AnnouncementSubscription final : public Subscription {
 public:
  AnnouncementSubscription(const NatsLink& link, std::string subject, Announcer::Hearing hearing)
      : link_(link),
        subject_(std::move(subject)),
        hearing_(std::move(hearing)),
        thread_([this] { Run(); }) {}
  ~AnnouncementSubscription() override {
    {
      absl::MutexLock lock(&mutex_);
      ending_ = true;
    }
    thread_.join();
  }

 private:
  void Run() {
    while (Pause(absl::ZeroDuration())) {
      const std::shared_ptr<NatsConnection> connection = link_.Await(kLook);
      if (connection == nullptr) continue;
      const auto subscription = connection->Subscribe(subject_);
      if (!subscription.ok() || !Serve(subscription->get())) Pause(kLook);
    }
  }
  // False: the connection is lost.
  bool Serve(natsSubscription* subscription) {
    while (Pause(absl::ZeroDuration())) {
      natsMsg* raw = nullptr;
      const natsStatus code =
          natsSubscription_NextMsg(&raw, subscription, absl::ToInt64Milliseconds(kLook));
      const NatsMessage message(raw);
      if (code == NATS_TIMEOUT || code == NATS_SLOW_CONSUMER) continue;
      if (code != NATS_OK) return false;
      const std::string_view body = DataOf(raw);
      const size_t line = body.find('\n');
      if (line != std::string_view::npos) hearing_(body.substr(0, line), body.substr(line + 1));
    }
    return true;
  }
  bool Pause(absl::Duration time) {
    absl::MutexLock lock(&mutex_);
    return !mutex_.AwaitWithTimeout(absl::Condition(&ending_), time);
  }

  const NatsLink& link_;
  const std::string subject_;
  const Announcer::Hearing hearing_;
  absl::Mutex mutex_;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace

void AnnounceOn(const NatsLink& link, std::string_view name, std::string_view tenant,
                std::string_view bytes) {
  const std::shared_ptr<NatsConnection> connection = link.Current();
  if (connection == nullptr) return;
  const std::string subject =
      absl::StrCat("forium.", SubjectToken(name), ".", SubjectToken(tenant));
  std::string body(tenant);
  body += '\n';
  body += bytes;
  // What does not leave is said again soon.
  natsConnection_Publish(connection->get(), subject.c_str(), body.data(),
                         static_cast<int>(body.size()));
}

std::unique_ptr<Subscription> HearAnnouncements(const NatsLink& link, std::string_view name,
                                                Announcer::Hearing hearing) {
  return std::make_unique<AnnouncementSubscription>(
      link, absl::StrCat("forium.", SubjectToken(name), ".*"), std::move(hearing));
}

}  // namespace forium::events
