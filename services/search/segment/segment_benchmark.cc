// SPDX-License-Identifier: Apache-2.0
// How fast a segment is made and read, in time of the processor.
//   segment_benchmark FILE POSTS [MEMORY_MIB]
// Posts have 150 words; the word of rank r is written as often as 1/r says.
#include <sys/resource.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>
#include <vector>

#include "services/search/segment/segment.h"
#include "services/search/segment/segment_builder.h"

namespace forium::search {
namespace {

using Column = SegmentBuilder::Column;

constexpr int kWords = 150;
constexpr double kVocabulary = 1e6;

double Seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

[[noreturn]] void Fail(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::exit(1);
}

class Ranks {
 public:
  uint32_t Next() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    const double at = static_cast<double>(state_ >> 11) * 0x1p-53;
    return static_cast<uint32_t>(std::exp2(at * std::log2(kVocabulary)));
  }

 private:
  uint64_t state_ = 1;
};

// What a post is made of, drawn before the clock runs.
std::vector<std::vector<std::string>> DrawPosts(Ranks& ranks, int count) {
  std::vector<std::vector<std::string>> posts(static_cast<size_t>(count));
  for (auto& words : posts) {
    for (int i = 0; i < kWords; ++i) {
      const uint32_t rank = ranks.Next();
      words.push_back("word" + std::to_string(rank * 2654435761u % 100'000'007u));
      // A stem beside about every other word.
      words.push_back(rank % 2 == 0 ? words.back().substr(0, words.back().size() - 1) : "");
    }
  }
  return posts;
}

int64_t adds = 0;

void AddPost(SegmentBuilder& builder, int64_t id, const std::vector<std::string>& words) {
  builder.Begin(id, id % 12 == 0 ? SegmentList::kOpenings : SegmentList::kReplies);
  const bool opens = id % 12 == 0;
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i].empty()) continue;
    const bool title = opens && i < 12;
    builder.Add(words[i], title ? Column::kTitle : Column::kBody,
                static_cast<int>(i / 2) - (opens && !title ? 6 : 0));
    ++adds;
  }
  builder.Add("=all", Column::kMarks, 0);
  builder.Add("=user" + std::to_string(id % 5000), Column::kMarks, 0);
  if (const absl::Status ended = builder.End({}, {}); !ended.ok()) Fail(ended);
}

void Build(const std::string& path, int64_t posts, size_t memory) {
  auto builder = SegmentBuilder::Create(path, memory);
  if (!builder.ok()) Fail(builder.status());
  Ranks ranks;
  double adding = 0;
  for (int64_t id = 0; id < posts;) {
    const auto drawn = DrawPosts(ranks, 1000);
    const double begin = Seconds();
    for (const auto& words : drawn) AddPost(**builder, ++id, words);
    adding += Seconds() - begin;
  }
  const double begin = Seconds();
  if (const absl::Status finished = (*builder)->Finish(); !finished.ok()) Fail(finished);
  const double finishing = Seconds() - begin;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const double count = static_cast<double>(posts);
  std::printf("adding %.2f us a post (%.0f ns a token), finishing %.2f us; %.0f posts/s; %ld MiB\n",
              1e6 * adding / count, 1e9 * adding / static_cast<double>(adds),
              1e6 * finishing / count, count / (adding + finishing), usage.ru_maxrss / 1024);
}

void ReadToken(const Segment& segment, const std::string& token) {
  constexpr int kTimes = 20;
  double finding = 0, adding = 0, places = 0;
  uint32_t posts = 0, asked = 0;
  for (int i = 0; i < kTimes; ++i) {
    double begin = Seconds();
    auto found = segment.Find(SegmentList::kReplies, token);
    finding += Seconds() - begin;
    if (!found.ok()) Fail(found.status());
    if (!found->has_value()) return;
    Postings& postings = **found;
    Bitmap bitmap(segment.size(SegmentList::kReplies));
    begin = Seconds();
    if (const absl::Status added = postings.AddTo(bitmap, {0, segment.size(SegmentList::kReplies)});
        !added.ok())
      Fail(added);
    adding += Seconds() - begin;
    posts = postings.posts();
    Places at;
    begin = Seconds();
    // Such as are asked when candidates are weighed.
    for (auto post = bitmap.Next(0); post.has_value() && asked < 400u * (i + 1);
         post = bitmap.Next(*post + 1 + posts / 100)) {
      if (!postings.Find(*post, &at).value_or(false)) std::abort();
      ++asked;
    }
    places += Seconds() - begin;
  }
  std::printf("%-14s %8u posts: Find %7.1f us, AddTo %5.2f ns a post, places %.0f ns a post\n",
              token.c_str(), posts, 1e6 * finding / kTimes, 1e9 * adding / kTimes / posts,
              1e9 * places / asked);
}

void Read(const std::string& path) {
  const double begin = Seconds();
  auto segment = Segment::Open(path);
  if (!segment.ok()) Fail(segment.status());
  std::printf("%.1f MiB, opened in %.1f ms\n", static_cast<double>((*segment)->bytes()) / 0x1p20,
              1e3 * (Seconds() - begin));
  ReadToken(**segment, "=all");
  for (const uint32_t rank : {1u, 3u, 10u, 33u, 100u, 1001u, 10'001u, 100'001u}) {
    ReadToken(**segment, "word" + std::to_string(rank * 2654435761u % 100'000'007u));
  }
}

}  // namespace
}  // namespace forium::search

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: segment_benchmark FILE POSTS [MEMORY_MIB]\n");
    return 2;
  }
  const size_t memory = argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 48;
  forium::search::Build(argv[1], std::atoll(argv[2]), memory << 20);
  forium::search::Read(argv[1]);
}
