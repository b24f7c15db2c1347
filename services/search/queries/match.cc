// SPDX-License-Identifier: Apache-2.0
// MATCH expressions of plan.h. Grammar: https://www.sqlite.org/fts5.html, section 3.
#include <algorithm>

#include "services/search/index/marks.h"
#include "services/search/queries/plan.h"
#include "services/search/words/tokenizer.h"

namespace forium::search {
namespace {

// Marks begin with a sign that no word has, so words are looked for without a column: it costs.
constexpr std::string_view kBodyColumn = "body : ";

class Writer {
 public:
  explicit Writer(const Plan& plan) : plan_(plan) {}

  void Write(std::string_view text) { expression_.match += text; }

  void Terms(const std::vector<int>& terms, std::string_view between) {
    Write("(");
    for (size_t i = 0; i < terms.size(); ++i) {
      if (i > 0) Write(between);
      Forms(terms[i]);
    }
    Write(")");
  }

  // Each with one of those behind it.
  void Pairs(const std::vector<int>& terms) {
    Write("(");
    for (size_t i = 0; i + 1 < terms.size(); ++i) {
      if (i > 0) Write(" OR ");
      Write("(");
      Forms(terms[i]);
      Write(" AND ");
      Terms({terms.begin() + static_cast<std::ptrdiff_t>(i) + 1, terms.end()}, " OR ");
      Write(")");
    }
    Write(")");
  }

  // The forms of a term, one of which must be there.
  void Forms(int term) {
    const auto& forms = plan_.terms[static_cast<size_t>(term)].forms;
    if (plan_.in_body) Write(kBodyColumn);
    Write("(");
    for (size_t i = 0; i < forms.size(); ++i) {
      if (i > 0) Write(" OR ");
      Write(Quoted(forms[i].tokens));
      expression_.hits.Add(term, static_cast<int>(i), forms[i].weight);
    }
    Write(")");
  }

  // Marks behind the terms, then what must not be there.
  Expression Finish(int64_t posts) {
    for (const std::vector<std::string>& group : plan_.marks) Marks(group, " AND ");
    if (!plan_.excluded_marks.empty()) Marks(plan_.excluded_marks, " NOT ");
    for (const PlannedTerm& term : plan_.excluded) {
      Write(" NOT ");
      Write("(");
      for (size_t i = 0; i < term.forms.size(); ++i) {
        if (i > 0) Write(" OR ");
        Write(Quoted(term.forms[i].tokens));
        expression_.hits.AddFilter();
      }
      Write(")");
    }
    expression_.posts = posts;
    return std::move(expression_);
  }

  void Marks(const std::vector<std::string>& marks, std::string_view before) {
    if (!expression_.match.empty()) {
      // AND and NOT bind in their own order: what is there already is one.
      expression_.match = "(" + expression_.match + ")";
      Write(before);
    }
    Write("(");
    for (size_t i = 0; i < marks.size(); ++i) {
      if (i > 0) Write(" OR ");
      Write(Quoted({Mark(marks[i])}));
      expression_.hits.AddFilter();
    }
    Write(")");
  }

 private:
  const Plan& plan_;
  Expression expression_;
};

int64_t PostsOf(const Plan& plan, int term) { return plan.terms[static_cast<size_t>(term)].posts; }

int64_t Least(const Plan& plan, const std::vector<int>& terms) {
  int64_t least = PostsOf(plan, terms.front());
  for (const int term : terms) least = std::min(least, PostsOf(plan, term));
  return least;
}

int64_t Sum(const Plan& plan, const std::vector<int>& terms) {
  int64_t sum = 0;
  for (const int term : terms) sum += PostsOf(plan, term);
  return sum;
}

}  // namespace

Expression MatchOf(const Plan& plan, const Wanted& wanted) {
  Writer writer(plan);
  const std::vector<int>& terms = wanted.terms;
  if (terms.empty()) return writer.Finish(0);
  switch (wanted.how) {
    case Wanted::How::kAll:
      writer.Terms(terms, " AND ");
      return writer.Finish(Least(plan, terms));
    case Wanted::How::kAny:
      writer.Terms(terms, " OR ");
      return writer.Finish(Sum(plan, terms));
    case Wanted::How::kTwo:
      break;
  }
  writer.Pairs(terms);
  return writer.Finish(Sum(plan, terms) - PostsOf(plan, terms.back()));
}

}  // namespace forium::search
