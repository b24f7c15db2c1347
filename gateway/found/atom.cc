// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "gateway/found/feed.h"
#include "gateway/http/ascii.h"
#include "gateway/pages/markup.h"
#include "google/protobuf/util/time_util.h"

namespace forium::gateway {
namespace {

using google::protobuf::Timestamp;
using google::protobuf::util::TimeUtil;

// An author must have a name (RFC 4287, 3.2).
constexpr std::string_view kNobody = "–";

std::string Element(std::string_view name, std::string_view text) {
  return Concat({"<", name, ">", EscapeMarkup(text), "</", name, ">"});
}

std::string Link(std::string_view relation, std::string_view type, std::string_view address) {
  return Concat(
      {"<link rel=\"", relation, "\" type=\"", type, "\" href=\"", EscapeMarkup(address), "\"/>"});
}

std::string AuthorOf(const FeedEntry& entry) {
  std::string author = Element("name", entry.author.empty() ? kNobody : entry.author);
  if (!entry.author_address.empty()) author += Element("uri", entry.author_address);
  return Concat({"<author>", author, "</author>"});
}

std::string EntryOf(const FeedEntry& entry) {
  std::string out =
      Concat({"<entry>", Element("id", entry.id), Element("title", entry.title),
              Link("alternate", "text/html", entry.address),
              Element("published", TimeUtil::ToString(entry.published)),
              Element("updated", TimeUtil::ToString(entry.updated)), AuthorOf(entry)});
  for (const std::string& category : entry.categories) {
    out += Concat({"<category term=\"", EscapeMarkup(category), "\"/>"});
  }
  if (!entry.summary.empty()) out += Element("summary", entry.summary);
  if (!entry.html.empty()) {
    out += Concat({"<content type=\"html\">", EscapeMarkup(entry.html), "</content>"});
  }
  return out + "</entry>\n";
}

Timestamp LatestOf(const FeedDocument& feed) {
  Timestamp latest;
  for (const FeedEntry& entry : feed.entries) {
    if (latest < entry.updated) latest = entry.updated;
  }
  return latest;
}

}  // namespace

std::string AtomOf(const FeedDocument& feed) {
  const std::string language =
      feed.language.empty() ? "" : Concat({" xml:lang=\"", EscapeMarkup(feed.language), "\""});
  std::string out = Concat(
      {"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"",
       language, ">", Element("id", feed.self), Element("title", feed.title),
       feed.subtitle.empty() ? "" : Element("subtitle", feed.subtitle),
       Link("self", "application/atom+xml", feed.self), Link("alternate", "text/html", feed.page),
       feed.next.empty() ? "" : Link("next", "application/atom+xml", feed.next),
       Element("updated", TimeUtil::ToString(LatestOf(feed))), "<generator>Forium</generator>\n"});
  for (const FeedEntry& entry : feed.entries) out += EntryOf(entry);
  return out + "</feed>\n";
}

}  // namespace forium::gateway
