// SPDX-License-Identifier: Apache-2.0
// What documents for machines share: answers of services as messages, addresses, and that they
// show what guests may read, whoever asks.
#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "gateway/http/ascii.h"
#include "gateway/http/conditional.h"
#include "gateway/pages/page_maker.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/time_util.h"
#include "services/base/status/status.h"

namespace forium::gateway {

// Calls made for the request from here on see what a guest sees.
boost::asio::awaitable<absl::Status> BecomeGuest(PageMaker& maker, Request& request);

// NOT_FOUND for the guides of search engines and assistants while the community refuses them.
boost::asio::awaitable<absl::Status> RequireIndexed(PageMaker& maker, Request& request);

// Whether a page may be read by a search engine, a link preview or a feed reader: they come as
// guests and take HTML.
inline bool ForMachines(const Request& request) {
  return !request.props_only && !request.identity->signed_in();
}

// How addresses of this site begin: the outside address, else that of the request.
inline std::string BaseOf(const PageMaker& maker, const Request& request) {
  if (!maker.public_url().empty()) return std::string(maker.public_url());
  return Concat({request.secure ? "https://" : "http://", request.host});
}

// Ready JSON of a service as the message that it was.
template <typename Message>
absl::StatusOr<Message> MessageOf(const std::string& json) {
  Message message;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  if (!google::protobuf::util::JsonStringToMessage(json, &message, options).ok()) {
    return status::Internal("an answer of JSON does not parse");
  }
  return message;
}

// The newest of the times that a document tells of, when it knows any.
class NewestChange {
 public:
  void Add(const google::protobuf::Timestamp& time) {
    newest_ = std::max(newest_, google::protobuf::util::TimeUtil::TimestampToMicroseconds(time));
  }
  void Tell(Response& response) const {
    if (newest_ > 0) response.Add("Last-Modified", HttpDate(absl::FromUnixMicros(newest_)));
  }

 private:
  int64_t newest_ = 0;
};

// For what is not HTML and is no guide either: feeds, Markdown.
inline void TellRobots(const SiteFacts& site, Response& response) {
  if (!site.indexed) response.Add("X-Robots-Tag", "noindex");
}

// A document that is kept by the page cache until an event drops one of the tags. What names the
// Host of one request is not for others.
inline Response Document(const PageMaker& maker, std::string_view type, std::string body,
                         std::vector<std::string> tags) {
  Response response;
  response.Add("Content-Type", std::string(type));
  response.body = std::move(body);
  response.Add("ETag", EtagOf(response.body.view()));
  if (!maker.public_url().empty()) {
    response.cache_tags = std::move(tags);
    response.cache_tags.push_back("site");
  }
  return response;
}

}  // namespace forium::gateway
