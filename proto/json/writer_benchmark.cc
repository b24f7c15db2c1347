// SPDX-License-Identifier: Apache-2.0
// Microseconds for a topic list of about 19 kB, by the generated writer and by protobuf's own
// printer.
#include <chrono>
#include <cstdio>
#include <string>

#include "google/protobuf/util/json_util.h"
#include "proto/forium/forum/v1/forum.json.h"

namespace {

forium::forum::v1::ListTopicsResponse MakeList() {
  forium::forum::v1::ListTopicsResponse list;
  for (int i = 0; i < 22; ++i) {
    auto& topic = *list.add_topics();
    topic.set_id(100000 + i);
    topic.set_title("How do I keep my tomatoes from splitting after rain?");
    topic.set_slug("how-do-i-keep-my-tomatoes-from-splitting-after-rain");
    topic.set_category_id(7);
    topic.set_author_id(4711);
    topic.add_tags("garden");
    topic.add_tags("vegetables");
    topic.mutable_created_at()->set_seconds(1700000000 + i);
    topic.mutable_last_posted_at()->set_seconds(1710000000 + i);
    topic.mutable_last_posted_at()->set_nanos(123456000);
    topic.mutable_bumped_at()->set_seconds(1710000000 + i);
    topic.set_posts_count(40 + i);
    topic.add_recent_poster_ids(12);
    topic.add_recent_poster_ids(13);
  }
  return list;
}

template <typename Write>
void Measure(const char* name, int rounds, const Write& write) {
  std::string json;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < rounds; ++i) {
    json.clear();
    write(&json);
  }
  const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - start;
  std::printf("%-10s %6zu bytes %8.1f us\n", name, json.size(), time.count() / rounds);
}

}  // namespace

int main() {
  const auto list = MakeList();
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  Measure("writer", 20000, [&](std::string* json) { AppendJson(list, json); });
  Measure("protobuf", 2000, [&](std::string* json) {
    (void)google::protobuf::util::MessageToJsonString(list, json, options);
  });
}
