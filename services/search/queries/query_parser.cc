// SPDX-License-Identifier: Apache-2.0
#include "services/search/queries/query_parser.h"

#include <algorithm>
#include <array>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/search/queries/query_text.h"

namespace forium::search {
namespace {

using v1::Problem;

// Names that take a value of any kind; `in`, `is`, `has` and `order` take a few only, see below.
struct Operator {
  std::string_view name;
  FilterKind kind;
};
constexpr std::array<Operator, 6> kOperators = {{
    {"category", FilterKind::kCategory},
    {"tag", FilterKind::kTag},
    {"user", FilterKind::kUser},
    {"topic", FilterKind::kTopic},
    {"before", FilterKind::kBefore},
    {"after", FilterKind::kAfter},
}};

struct Choice {
  std::string_view name, value;
  FilterKind kind;
};
constexpr std::array<Choice, 11> kChoices = {{
    {"in", "title", FilterKind::kInTitle},
    {"in", "first", FilterKind::kInFirst},
    {"is", "solved", FilterKind::kSolved},
    {"is", "unsolved", FilterKind::kUnsolved},
    {"is", "open", FilterKind::kOpen},
    {"is", "closed", FilterKind::kClosed},
    {"has", "code", FilterKind::kCode},
    {"order", "relevance", FilterKind::kOrder},
    {"order", "latest", FilterKind::kOrder},
    {"order", "oldest", FilterKind::kOrder},
    {"order", "likes", FilterKind::kOrder},
}};

// What other places call it: worth telling that it is a word here.
constexpr std::array<std::string_view, 10> kForeignNames = {
    "author", "from", "by", "categories", "tags", "since", "until", "sort", "status", "title"};

bool IsChoiceName(std::string_view name) {
  return std::any_of(kChoices.begin(), kChoices.end(),
                     [&](const Choice& choice) { return choice.name == name; });
}

v1::Order OrderOf(std::string_view value) {
  if (value == "latest") return v1::LATEST;
  if (value == "oldest") return v1::OLDEST;
  return value == "likes" ? v1::LIKES : v1::RELEVANCE;
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  absl::AsciiStrToLower(&lower);
  return lower;
}

// Digits only, at most 18 of them; -1: not a number.
int64_t ParseNumber(std::string_view digits) {
  if (digits.empty() || digits.size() > 18) return -1;
  int64_t number = 0;
  for (const char c : digits) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return -1;
    number = number * 10 + (c - '0');
  }
  return number;
}

// What may follow a minus that leaves out; `->`, `--help` and a minus alone are words.
bool CanBeExcluded(std::string_view rest) {
  if (rest.empty() || SpaceBytes(rest) > 0) return false;
  const auto first = static_cast<unsigned char>(rest[0]);
  return absl::ascii_isalnum(first) || first >= 0x80 || first == '_' || first == '@' ||
         QuoteBytes(rest) > 0;
}

class Parser {
 public:
  explicit Parser(std::string_view typed) {
    query_.text = CleanText(typed, kMaxQueryBytes);
    text_ = query_.text;
    if (typed.size() > text_.size()) Tell(Problem::TOO_LONG, "");
  }

  Query Parse() {
    while (SkipSpaces(), place_ < text_.size()) ReadOne();
    const bool finds =
        std::any_of(query_.words.begin(), query_.words.end(),
                    [](const QueryWord& word) { return !word.excluded; }) ||
        std::any_of(query_.filters.begin(), query_.filters.end(), [](const QueryFilter& filter) {
          return !filter.excluded && filter.kind != FilterKind::kOrder &&
                 filter.kind != FilterKind::kInTitle;
        });
    if (!finds) Tell(Problem::NOTHING_TO_FIND, "");
    return std::move(query_);
  }

 private:
  std::string_view Rest() const { return text_.substr(place_); }

  void SkipSpaces() {
    while (const size_t bytes = SpaceBytes(Rest())) {
      place_ += bytes;
      query_.typing = false;
    }
  }

  void Tell(Problem::Kind kind, std::string_view part) {
    const auto same = [&](const Problem& problem) {
      return problem.kind() == kind && problem.text() == part;
    };
    if (std::any_of(query_.problems.begin(), query_.problems.end(), same)) return;
    Problem problem;
    problem.set_kind(kind);
    problem.set_text(std::string(part));
    query_.problems.push_back(std::move(problem));
  }

  // At a quote: what it holds. Without an end it goes on to the end of the query.
  std::string_view ReadQuoted() {
    const size_t begin = place_;
    place_ += QuoteBytes(Rest());
    const size_t inside = place_;
    while (place_ < text_.size()) {
      if (const size_t bytes = QuoteBytes(Rest())) {
        const std::string_view quoted = text_.substr(inside, place_ - inside);
        place_ += bytes;
        return quoted;
      }
      ++place_;
    }
    Tell(Problem::UNBALANCED_QUOTE, text_.substr(begin));
    return text_.substr(inside);
  }

  std::string_view ReadPlain() {
    const size_t begin = place_;
    while (place_ < text_.size() && SpaceBytes(Rest()) == 0 && QuoteBytes(Rest()) == 0) ++place_;
    return text_.substr(begin, place_ - begin);
  }

