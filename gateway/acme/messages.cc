// SPDX-License-Identifier: Apache-2.0
#include "gateway/acme/messages.h"

#include <algorithm>
#include <boost/json.hpp>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

namespace json = boost::json;

constexpr size_t kMaxJson = 256 << 10;
constexpr size_t kMaxUrl = 2048;
constexpr size_t kMaxToken = 512;
constexpr size_t kMaxText = 600;  // of a problem, in bytes
constexpr size_t kMaxList = 32;   // authorisations, challenges, contacts, subproblems
constexpr absl::Duration kLongestRetry = absl::Hours(7 * 24);
constexpr std::string_view kErrorPrefix = "urn:ietf:params:acme:error:";

std::string_view View(const json::string& text) { return {text.data(), text.size()}; }
absl::string_view Abseil(std::string_view text) { return {text.data(), text.size()}; }

absl::Status Wrong(std::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("The ACME server's answer is not as RFC 8555 wants it: ", Abseil(what), "."));
}

absl::StatusOr<json::object> ParseObject(std::string_view text) {
  if (text.size() > kMaxJson) return Wrong("it is too long");
  json::error_code error;
  json::value value = json::parse(json::string_view(text.data(), text.size()), error);
  if (error) return Wrong("it is not JSON");
  if (!value.is_object()) return Wrong("it is not a JSON object");
  return std::move(value.get_object());
}

// Empty when absent or of another type.
std::string_view Text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(json::string_view(name.data(), name.size()));
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view() : View(*text);
}

const json::array* List(const json::object& object, const char* name) {
  const json::value* value = object.if_contains(name);
  const json::array* list = value == nullptr ? nullptr : value->if_array();
  return list == nullptr || list->size() > kMaxList ? nullptr : list;
}

absl::StatusOr<std::string> Url(const json::object& object, std::string_view name) {
  const std::string_view url = Text(object, name);
  if (!IsAcmeUrl(url)) {
    return Wrong(absl::StrCat("\"", Abseil(name), "\" is not an https address"));
  }
  return std::string(url);
}

absl::StatusOr<AcmeState> State(const json::object& object) {
  const std::string_view name = Text(object, "status");
  if (name == "pending") return AcmeState::kPending;
  if (name == "processing") return AcmeState::kProcessing;
  if (name == "ready") return AcmeState::kReady;
  if (name == "valid") return AcmeState::kValid;
  if (name == "invalid") return AcmeState::kInvalid;
  if (name == "deactivated" || name == "expired" || name == "revoked") return AcmeState::kOver;
  return Wrong("it has an unknown status");
}

// For people, on one line: what does not print becomes a space. Cut between characters.
std::string Printable(std::string_view text) {
  size_t size = std::min(text.size(), kMaxText);
  while (size < text.size() && size > 0 &&
         (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) {
    --size;
  }
  std::string clean(text.substr(0, size));
  for (char& c : clean) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return clean;
}

Problem ReadProblem(const json::object& object) {
  std::string_view type = Text(object, "type");
  if (type.starts_with(kErrorPrefix)) type.remove_prefix(kErrorPrefix.size());
  Problem problem{.type = Printable(type), .detail = Printable(Text(object, "detail"))};
  if (const json::array* parts = List(object, "subproblems")) {
    for (const json::value& part : *parts) {
      if (!part.is_object()) continue;
      const std::string more = Printable(Text(part.get_object(), "detail"));
      if (!more.empty() && problem.detail.size() + more.size() < 2 * kMaxText) {
        absl::StrAppend(&problem.detail, problem.detail.empty() ? "" : "; ", more);
      }
    }
  }
  return problem;
}

std::optional<Problem> ErrorOf(const json::object& object) {
  const json::value* error = object.if_contains("error");
  if (error == nullptr || !error->is_object()) return std::nullopt;
  return ReadProblem(error->get_object());
}

}  // namespace

std::string_view NameOf(ChallengeKind kind) {
  return kind == ChallengeKind::kHttp01 ? "http-01" : "tls-alpn-01";
}

std::optional<ChallengeKind> ChallengeKindOf(std::string_view name) {
  for (const ChallengeKind kind : {ChallengeKind::kHttp01, ChallengeKind::kTlsAlpn01}) {
    if (name == NameOf(kind)) return kind;
  }
  return std::nullopt;
}

bool IsAcmeUrl(std::string_view url) {
  return url.starts_with("https://") && url.size() > 8 && url.size() <= kMaxUrl &&
         std::all_of(url.begin(), url.end(), [](char c) {
           return c > 0x20 && c < 0x7F && c != '"' && c != '\\' && c != '<' && c != '>';
         });
}

bool IsToken(std::string_view text) {
  return !text.empty() && text.size() <= kMaxToken &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
         });
}

absl::StatusOr<Directory> ParseDirectory(std::string_view text) {
  ASSIGN_OR_RETURN(const json::object object, ParseObject(text));
  Directory directory;
  ASSIGN_OR_RETURN(directory.new_nonce, Url(object, "newNonce"));
  ASSIGN_OR_RETURN(directory.new_account, Url(object, "newAccount"));
  ASSIGN_OR_RETURN(directory.new_order, Url(object, "newOrder"));
  if (const json::value* meta = object.if_contains("meta"); meta != nullptr && meta->is_object()) {
    const json::value* required = meta->get_object().if_contains("externalAccountRequired");
    directory.external_account_required =
        required != nullptr && required->is_bool() && required->get_bool();
  }
  return directory;
}

