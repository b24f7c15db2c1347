// SPDX-License-Identifier: Apache-2.0
#include "gateway/found/oembed.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "gateway/http/ascii.h"
#include "gateway/pages/markup.h"
#include "proto/json/writer.h"

namespace forium::gateway {
namespace {

constexpr int kWidth = 600;
constexpr int kHeight = 200;
constexpr int kImageWidth = 1200;
constexpr int kImageHeight = 630;
// Minutes of change are worth less than the calls.
constexpr std::string_view kCacheSeconds = "3600";

std::string CardOf(const EmbeddedTopic& topic) {
  const auto link = [](std::string_view address, std::string_view text) {
    return Concat({"<a href=\"", EscapeMarkup(address), "\">", EscapeMarkup(text), "</a>"});
  };
  const std::string author =
      topic.author.empty() ? "" : Concat({EscapeMarkup(topic.author), " · "});
  return Concat({"<blockquote class=\"forium-topic\"><p><strong>", link(topic.address, topic.title),
                 "</strong></p><p>", EscapeMarkup(topic.excerpt), "</p><p>", author,
                 link(topic.site_address, topic.site), "</p></blockquote>"});
}

int Within(int size, int limit) { return limit > 0 ? std::min(size, limit) : size; }

struct Member {
  std::string_view name;
  std::string value;
  bool number = false;
};

std::vector<Member> MembersOf(const EmbeddedTopic& topic) {
  std::vector<Member> members = {
      {"version", "1.0"},
      {"type", "rich"},
      {"title", topic.title},
      {"provider_name", topic.site},
      {"provider_url", topic.site_address},
      {"cache_age", std::string(kCacheSeconds), true},
      {"html", CardOf(topic)},
      {"width", std::to_string(Within(kWidth, topic.max_width)), true},
      {"height", std::to_string(Within(kHeight, topic.max_height)), true},
  };
  if (!topic.author.empty()) {
    members.push_back({"author_name", topic.author});
    if (!topic.author_address.empty()) members.push_back({"author_url", topic.author_address});
  }
  // A thumbnail must respect the wishes, too.
  const bool fits = (topic.max_width == 0 || topic.max_width >= kImageWidth) &&
                    (topic.max_height == 0 || topic.max_height >= kImageHeight);
  if (!topic.image.empty() && fits) {
    members.push_back({"thumbnail_url", topic.image});
    members.push_back({"thumbnail_width", std::to_string(kImageWidth), true});
    members.push_back({"thumbnail_height", std::to_string(kImageHeight), true});
  }
  return members;
}

}  // namespace

std::string OembedJsonOf(const EmbeddedTopic& topic) {
  std::string out;
  for (const Member& member : MembersOf(topic)) {
    out += Concat({out.empty() ? "{\"" : ",\"", member.name, "\":"});
    if (member.number) {
      out += member.value;
    } else {
      json::AppendText(member.value, &out);
    }
  }
  return out + "}";
}

std::string OembedXmlOf(const EmbeddedTopic& topic) {
  std::string out = "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\n<oembed>";
  for (const Member& member : MembersOf(topic)) {
    out += Concat({"<", member.name, ">", EscapeMarkup(member.value), "</", member.name, ">"});
  }
  return out + "</oembed>\n";
}

std::string PathWithin(std::string_view address, std::string_view base) {
  if (base.empty() || address.size() <= base.size()) return "";
  const size_t host = base.find("://");
  // Scheme and host are the same in all letters; links still come with http after a move to https.
  std::string_view there = address;
  std::string_view here = base;
  if (host != std::string_view::npos) {
    const size_t scheme = there.find("://");
    if (scheme == std::string_view::npos) return "";
    const std::string_view name = there.substr(0, scheme);
    if (!EqualsIgnoreCase(name, "http") && !EqualsIgnoreCase(name, "https")) return "";
    there.remove_prefix(scheme + 3);
    here.remove_prefix(host + 3);
  }
  if (there.size() <= here.size() || !EqualsIgnoreCase(there.substr(0, here.size()), here))
    return "";
  there.remove_prefix(here.size());
  if (!there.starts_with('/')) return "";
  return std::string(there.substr(0, there.find_first_of("?#")));
}

}  // namespace forium::gateway
