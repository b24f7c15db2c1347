// SPDX-License-Identifier: Apache-2.0
#include "gateway/found/structured_data.h"

#include <algorithm>
#include <map>

#include "gateway/found/plain_text.h"
#include "gateway/http/ascii.h"
#include "gateway/http/url.h"
#include "gateway/pages/markup.h"
#include "google/protobuf/util/time_util.h"
#include "proto/json/writer.h"

namespace forium::gateway {
namespace {

using forum::v1::Author;
using forum::v1::Post;
using forum::v1::Topic;

// The page has the texts already, and a search engine shows hardly more than this. Five answers of
// a page's twenty, their beginnings only, cost a quarter of a kilobyte compressed; all three times
// that.
constexpr size_t kTextCharacters = 80;
constexpr int kMaxAnswers = 5;
constexpr std::string_view kNobody = "–";

std::string Text(std::string_view text) {
  std::string json;
  json::AppendText(text, &json);
  return json;
}

std::string Time(const google::protobuf::Timestamp& time) {
  return google::protobuf::util::TimeUtil::ToString(time);
}

// Objects of schema.org of one topic.
class Graph {
 public:
  Graph(const Topic& topic, std::string_view base, std::string_view address)
      : topic_(topic), base_(base), address_(address) {
    for (const Author& author : topic.authors()) authors_[author.id()] = &author;
  }

  std::string Json() const {
    return Concat({"{\"@context\":\"https://schema.org\",\"@graph\":[",
                   topic_.accepted_post_number() != 0 ? Question() : Discussion(), ",",
                   Breadcrumbs(), "]}"});
  }

 private:
  static bool IsShown(const Post& post) {
    return post.kind() != Post::SMALL_ACTION && post.state() == forum::v1::VISIBLE &&
           !post.html().empty();
  }

  // The first post if the page shows it.
  const Post* First() const {
    if (topic_.posts_size() == 0 || topic_.posts(0).number() != 1) return nullptr;
    return IsShown(topic_.posts(0)) ? &topic_.posts(0) : nullptr;
  }

  std::string Person(int64_t id) const {
    const auto author = authors_.find(id);
    if (author == authors_.end() || author->second->username().empty()) {
      return Concat({"{\"@type\":\"Person\",\"name\":", Text(kNobody), "}"});
    }
    const Author& it = *author->second;
    return Concat({"{\"@type\":\"Person\",\"name\":",
                   Text(it.display_name().empty() ? it.username() : it.display_name()),
                   ",\"url\":", Text(Concat({base_, "/u/", PercentEncode(it.username())})), "}"});
  }

  // What all that somebody wrote has.
  std::string Written(const Post& post) const {
    return Concat({",\"author\":", Person(post.author_id()), ",\"datePublished\":\"",
                   Time(post.created_at()),
                   "\",\"text\":", Text(WordsOf(post.html(), kTextCharacters))});
  }

  static std::string Likes(const Post& post) {
    if (post.likes_count() == 0) return "";
    return Concat({",\"interactionStatistic\":{\"@type\":\"InteractionCounter\",",
                   "\"interactionType\":\"https://schema.org/LikeAction\",",
                   "\"userInteractionCount\":", std::to_string(post.likes_count()), "}"});
  }

  std::string AddressOf(const Post& post) const {
    return Concat({address_, "/", std::to_string(post.number())});
  }

  std::string Comments() const {
    std::string out;
    int count = 0;
    for (const Post& post : topic_.posts()) {
      if (&post == First() || !IsShown(post)) continue;
      if (++count > kMaxAnswers) break;
      out += Concat(
          {out.empty() ? "" : ",", "{\"@type\":\"Comment\"", Written(post), Likes(post), "}"});
    }
    return out.empty() ? "" : Concat({",\"comment\":[", out, "]"});
  }

  std::string Discussion() const {
    const Post* const first = First();
    std::string out = Concat({"{\"@type\":\"DiscussionForumPosting\",\"headline\":",
                              Text(Shortened(topic_.title(), 200)), ",\"url\":", Text(address_)});
    if (first != nullptr) {
      out += Written(*first) + Likes(*first);
    } else {
      // Later pages have it elsewhere; the title stands for it.
      out +=
          Concat({",\"author\":", Person(topic_.author_id()), ",\"datePublished\":\"",
                  Time(topic_.created_at()), "\",\"text\":", Text(Shortened(topic_.title(), 200))});
    }
    out += Concat({",\"commentCount\":", std::to_string(std::max(topic_.posts_count() - 1, 0))});
    return Concat({out, Comments(), "}"});
  }