absl::StatusOr<Account> ParseAccount(std::string_view text) {
  ASSIGN_OR_RETURN(const json::object object, ParseObject(text));
  ASSIGN_OR_RETURN(const AcmeState state, State(object));
  Account account{.valid = state == AcmeState::kValid, .contacts = {}};
  if (const json::array* contacts = List(object, "contact")) {
    for (const json::value& contact : *contacts) {
      if (contact.is_string()) account.contacts.push_back(Printable(View(contact.get_string())));
    }
  }
  return account;
}

absl::StatusOr<Order> ParseOrder(std::string_view text) {
  ASSIGN_OR_RETURN(const json::object object, ParseObject(text));
  Order order;
  ASSIGN_OR_RETURN(order.state, State(object));
  ASSIGN_OR_RETURN(order.finalize, Url(object, "finalize"));
  const json::array* authorizations = List(object, "authorizations");
  if (authorizations == nullptr || authorizations->empty()) {
    return Wrong("an order has no list of authorizations, or one that is too long");
  }
  for (const json::value& url : *authorizations) {
    if (!url.is_string() || !IsAcmeUrl(View(url.get_string()))) {
      return Wrong("an authorization is not an https address");
    }
    order.authorizations.emplace_back(View(url.get_string()));
  }
  if (order.state == AcmeState::kValid) {
    ASSIGN_OR_RETURN(order.certificate, Url(object, "certificate"));
  }
  order.problem = ErrorOf(object);
  return order;
}

absl::StatusOr<Authorization> ParseAuthorization(std::string_view text) {
  ASSIGN_OR_RETURN(const json::object object, ParseObject(text));
  Authorization authorization;
  ASSIGN_OR_RETURN(authorization.state, State(object));
  const json::value* identifier = object.if_contains("identifier");
  if (identifier == nullptr || !identifier->is_object() ||
      Text(identifier->get_object(), "type") != "dns") {
    return Wrong("an authorization is not for a host name");
  }
  authorization.host = Printable(Text(identifier->get_object(), "value"));
  const json::array* challenges = List(object, "challenges");
  if (challenges == nullptr) return Wrong("an authorization has no list of challenges");
  for (const json::value& entry : *challenges) {
    if (!entry.is_object()) return Wrong("a challenge is not a JSON object");
    const json::object& fields = entry.get_object();
    const std::optional<ChallengeKind> kind = ChallengeKindOf(Text(fields, "type"));
    if (!kind.has_value()) continue;
    Challenge challenge{.kind = *kind, .state = {}, .url = {}, .token = {}, .problem = {}};
    ASSIGN_OR_RETURN(challenge.state, State(fields));
    ASSIGN_OR_RETURN(challenge.url, Url(fields, "url"));
    challenge.token = std::string(Text(fields, "token"));
    if (!IsToken(challenge.token)) return Wrong("a challenge has a malformed token");
    challenge.problem = ErrorOf(fields);
    authorization.challenges.push_back(std::move(challenge));
  }
  return authorization;
}

Problem ParseProblem(std::string_view text) {
  const absl::StatusOr<json::object> object = ParseObject(text);
  return object.ok() ? ReadProblem(*object) : Problem{};
}

std::optional<absl::Duration> ParseRetryAfter(std::string_view value, absl::Time now) {
  if (value.size() > 64) return std::nullopt;
  absl::Duration wait;
  int64_t seconds = 0;
  absl::Time when;
  std::string ignored;
  if (absl::SimpleAtoi(Abseil(value), &seconds)) {
    wait = absl::Seconds(seconds);
  } else if (absl::ParseTime("%a, %d %b %Y %H:%M:%S GMT", Abseil(value), &when, &ignored)) {
    wait = when - now;
  } else {
    return std::nullopt;
  }
  return std::clamp(wait, absl::ZeroDuration(), kLongestRetry);
}

absl::Status StatusOf(const Problem& problem, int http_status) {
  const std::string what =
      problem.detail.empty() ? absl::StrCat("status ", http_status) : problem.detail;
  const std::string suffix = problem.type.empty() ? "" : absl::StrCat(" (", problem.type, ")");
  if (problem.type == "rateLimited" || http_status == 429) {
    return status::Error(absl::StatusCode::kResourceExhausted, type::v1::TOO_MANY_REQUESTS,
                         absl::StrCat("The certificate authority limits requests: ", what, suffix));
  }
  if (problem.type == "serverInternal" || http_status >= 500) {
    return status::Error(
        absl::StatusCode::kUnavailable, type::v1::UNAVAILABLE,
        absl::StrCat("The certificate authority has trouble of its own: ", what, suffix));
  }
  return status::Error(absl::StatusCode::kFailedPrecondition, type::v1::WRONG_STATE,
                       absl::StrCat("The certificate authority refuses: ", what, suffix));
}

}  // namespace forium::gateway
