// SPDX-License-Identifier: Apache-2.0
#include "gateway/found/topic_document.h"

#include <map>

#include "gateway/found/markdown.h"
#include "gateway/http/ascii.h"
#include "google/protobuf/util/time_util.h"

namespace forium::gateway {
namespace {

using forum::v1::Author;
using forum::v1::Post;
using google::protobuf::util::TimeUtil;

std::string ShownName(const Author* author) {
  if (author == nullptr || author->username().empty()) return "–";
  if (author->display_name().empty()) return Concat({"@", MarkdownLine(author->username())});
  return Concat(
      {MarkdownLine(author->display_name()), " (@", MarkdownLine(author->username()), ")"});
}

void Fact(std::string_view name, std::string_view value, std::string& out) {
  if (!value.empty()) out += Concat({"- ", name, ": ", value, "\n"});
}

std::string Facts(const TopicDocument& document) {
  const forum::v1::Topic& topic = *document.topic;
  std::string tags;
  for (const std::string& tag : topic.tags()) {
    tags += Concat({tags.empty() ? "" : ", ", MarkdownLine(tag)});
  }
  std::string out;
  Fact("Address", Concat({"<", document.address, ">"}), out);
  Fact("Category", MarkdownLine(topic.category().name()), out);
  Fact("Tags", tags, out);
  Fact("Opened", TimeUtil::ToString(topic.created_at()), out);
  Fact("Posts", std::to_string(topic.posts_count()), out);
  if (topic.accepted_post_number() != 0) {
    Fact("Solved by post", std::to_string(topic.accepted_post_number()), out);
  }
  if (topic.closed()) Fact("Closed", "yes", out);
  return out;
}

void AppendPost(const TopicDocument& document, const Post& post, const Author* author,
                std::string& out) {
  out += Concat({"\n---\n\n## ", std::to_string(post.number()), " · ", ShownName(author), " · ",
                 TimeUtil::ToString(post.created_at())});
  if (post.reply_to() != 0) out += Concat({" · to ", std::to_string(post.reply_to())});
  if (post.accepted()) out += " · solution";
  if (post.likes_count() != 0) out += Concat({" · likes ", std::to_string(post.likes_count())});
  out += Concat({"\n\n", MarkdownOf(post.html(), document.base), "\n"});
}

void List(std::string_view heading, const std::vector<Signpost>& signposts, std::string& out) {
  if (signposts.empty()) return;
  out += Concat({"\n## ", heading, "\n\n"});
  for (const Signpost& it : signposts) {
    out += Concat({"- [", MarkdownLine(it.title), "](", it.address, ")",
                   it.note.empty() ? "" : ": ", MarkdownLine(it.note), "\n"});
  }
}

}  // namespace

std::string MarkdownOf(const TopicDocument& document) {
  std::map<int64_t, const Author*> authors;
  for (const Author& author : document.posts->authors()) authors[author.id()] = &author;
  std::string out = Concat({"# ", MarkdownLine(document.topic->title()), "\n\n", Facts(document)});
  int next = document.next;
  for (const Post& post : document.posts->posts()) {
    if (post.kind() == Post::SMALL_ACTION || post.state() != forum::v1::VISIBLE) continue;
    if (out.size() > kMaxTopicDocument) {
      next = post.number();
      break;
    }
    const auto author = authors.find(post.author_id());
    AppendPost(document, post, author == authors.end() ? nullptr : author->second, out);
  }
  if (next != 0) {
    out += Concat({"\n---\n\nNext: <", document.address, ".md?from=", std::to_string(next), ">\n"});
  }
  return out;
}

std::string LlmsTextOf(const SiteGuide& guide) {
  std::string out = Concat({"# ", MarkdownLine(guide.name), "\n\n"});
  if (!guide.description.empty()) out += Concat({"> ", MarkdownLine(guide.description), "\n\n"});
  out += Concat({"A community forum. Every topic is Markdown at its address with `.md` behind it (",
                 guide.base,
                 "/t/{slug}/{id}.md), a hundred posts at a time, `?from=` the number of "
                 "a post. What members alone may read is not here.\n"});
  List("Categories", guide.categories, out);
  List("Latest topics", guide.topics, out);
  const std::vector<Signpost> more = {
      {"Feed of new topics", guide.base + "/feed.json",
       "JSON Feed; also of a category, a tag, an "
       "account and a topic, behind its address"},
      {"All addresses", guide.base + "/sitemap.xml", "sitemap with the time of the last change"},
      {"API", guide.base + "/api/v1/openapi.json", "OpenAPI; reading needs no key"}};
  List("Optional", more, out);
  return out;
}

}  // namespace forium::gateway