  std::string Answer(const Post& post) const {
    return Concat({"{\"@type\":\"Answer\",\"url\":", Text(AddressOf(post)), Written(post),
                   ",\"upvoteCount\":", std::to_string(post.likes_count()), "}"});
  }

  std::string Question() const {
    const Post* const first = First();
    std::string accepted;
    std::string suggested;
    int count = 0;
    for (const Post& post : topic_.posts()) {
      if (&post == first || !IsShown(post)) continue;
      if (post.accepted()) {
        accepted = Concat({",\"acceptedAnswer\":", Answer(post)});
      } else if (++count < kMaxAnswers) {
        suggested += Concat({suggested.empty() ? "" : ",", Answer(post)});
      }
    }
    // Without any answer on the page it is no page of questions and answers.
    if (accepted.empty() && suggested.empty()) return Discussion();
    std::string out =
        Concat({"{\"@type\":\"QAPage\",\"mainEntity\":{\"@type\":\"Question\",\"name\":",
                Text(Shortened(topic_.title(), 200)), ",\"url\":", Text(address_)});
    if (first != nullptr) {
      out += Concat({Written(*first), ",\"upvoteCount\":", std::to_string(first->likes_count())});
    } else {
      out += Concat({",\"author\":", Person(topic_.author_id()), ",\"datePublished\":\"",
                     Time(topic_.created_at()), "\""});
    }
    out += Concat(
        {",\"answerCount\":", std::to_string(std::max(topic_.posts_count() - 1, 1)), accepted});
    if (!suggested.empty()) out += Concat({",\"suggestedAnswer\":[", suggested, "]"});
    return out + "}}";
  }

  std::string Crumb(int position, std::string_view name, std::string_view address) const {
    return Concat({"{\"@type\":\"ListItem\",\"position\":", std::to_string(position),
                   ",\"name\":", Text(name), ",\"item\":", Text(address), "}"});
  }

  std::string Breadcrumbs() const {
    const forum::v1::Category& category = topic_.category();
    std::string out = "{\"@type\":\"BreadcrumbList\",\"itemListElement\":[";
    int position = 1;
    if (!category.slug().empty()) {
      out += Concat({Crumb(position++, category.name(),
                           Concat({base_, "/c/", PercentEncode(category.slug())})),
                     ","});
    }
    return Concat({out, Crumb(position, Shortened(topic_.title(), 200), address_), "]}"});
  }

  const Topic& topic_;
  const std::string_view base_;
  const std::string_view address_;
  std::map<int64_t, const Author*> authors_;
};

// Inside a script nothing may end it, nor begin a comment.
std::string ForScript(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (const char c : json) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string StructuredDataOf(const Topic& topic, std::string_view base, std::string_view address) {
  return Concat({"<script type=\"application/ld+json\">",
                 ForScript(Graph(topic, base, address).Json()), "</script>"});
}

std::string HeadOf(const LinkTags& tags) {
  std::string out = Concat({"<meta property=\"og:type\" content=\"", tags.type, "\">"});
  if (tags.image.empty()) {
    out += "<meta name=\"twitter:card\" content=\"summary\">";
  } else {
    out += Concat({"<meta property=\"og:image\" content=\"", EscapeMarkup(tags.image),
                   "\"><meta property=\"og:image:width\" content=\"1200\">"
                   "<meta property=\"og:image:height\" content=\"630\">"
                   "<meta property=\"og:image:alt\" content=\"",
                   EscapeMarkup(tags.image_text),
                   "\">"
                   "<meta name=\"twitter:card\" content=\"summary_large_image\">"});
  }
  for (const AlternateLink& link : tags.alternates) {
    out += Concat({"<link rel=\"alternate\" type=\"", link.type, "\" href=\"",
                   EscapeMarkup(link.address), "\">"});
  }
  return out;
}

}  // namespace forium::gateway
