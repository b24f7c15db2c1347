// SPDX-License-Identifier: Apache-2.0
// Documents as tests write them down; what is not said is plain: visible, by user 1, in 2024.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "proto/forium/forum/v1/documents.pb.h"

namespace forium::search {

// 2024-01-01T00:00:00Z; posts and topics are a minute apart by their ids.
inline constexpr int64_t kFirstSecond = 1'704'067'200;

forum::v1::CategoryDocument CategoryOf(int64_t id, std::string_view slug,
                                       type::v1::Role read_role = type::v1::ANONYMOUS);
forum::v1::UserDocument UserOf(int64_t id, std::string_view username,
                               std::string_view display_name = {});
forum::v1::TopicDocument TopicOf(int64_t id, int64_t category_id, std::string_view title,
                                 const std::vector<std::string_view>& tags = {});
forum::v1::PostDocument PostOf(int64_t id, int64_t topic_id, int32_t number, std::string_view text,
                               int64_t author_id = 1);
// As what is not there any more comes.
forum::v1::PostDocument GonePostOf(int64_t id, int64_t topic_id);

}  // namespace forium::search
