// SPDX-License-Identifier: Apache-2.0
// Statements on the addresses of topics: visible ones, of categories that the reader may read.
#include "services/forum/store.h"
#include "services/forum/store_rows.h"
#include "services/forum/topic_addresses.h"

namespace forium::forum {

using database::Row;
using database::Statement;

static_assert(kSitemapSegment == 10'000, "the index topics_segments has it, too");

constexpr Statement kListSegments{"topic_segments", R"(
SELECT g.segment, MAX(g.changed_at)
FROM (SELECT id / 10000 AS segment, category_id, MAX(changed_at) AS changed_at
      FROM topics WHERE state = 0 GROUP BY id / 10000, category_id) g
CROSS JOIN categories c
WHERE c.id = g.category_id AND c.read_level <= $1 GROUP BY g.segment ORDER BY g.segment)"};

absl::Status Store::ListSegments(const Reader& reader,
                                 Documents<v1::ListTopicAddressesResponse::Segment>* segments) {
  return tx_.Query(
      kListSegments,
      [&](const Row& row) {
        auto* segment = segments->Add();
        segment->set_segment(static_cast<int32_t>(row.Int(0)));
        SetTime(row.Int(1), segment->mutable_changed_at());
      },
      reader.level);
}

constexpr Statement kListTopicAddresses{"topic_addresses", R"(
SELECT t.id, t.slug, t.changed_at FROM topics t CROSS JOIN categories c
WHERE t.id >= $2 AND t.id < $3 AND t.state = 0 AND c.id = t.category_id AND c.read_level <= $1 ORDER BY t.id)"};

absl::Status Store::ListTopicAddresses(const Reader& reader, int64_t first, int64_t end,
                                       Documents<v1::TopicAddress>* topics) {
  return tx_.Query(
      kListTopicAddresses,
      [&](const Row& row) {
        v1::TopicAddress* topic = topics->Add();
        topic->set_id(row.Int(0));
        topic->set_slug(std::string(row.Text(1)));
        SetTime(row.Int(2), topic->mutable_changed_at());
      },
      reader.level, first, end);
}

}  // namespace forium::forum
