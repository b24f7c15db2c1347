// SPDX-License-Identifier: Apache-2.0
#include "services/base/events/nats_names.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace forium::events {

std::string SubjectToken(std::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string token;
  for (const char c : text) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-') {
      token += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      token += {'=', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return token;
}

std::string EventSubject(std::string_view service, std::string_view tenant) {
  return absl::StrCat("forium.events.", SubjectToken(service), ".",
                      tenant == "*" ? "*" : SubjectToken(tenant));
}

std::string LifeSubject(std::string_view service) {
  return absl::StrCat("forium.events.", SubjectToken(service));
}

std::string DeadSubject(std::string_view listener, std::string_view service,
                        std::string_view tenant) {
  return absl::StrCat("forium.dead.", SubjectToken(listener), ".", SubjectToken(service), ".",
                      SubjectToken(tenant));
}

std::string RetrySubject(std::string_view listener, std::string_view service,
                         std::string_view tenant) {
  return absl::StrCat("forium.retry.", SubjectToken(listener), ".", SubjectToken(service), ".",
                      SubjectToken(tenant));
}

std::string MessageId(std::string_view service, std::string_view tenant, int64_t sequence) {
  return absl::StrCat(std::string(tenant), "/", std::string(service), "/", sequence);
}

StreamPlan EventStream(std::string_view service) {
  return {.name = absl::StrCat("FORIUM_", absl::AsciiStrToUpper(SubjectToken(service))),
          .subjects = EventSubject(service, "*"),
          .keep_days = 7};
}

// Longer than events, since a person looks at them.
StreamPlan DeadStream() {
  return {.name = "FORIUM_DEAD", .subjects = "forium.dead.>", .keep_days = 30};
}

StreamPlan RetryStream() {
  return {
      .name = "FORIUM_RETRY", .subjects = "forium.retry.>", .keep_days = 30, .work_queue = true};
}

}  // namespace forium::events
