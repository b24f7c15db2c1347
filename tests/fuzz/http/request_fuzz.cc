// SPDX-License-Identifier: Apache-2.0
// Whatever stands in a request's path, query, form, cookie and other fields: what is decoded is
// clean text, what leads elsewhere stays on the site.

#include <boost/json.hpp>
#include <cstdint>
#include <string>

#include "gateway/api/form.h"
#include "gateway/http/conditional.h"
#include "gateway/http/cookie.h"
#include "gateway/http/encoding.h"
#include "gateway/http/strict.h"
#include "gateway/http/url.h"
#include "proto/forium/forum/v1/posts.pb.h"
#include "services/base/status/status.h"
#include "tests/fuzz/require.h"

namespace {

using namespace forium::gateway;
using forium::fuzz::Require;

void RequireText(std::string_view text) {
  Require(IsValidUtf8(text) && text.find('\0') == std::string_view::npos, "text not clean");
}

void RequireLocal(std::string_view path) {
  Require(path.starts_with('/') && !path.starts_with("//") && !path.starts_with("/\\"),
          "leads off the site");
  for (const char c : path) Require(static_cast<uint8_t>(c) > 0x20 && c != 0x7F, "breaks a line");
}

void CheckPath(std::string_view text) {
  for (const bool plus : {false, true}) {
    const auto decoded = PercentDecode(text, plus);
    if (!decoded.has_value()) continue;
    RequireText(*decoded);
    const std::string encoded = PercentEncode(*decoded);
    Require(PercentDecode(encoded, plus) == decoded, "text changes when it is encoded");
  }
  if (IsLocalPath(text)) RequireLocal(text);
  for (const std::string_view method : {"GET", "OPTIONS"}) {
    if (!IsTarget(text, method)) continue;
    for (const char c : text) Require(c > 0x20 && c < 0x7F && c != '#', "target not clean");
    Require(text.starts_with('/') || text.starts_with("http") || text == "*", "target is none");
  }
  if (IsHost(text)) Require(text.find_first_of("/\\@ \r\n,") == std::string_view::npos, "host");
}

void CheckForm(std::string_view text) {
  const auto pairs = ParsePairs(text, 5);
  if (pairs.has_value()) {
    Require(pairs->size() <= 5, "too many pairs");
    for (const auto& [name, value] : *pairs) {
      RequireText(name);
      RequireText(value);
    }
  }
  Request request;
  request.method = Method::kPost;
  request.headers = {{"Content-Type", "Application/x-www-form-urlencoded ; charset=utf-8"}};
  request.body = std::string(text);
  if (const absl::Status read = ReadForm(request); !read.ok()) {
    Require(!read.message().empty() && !request.is_form, "mistake not told");
    return;
  }
  Require(request.is_form && request.method != Method::kGet && request.method != Method::kOther,
          "a form became something else");
  forium::forum::v1::Post post;
  post.set_id(17);
  RequireLocal(NextPath(FormControl(request, "_next"), post));
  const std::string shown =
      FailedForm(request, forium::status::Error(absl::StatusCode::kInvalidArgument,
                                                forium::type::v1::INVALID_FIELD, "No."));
  boost::system::error_code error;
  const auto json = boost::json::parse(shown, error);
  Require(!error && json.is_object(), "no JSON", shown);
  for (const auto& member : json.at("values").as_object()) {
    Require(member.key().find("password") == boost::json::string_view::npos, "a secret is shown");
  }
}

void CheckFields(std::string_view text) {
  Request request;
  request.headers = {{"Cookie", text}, {"cookie", "forium_session=second"}};
  for (const bool secure : {false, true}) {
    const std::string_view value = CookieValue(request, SessionCookie(secure).name());
    Require(value.find(';') == std::string_view::npos, "a cookie takes in the next");
    Require(value.size() <= std::max<size_t>(text.size(), 6), "a cookie from nowhere");
  }
  for (const auto& offered : {kKeptEncodings, kFreshEncodings}) {
    const Encoding encoding = NegotiateEncoding(text, offered);
    // Case is the client's choice, but a coding that he does not name at all is not taken.
    Require(encoding == Encoding::kIdentity || !text.empty(), "coding from nowhere");
    (void)EncodingName(encoding);
  }
  if (MatchesEtag(text, "\"abc\"")) {
    Require(
        text.find("\"abc\"") != std::string_view::npos || text.find('*') != std::string_view::npos,
        "matches what it does not name");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  CheckPath(text);
  CheckForm(text);
  CheckFields(text);
  return 0;
}
