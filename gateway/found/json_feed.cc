// SPDX-License-Identifier: Apache-2.0
#include "gateway/found/feed.h"
#include "google/protobuf/util/time_util.h"
#include "proto/json/writer.h"

namespace forium::gateway {
namespace {

using google::protobuf::util::TimeUtil;

// `"key":"text"` with a comma in front.
void Add(std::string_view key, std::string_view text, std::string& out) {
  out += ",\"";
  out += key;
  out += "\":";
  json::AppendText(text, &out);
}

void AddUnlessEmpty(std::string_view key, std::string_view text, std::string& out) {
  if (!text.empty()) Add(key, text, out);
}

void AppendItem(const FeedEntry& entry, std::string& out) {
  out += "{\"id\":";
  json::AppendText(entry.id, &out);
  Add("url", entry.address, out);
  AddUnlessEmpty("title", entry.title, out);
  // One of the two contents must be there.
  if (entry.html.empty()) {
    Add("content_text", entry.summary, out);
  } else {
    Add("content_html", entry.html, out);
    AddUnlessEmpty("summary", entry.summary, out);
  }
  Add("date_published", TimeUtil::ToString(entry.published), out);
  Add("date_modified", TimeUtil::ToString(entry.updated), out);
  if (!entry.author.empty()) {
    out += ",\"authors\":[{\"name\":";
    json::AppendText(entry.author, &out);
    AddUnlessEmpty("url", entry.author_address, out);
    out += "}]";
  }
  if (!entry.categories.empty()) {
    out += ",\"tags\":";
    char mark = '[';
    for (const std::string& category : entry.categories) {
      out += mark;
      json::AppendText(category, &out);
      mark = ',';
    }
    out += ']';
  }
  out += '}';
}

}  // namespace

std::string JsonFeedOf(const FeedDocument& feed) {
  std::string out = "{\"version\":\"https://jsonfeed.org/version/1.1\"";
  Add("title", feed.title, out);
  AddUnlessEmpty("description", feed.subtitle, out);
  Add("home_page_url", feed.page, out);
  Add("feed_url", feed.self, out);
  AddUnlessEmpty("next_url", feed.next, out);
  AddUnlessEmpty("language", feed.language, out);
  out += ",\"items\":[";
  for (const FeedEntry& entry : feed.entries) {
    if (out.back() != '[') out += ",\n";
    AppendItem(entry, out);
  }
  return out + "]}\n";
}

}  // namespace forium::gateway
