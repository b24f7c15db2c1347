// SPDX-License-Identifier: Apache-2.0
#include "services/search/index/marks.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/search/words/words.h"

namespace forium::search {
namespace {

constexpr int kYears = 60;
constexpr absl::CivilYear kFirstYear(1970);

absl::CivilMonth MonthOf(int64_t micros) {
  return absl::ToCivilMonth(absl::FromUnixMicros(micros), absl::UTCTimeZone());
}

std::string MarkOf(absl::CivilYear year) { return absl::StrCat("y", year.year()); }
std::string MarkOf(absl::CivilMonth month) {
  return absl::StrFormat("m%d-%02d", month.year(), month.month());
}

void Append(std::string& marks, std::string_view mark) {
  if (!marks.empty()) marks += ' ';
  marks += Mark(mark);
}

}  // namespace

std::string CategoryMark(int64_t category_id) { return absl::StrCat("c", category_id); }
std::string TopicMark(int64_t topic_id) { return absl::StrCat("t", topic_id); }
std::string AuthorMark(int64_t user_id) { return absl::StrCat("u", user_id); }
std::string TagMark(std::string_view slug) { return "g" + std::string(slug); }
std::string YearMark(int64_t micros) { return MarkOf(absl::CivilYear(MonthOf(micros))); }
std::string MonthMark(int64_t micros) { return MarkOf(MonthOf(micros)); }

std::vector<std::string> MarksBetween(int64_t begin_micros, int64_t end_micros) {
  std::vector<std::string> marks;
  if (begin_micros >= end_micros) return marks;
  absl::CivilMonth month = std::max(MonthOf(begin_micros), absl::CivilMonth(kFirstYear));
  // The month behind the last.
  const absl::CivilMonth end =
      std::min(MonthOf(end_micros - 1) + 1, absl::CivilMonth(absl::CivilYear(month) + kYears));
  while (month < end) {
    const absl::CivilYear year(month);
    if (month == absl::CivilMonth(year) && absl::CivilMonth(year + 1) <= end) {
      marks.push_back(MarkOf(year));
      month = absl::CivilMonth(year + 1);
    } else {
      marks.push_back(MarkOf(month));
      ++month;
    }
  }
  return marks;
}

std::string MarksOf(const MarkedPost& post) {
  std::string marks;
  Append(marks, CategoryMark(post.category_id));
  Append(marks, TopicMark(post.topic_id));
  Append(marks, AuthorMark(post.author_id));
  for (std::string_view rest = post.tags; !rest.empty();) {
    const size_t comma = std::min(rest.find(','), rest.size());
    if (comma > 0) Append(marks, TagMark(rest.substr(0, comma)));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  if (post.first) Append(marks, kFirstMark);
  if (post.has_code) Append(marks, kCodeMark);
  Append(marks, YearMark(post.created_at));
  Append(marks, MonthMark(post.created_at));
  return marks;
}

}  // namespace forium::search