  void ReadOne() {
    const size_t begin = place_;
    const bool excluded = text_[place_] == '-' && CanBeExcluded(text_.substr(place_ + 1));
    if (excluded) ++place_;
    if (QuoteBytes(Rest()) > 0) {
      query_.typing = false;
      AddWord({std::string(ReadQuoted()), true, excluded, begin, place_});
      return;
    }
    const std::string_view plain = ReadPlain();
    if (ReadFilter(plain, excluded, begin)) return;
    AddWord({std::string(plain), false, excluded, begin, place_});
    query_.typing = place_ == text_.size();
  }

  // True: it was one. `plain` was read already, a value in quotes was not.
  bool ReadFilter(std::string_view plain, bool excluded, size_t begin) {
    if (plain.size() > 1 && plain[0] == '@') {
      AddFilter({FilterKind::kUser, std::string(plain.substr(1)), excluded, 0, begin, place_});
      return true;
    }
    const size_t colon = plain.find(':');
    if (colon == std::string_view::npos) return false;
    const std::string name = Lower(plain.substr(0, colon));
    std::string_view value = plain.substr(colon + 1);
    if (value.empty() && place_ < text_.size() && QuoteBytes(Rest()) > 0) {
      if (!IsOperatorName(name)) return false;
      value = ReadQuoted();
    }
    for (const Operator& one : kOperators) {
      if (one.name != name) continue;
      // `tag::x` is C++, `tag:` a word that a colon follows.
      if (value.empty() || value[0] == ':') return false;
      AddFilter({one.kind, std::string(value), excluded, NumberOf(one.kind, value), begin, place_});
      return true;
    }
    return ReadChoice(name, value, excluded, begin);
  }

  bool ReadChoice(const std::string& name, std::string_view value, bool excluded, size_t begin) {
    const std::string lower = Lower(value);
    for (const Choice& choice : kChoices) {
      if (choice.name != name || choice.value != lower) continue;
      if (choice.kind == FilterKind::kOrder) query_.order = OrderOf(lower);
      AddFilter({choice.kind, lower, excluded, 0, begin, place_});
      return true;
    }
    const bool foreign =
        std::find(kForeignNames.begin(), kForeignNames.end(), name) != kForeignNames.end();
    const bool tellable = !value.empty() && value[0] != ':' && value[0] != '/';
    if (tellable && (foreign || IsChoiceName(name))) {
      Tell(Problem::UNKNOWN_OPERATOR, text_.substr(begin, place_ - begin));
    }
    return false;
  }

  static bool IsOperatorName(std::string_view name) {
    return std::any_of(kOperators.begin(), kOperators.end(),
                       [&](const Operator& one) { return one.name == name; });
  }

  int64_t NumberOf(FilterKind kind, std::string_view value) {
    if (kind == FilterKind::kTopic) return ParseNumber(value);
    if (kind == FilterKind::kBefore || kind == FilterKind::kAfter) return ParseDate(value);
    return 0;
  }

  void AddWord(QueryWord word) {
    if (word.text.empty()) return;
    if (query_.words.size() == kMaxQueryWords) return Tell(Problem::TOO_MANY_WORDS, "");
    query_.words.push_back(std::move(word));
  }

  void AddFilter(QueryFilter filter) {
    query_.typing = false;
    if (query_.filters.size() == kMaxQueryFilters) return Tell(Problem::TOO_MANY_WORDS, "");
    query_.filters.push_back(std::move(filter));
  }

  Query query_;
  std::string_view text_;
  size_t place_ = 0;
};

}  // namespace

bool Query::Has(FilterKind kind) const {
  return std::any_of(filters.begin(), filters.end(),
                     [&](const QueryFilter& filter) { return filter.kind == kind; });
}

Query ParseQuery(std::string_view typed) { return Parser(typed).Parse(); }

std::string_view NameOf(FilterKind kind) {
  for (const Operator& one : kOperators) {
    if (one.kind == kind) return one.name;
  }
  for (const Choice& choice : kChoices) {
    if (choice.kind == kind) return choice.name;
  }
  return "";
}

int64_t ParseDate(std::string_view date) {
  std::array<int64_t, 3> parts = {0, 1, 1};
  size_t count = 0;
  while (true) {
    const size_t dash = std::min(date.find('-'), date.size());
    const size_t most = count == 0 ? 4 : 2;
    if (count == parts.size() || dash > most || (count == 0 && dash != 4)) return -1;
    parts[count] = ParseNumber(date.substr(0, dash));
    if (parts[count] < 0) return -1;
    ++count;
    if (dash == date.size()) break;
    date.remove_prefix(dash + 1);
  }
  // CivilDay takes the 31st of June for the 1st of July; a date is what stays as it is.
  const absl::CivilDay day(parts[0], static_cast<int>(parts[1]), static_cast<int>(parts[2]));
  if (parts[0] < 1970 || parts[0] > 9000 || day.month() != parts[1] || day.day() != parts[2]) {
    return -1;
  }
  return absl::ToUnixMicros(absl::FromCivil(day, absl::UTCTimeZone()));
}

}  // namespace forium::search
