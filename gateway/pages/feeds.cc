// SPDX-License-Identifier: Apache-2.0
// Atom feeds (RFC 4287) of all topics, or of a category's.
#include <algorithm>
#include <map>
#include <vector>

#include "gateway/http/ascii.h"
#include "gateway/http/url.h"
#include "gateway/pages/loaders.h"
#include "gateway/pages/markup.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/time_util.h"
#include "proto/forium/forum/v1/topics.pb.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

using forum::v1::Author;
using forum::v1::ListTopicsResponse;
using forum::v1::Topic;

constexpr int kEntries = 30;

std::string TimeText(const google::protobuf::Timestamp& time) {
  return google::protobuf::util::TimeUtil::ToString(time);
}

std::string Element(std::string_view name, std::string_view text) {
  return Concat({"<", name, ">", EscapeMarkup(text), "</", name, ">"});
}

std::string Link(std::string_view relation, std::string_view type, std::string_view address) {
  return Concat(
      {"<link rel=\"", relation, "\" type=\"", type, "\" href=\"", EscapeMarkup(address), "\"/>"});
}

std::string EntryOf(const Topic& topic, const std::map<int64_t, const Author*>& authors,
                    std::string_view base) {
  const std::string id = std::to_string(topic.id());
  // The address without the slug stays when the title changes.
  std::string entry = Concat(
      {"<entry>", Element("id", Concat({base, "/t/", id})), Element("title", topic.title()),
       Link("alternate", "text/html", Concat({base, "/t/", PercentEncode(topic.slug()), "/", id})),
       Element("published", TimeText(topic.created_at())),
       Element("updated", TimeText(topic.bumped_at()))});
  const auto author = authors.find(topic.author_id());
  std::string name = "–";
  if (author != authors.end() && !author->second->username().empty()) {
    name = author->second->display_name().empty() ? author->second->username()
                                                  : author->second->display_name();
  }
  entry += Concat({"<author>", Element("name", name), "</author>"});
  for (const std::string& tag : topic.tags()) {
    entry += Concat({"<category term=\"", EscapeMarkup(tag), "\"/>"});
  }
  if (!topic.excerpt().empty()) entry += Element("summary", topic.excerpt());
  return entry + "</entry>\n";
}

struct FeedAddress {
  std::string base;  // absolute, without a slash at the end
  std::string self;  // path
  std::string page;  // path of the page that shows the same
};

std::string FeedOf(const ListTopicsResponse& list, const FeedAddress& address,
                   std::string_view title, std::string_view subtitle) {
  std::map<int64_t, const Author*> authors;
  for (const Author& author : list.authors()) authors[author.id()] = &author;
  std::vector<const Topic*> topics;
  for (const Topic& topic : list.topics()) topics.push_back(&topic);
  // Pinned ones come first in lists; a feed goes by time.
  const auto later = [](const Topic* a, const Topic* b) {
    return google::protobuf::util::TimeUtil::TimestampToNanoseconds(a->bumped_at()) >
           google::protobuf::util::TimeUtil::TimestampToNanoseconds(b->bumped_at());
  };
  std::stable_sort(topics.begin(), topics.end(), later);
  const google::protobuf::Timestamp updated =
      topics.empty() ? google::protobuf::Timestamp() : topics.front()->bumped_at();

  std::string feed = Concat(
      {"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">",
       Element("id", address.base + address.self), Element("title", title),
       subtitle.empty() ? "" : Element("subtitle", subtitle),
       Link("self", "application/atom+xml", address.base + address.self),
       Link("alternate", "text/html", address.base + address.page),
       Element("updated", TimeText(updated)), "\n"});
  for (const Topic* topic : topics) feed += EntryOf(*topic, authors, address.base);
  return feed + "</feed>\n";
}

absl::StatusOr<ListTopicsResponse> ParseTopics(const std::string& json) {
  ListTopicsResponse list;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  if (!google::protobuf::util::JsonStringToMessage(json, &list, options).ok()) {
    return status::Internal("the list of topics does not parse");
  }
  return list;
}

}  // namespace

PageMaker::Answer Feed(PageMaker& maker, Request& request) {
  if (request.props_only) co_return status::NotFound("A feed is not a page.");
  const std::string slug(request.Variable("slug"));
  forum::v1::ListTopicsRequest call;
  call.set_category(slug);
  call.set_page_size(kEntries);
  PendingCall pending =
      Start(maker.services().forum, "forium.forum.v1.ForumService.ListTopics", call, request);
  CO_ASSIGN_OR_RETURN(FrameParts parts, co_await maker.frame().Load(request));
  CO_ASSIGN_OR_RETURN(const ReadyAnswer answer, ReadReady(co_await pending.Wait(request)));
  CO_ASSIGN_OR_RETURN(const ListTopicsResponse list, ParseTopics(answer.json));

  const CategoryFacts* category = slug.empty() ? nullptr : parts.categories->Find(slug);
  FeedAddress address{Concat({"http://", request.host}), "/feed.atom", "/"};
  if (!maker.public_url().empty()) address.base = maker.public_url();
  std::string title = parts.site->name;
  std::string subtitle = parts.site->description;
  if (!slug.empty()) {
    address.page = Concat({"/c/", PercentEncode(slug)});
    address.self = address.page + "/feed.atom";
  }
  if (category != nullptr) {
    title = Concat({category->name, " · ", title});
    subtitle = category->description;
  }
  Response response;
  response.Add("Content-Type", "application/atom+xml; charset=utf-8");
  response.body = FeedOf(list, address, title, subtitle);
  // What names the Host of one request is not for others.
  if (!maker.public_url().empty()) {
    response.cache_tags.assign(answer.facts.cache_tags().begin(), answer.facts.cache_tags().end());
    response.cache_tags.push_back("list");
    response.cache_tags.push_back("site");
  }
  co_return response;
}

}  // namespace forium::gateway
