// SPDX-License-Identifier: Apache-2.0
// The marks of a post in the column `marks`: what filters are found by. One definition for who
// writes and who asks; both pass each through Mark() of words.h. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace forium::search {

std::string CategoryMark(int64_t category_id);  // c17
std::string TopicMark(int64_t topic_id);        // t17
std::string AuthorMark(int64_t user_id);        // u17
std::string TagMark(std::string_view slug);     // g<slug>
// First posts; posts with a block of code.
inline constexpr std::string_view kFirstMark = "first";
inline constexpr std::string_view kCodeMark = "code";
// Of the time that a post was written: its year (y2016) and its month (m2016-03), UTC.
std::string YearMark(int64_t micros);
std::string MonthMark(int64_t micros);
// The marks of all posts from `begin` on and before `end`, by whole months: years where they are
// whole. The exact bounds stand in the statement beside it. From 1970 on, at most 60 years.
std::vector<std::string> MarksBetween(int64_t begin_micros, int64_t end_micros);

// What marks are made of.
struct MarkedPost {
  int64_t category_id = 0, topic_id = 0, author_id = 0;
  std::string_view tags = {};  // slugs with commas between
  int64_t created_at = 0;      // microseconds
  bool first = false, has_code = false;
};
// The value of the column.
std::string MarksOf(const MarkedPost& post);

}  // namespace forium::search
