// SPDX-License-Identifier: Apache-2.0
// How fast documents are taken over, and how large they are then.
//   index_benchmark FILE COPIES FOLDER
// FILE: topics of a Discourse forum as JSON, a line each. COPIES: how often they are put in, with
// ids of their own.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "services/base/status/status.h"
#include "services/search/index/index_file.h"

namespace forium::search {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

std::string StripTags(const std::string& html) {
  static const std::map<std::string, std::string> kEntities = {
      {"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}, {"&quot;", "\""}, {"&#39;", "'"}};
  std::string text;
  for (size_t i = 0; i < html.size(); ++i) {
    if (html[i] == '<') {
      i = std::min(html.find('>', i), html.size());
      if (text.empty() || text.back() != ' ') text += ' ';
      continue;
    }
    const size_t end = html[i] == '&' ? html.find(';', i) : std::string::npos;
    const auto entity =
        end == std::string::npos ? kEntities.end() : kEntities.find(html.substr(i, end - i + 1));
    if (entity != kEntities.end()) {
      text += entity->second;
      i = end;
    } else {
      text += html[i];
    }
  }
  return text;
}

void SetTime(const Value& value, google::protobuf::Timestamp* time) {
  absl::Time parsed;
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, value.string_value(), &parsed, &error)) {
    time->set_seconds(absl::ToUnixSeconds(parsed));
  }
}

struct Corpus {
  std::vector<forum::v1::TopicDocument> topics;
  std::map<int64_t, forum::v1::PostDocument> posts;
  int64_t highest_topic = 0, highest_post = 0;
};

void AddTopic(const Struct& json, Corpus& corpus) {
  const auto& fields = json.fields();
  forum::v1::TopicDocument topic;
  topic.set_id(static_cast<int64_t>(fields.at("id").number_value()));
  topic.set_category_id(static_cast<int64_t>(fields.at("category_id").number_value()));
  topic.set_title(fields.at("title").string_value());
  topic.set_slug(fields.at("slug").string_value());
  topic.set_visible(true);
  SetTime(fields.at("created_at"), topic.mutable_created_at());
  *topic.mutable_bumped_at() = topic.created_at();
  corpus.highest_topic = std::max(corpus.highest_topic, topic.id());
  const auto& posts =
      fields.at("post_stream").struct_value().fields().at("posts").list_value().values();
  for (const Value& value : posts) {
    const auto& post_fields = value.struct_value().fields();
    if (!post_fields.contains("cooked")) continue;
    forum::v1::PostDocument post;
    post.set_id(static_cast<int64_t>(post_fields.at("id").number_value()));
    post.set_topic_id(topic.id());
    post.set_number(static_cast<int32_t>(post_fields.at("post_number").number_value()));
    post.set_author_id(static_cast<int64_t>(post_fields.at("user_id").number_value()));
    SetTime(post_fields.at("created_at"), post.mutable_created_at());
    const std::string& html = post_fields.at("cooked").string_value();
    post.set_visible(true);
    post.set_has_code(html.find("<pre") != std::string::npos);
    post.set_text(StripTags(html));
    corpus.highest_post = std::max(corpus.highest_post, post.id());
    if (post.number() == 1) topic.set_excerpt(post.text().substr(0, 300));
    corpus.posts[post.id()] = std::move(post);
  }
  corpus.topics.push_back(std::move(topic));
}

// As the forum hands them over.
std::vector<forum::v1::GetSnapshotResponse> PagesOf(const Corpus& corpus, int copies) {
  std::vector<forum::v1::GetSnapshotResponse> pages;
  std::map<int64_t, const forum::v1::TopicDocument*> topics;
  for (const auto& topic : corpus.topics) topics[topic.id()] = &topic;
  for (int copy = 0; copy < copies; ++copy) {
    std::map<int64_t, bool> there;
    for (const auto& [id, post] : corpus.posts) {
      if (pages.empty() || pages.back().posts_size() == 2'000) {
        pages.emplace_back();
        there.clear();
      }
      auto& added = *pages.back().add_posts();
      added = post;
      added.set_id(id + copy * corpus.highest_post);
      added.set_topic_id(post.topic_id() + copy * corpus.highest_topic);
      if (!there.emplace(added.topic_id(), true).second) continue;
      auto& topic = *pages.back().add_topics();
      topic = *topics[post.topic_id()];
      topic.set_id(added.topic_id());
    }
  }
  return pages;
}

void Expect(const absl::Status& status) {
  if (status.ok()) return;
  std::cerr << status << " " << status::CauseOf(status) << std::endl;
  std::exit(1);
}

void Measure(const std::vector<forum::v1::GetSnapshotResponse>& pages, const std::string& folder) {
  const std::string path = IndexFile::PathOf(folder, 1);
  auto file = IndexFile::Create(path, Language::kEnglish);
  Expect(file.status());
  const absl::Time start = absl::Now();
  const std::clock_t cpu = std::clock();
  for (const auto& page : pages) Expect((*file)->Fill(Documents(page)));
  const double filled = absl::ToDoubleSeconds(absl::Now() - start);
  Expect((*file)->Complete(1, v1::Index::FIRST));
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  const double processor = static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC;
  const IndexFile::Numbers numbers = (*file)->numbers();
  const absl::Time shared_start = absl::Now();
  const auto shared = (*file)->ReadShared();
  Expect(shared.status());
  std::printf("posts %lld, text %.1f MB, %.0f bytes a post\n",
              static_cast<long long>(numbers.posts), static_cast<double>(numbers.text_bytes) / 1e6,
              static_cast<double>(numbers.text_bytes) / static_cast<double>(numbers.posts));
  std::printf("filled in %.2f s, complete %.2f s (processor %.2f s): %.0f posts/s\n", filled,
              seconds, processor, static_cast<double>(numbers.posts) / seconds);
  std::printf("words %lld, vocabulary read in %.3f s\n", static_cast<long long>(shared->words),
              absl::ToDoubleSeconds(absl::Now() - shared_start));
  const auto words = static_cast<double>((*file)->segment()->bytes());
  file->reset();
  std::ifstream closed(path, std::ios::binary | std::ios::ate);
  const double bytes = static_cast<double>(closed.tellg()) + words;
  std::printf("on disk %.1f MB, %.1f of them sealed words: %.2f of the text\n", bytes / 1e6,
              words / 1e6, bytes / static_cast<double>(numbers.text_bytes));
}

}  // namespace
}  // namespace forium::search

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "Usage: index_benchmark FILE COPIES FOLDER\n";
    return 2;
  }
  forium::search::Corpus corpus;
  std::ifstream in(argv[1]);
  for (std::string line; std::getline(in, line);) {
    google::protobuf::Struct json;
    if (google::protobuf::util::JsonStringToMessage(line, &json).ok()) {
      forium::search::AddTopic(json, corpus);
    }
  }
  if (corpus.posts.empty()) {
    std::cerr << "No topics in " << argv[1] << "\n";
    return 1;
  }
  forium::search::Measure(forium::search::PagesOf(corpus, std::atoi(argv[2])), argv[3]);
  return 0;
}
