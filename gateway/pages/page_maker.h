// SPDX-License-Identifier: Apache-2.0
// Makes answers of pages: a loader gives the content, this adds the frame and renders. Thread-safe.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/config.h"
#include "gateway/http/message.h"
#include "gateway/pages/frame.h"
#include "gateway/pages/titles.h"
#include "gateway/preview/preview_maker.h"
#include "gateway/services.h"
#include "gateway/ssr/renderer.h"
#include "google/protobuf/message_lite.h"
#include "proto/forium/forum/v1/forum.pb.h"

namespace forium::gateway {

// What a loader makes of its calls.
struct Page {
  std::string name;                     // `topic`, as the web application calls it
  std::string data;                     // JSON
  std::string shown;                    // what of it rendering needs; empty: all
  std::string title;                    // without the community's name; empty: the name alone
  std::string description;              // empty: the community's
  std::string canonical;                // path, with the query keys that count; empty: none
  std::string head;                     // ready HTML at the end of the document's head
  std::string foot;                     // and of its body
  bool index = true;                    // whether search engines may keep it
  std::vector<std::string> cache_tags;  // without any it is not cached
  int status = 200;
  // The page shows the `html` of `data` as it is and looks into none: texts pass by the renderer.
  bool ready_texts = false;
};

// An answer of ready JSON, with what the service says beside it.
struct ReadyAnswer {
  std::string json;
  forum::v1::BodyFacts facts;
};

class PageMaker {
 public:
  using Answer = boost::asio::awaitable<absl::StatusOr<Response>>;

  // Without a renderer every page says that the web application is missing.
  PageMaker(const Config& config, Services services, std::unique_ptr<Renderer> renderer);

  Services services() const { return services_; }
  Frame& frame() { return frame_; }
  PreviewMaker& previews() { return previews_; }
  // Outside address without a slash at the end, empty when none is configured.
  std::string_view public_url() const { return public_url_; }

  // HTML, or the props alone.
  Answer Make(Request& request, FrameParts parts, Page page);
  // The same with a frame that was not loaded yet.
  Answer Make(Request& request, Page page);
  // A redirect within the site, as a page's answer. `tags`: as for pages.
  static Response Redirect(const Request& request, std::string path, int status,
                           std::vector<std::string> tags = {});

  // Language of the page: the request's, else the community's.
  static std::string_view LocaleOf(const Request& request, const SiteFacts& site);

 private:
  struct Props;
  Props PropsOf(const Request& request, const FrameParts& parts, const Page& page) const;

  const std::string public_url_;
  const Services services_;
  Frame frame_;
  PreviewMaker previews_;
  const std::unique_ptr<Renderer> renderer_;
};

absl::StatusOr<ReadyAnswer> ReadReady(rpc::Reply reply);
// `text` as a JSON string.
std::string Quoted(std::string_view text);
// A positive number without sign or leading zero; 0 for anything else.
int64_t NumberOf(std::string_view text);
// SIGN_IN_REQUIRED for guests.
absl::Status RequireMember(const Request& request);
// PERMISSION_DENIED below the level, SIGN_IN_REQUIRED for guests.
absl::Status RequireLevel(const Request& request, int level);
// The value of a query key, empty when absent.
std::string QueryText(const Request& request, std::string_view key);

}  // namespace forium::gateway
