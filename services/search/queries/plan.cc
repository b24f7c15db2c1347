// SPDX-License-Identifier: Apache-2.0
#include "services/search/queries/plan.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "absl/strings/ascii.h"
#include "services/search/queries/weights.h"

namespace forium::search {
namespace {

constexpr size_t kMostForms = 24;
constexpr size_t kMostPhraseTokens = 32;
constexpr size_t kContinuations = 12;
// Of a word that is written as it stands often enough.
constexpr size_t kContinuationsOfKnown = 4;
constexpr int64_t kKnownWell = 50;
constexpr size_t kCorrections = 4;
constexpr size_t kParts = 12;
constexpr size_t kLeastPartBytes = 3;
// A rare word is taken for a typo too when a near one is this many times as frequent.
constexpr int64_t kTimesAsFrequent = 20;
// Words that nobody counts (parts of scripts without spaces): one post in so many.
constexpr int64_t kUncountedShare = 200;
// Below this many posts no word is called frequent.
constexpr int64_t kFewPosts = 50;

// Whether both have the same ASCII digits in a row: 1045 is no typo for 1046.
bool SameDigits(std::string_view a, std::string_view b) {
  const auto digits = [](std::string_view word) {
    std::string found;
    std::copy_if(word.begin(), word.end(), std::back_inserter(found), absl::ascii_isdigit);
    return found;
  };
  return digits(a) == digits(b);
}

class Planner {
 public:
  explicit Planner(const PlanSources& sources)
      : sources_(sources),
        vocabulary_(sources.vocabulary),
        languages_(sources.languages),
        words_(sources.words) {}

  Plan Make(const Query& query) {
    for (const QueryWord& word : query.words) {
      if (word.phrase) {
        AddPhrase(word);
      } else {
        AddWords(word);
      }
    }
    plan_.in_title = query.Has(FilterKind::kInTitle);
    const bool typing = query.typing && !query.words.back().excluded && !plan_.terms.empty() &&
                        plan_.terms.back().end == query.text.size();
    for (PlannedTerm& term : plan_.terms) {
      const bool last = typing && &term == &plan_.terms.back();
      if (last && term.plain) Continue(term, Known(term) ? kContinuationsOfKnown : kContinuations);
      if (term.plain || !term.phrase) Mend(term);
    }
    for (PlannedTerm& term : plan_.terms) {
      DropUnwritten(term);
      Weigh(term);
    }
    MarkFrequent();
    return std::move(plan_);
  }

  void Continue(PlannedTerm& term, size_t limit) {
    const auto entries = vocabulary_.WithPrefix(term.text, limit);
    int64_t most = 1;
    for (const Vocabulary::Entry& entry : entries) most = std::max(most, entry.posts);
    for (const Vocabulary::Entry& entry : entries) {
      const float share = std::sqrt(static_cast<float>(entry.posts) / static_cast<float>(most));
      AddForm(term, entry, weights::kContinued * std::max(share, 0.1f),
              PlannedForm::Origin::kContinued);
    }
  }

 private:
  int64_t Frequency(const std::string& word) const { return sources_.Frequency(word); }

  bool Known(const PlannedTerm& term) const { return Frequency(term.text) >= kKnownWell; }

  void Add(PlannedTerm term, bool excluded) {
    if (term.forms.empty()) return;
    std::vector<PlannedTerm>& terms = excluded ? plan_.excluded : plan_.terms;
    if (terms.size() == static_cast<size_t>(kMaxTerms)) {
      plan_.too_many = true;
      return;
    }
    const auto same = [&](const PlannedTerm& other) {
      return other.text == term.text && other.phrase == term.phrase;
    };
    // A word that is there twice asks for nothing more.
    if (std::any_of(terms.begin(), terms.end(), same)) return;
    terms.push_back(std::move(term));
  }

  void AddWords(const QueryWord& word) {
    // Places are those of the word's text; a minus stands before it.
    const size_t start = word.begin + (word.excluded ? 1 : 0);
    for (Term& term : words_.SplitQuery(word.text, languages_)) {
      PlannedTerm planned = {.text = std::move(term.text),
                             .plain = term.plain,
                             .begin = start + term.begin,
                             .end = start + term.end};
      // Leaving out means the word as it was typed, not what is like it.
      const size_t forms =
          word.excluded && term.plain ? 1 : std::min(term.forms.size(), kMostForms);
      for (size_t i = 0; i < forms; ++i) {
        planned.forms.push_back({std::move(term.forms[i].tokens), term.forms[i].weight});
      }
      Add(std::move(planned), word.excluded);
    }
  }

  // The words of a phrase in a row, as they stand in a text: at each place one token, the word or
  // the longest of the characters that begin there.
  void AddPhrase(const QueryWord& word) {
    PlannedTerm planned = {.text = word.text, .phrase = true, .begin = word.begin, .end = word.end};
    std::vector<std::string> tokens;
    std::vector<size_t> ends;
    bool grams = false;
    words_.Split(word.text, Language::kNone, [&](const Token& token) {
      const auto place = static_cast<size_t>(token.position);
      if (token.kind != Token::Kind::kWord && token.kind != Token::Kind::kGram) return;
      if (place >= kMostPhraseTokens || place > tokens.size()) return;
      grams = token.kind == Token::Kind::kGram;
      if (place == tokens.size()) {
        tokens.emplace_back(token.text);
        ends.push_back(token.end);
      } else if (grams && token.text.size() > tokens[place].size()) {
        tokens[place] = std::string(token.text);
        ends[place] = token.end;
      }
    });
    // Short ones stand at the end of a run only; the one before has their characters.
    while (grams && tokens.size() > 1 && ends[tokens.size() - 2] == ends[tokens.size() - 1]) {
      tokens.pop_back();
      ends.pop_back();
    }
    if (tokens.empty()) return;
    planned.forms.push_back({std::move(tokens)});
    Add(std::move(planned), word.excluded);
  }

  void AddForm(PlannedTerm& term, const Vocabulary::Entry& entry, float weight,
               PlannedForm::Origin origin) {
    if (term.forms.size() >= kMostForms) return;
    for (const PlannedForm& form : term.forms) {
      if (form.tokens.size() == 1 && form.tokens[0] == entry.word) return;
    }
    term.forms.push_back({{entry.word}, weight, origin});
  }

  // A stem that nobody wrote, or that no other word has: each form costs a look-up. What is rare is
  // not all in the vocabulary, so it keeps its forms.
  void DropUnwritten(PlannedTerm& term) {
    if (!term.plain || term.phrase || !Known(term)) return;
    const auto unwritten = [this](const PlannedForm& form) {
      return form.origin == PlannedForm::Origin::kTyped && form.weight < 1 &&
             form.tokens.size() == 1 && vocabulary_.Frequency(form.tokens[0]) == 0;
    };
    std::erase_if(term.forms, unwritten);
  }

  // Forms for a word that nobody wrote so: near words, or longer ones that contain it.
  void Mend(PlannedTerm& term) {
    const int64_t frequency = Frequency(term.text);
    if (term.phrase || Stands(term)) return;
    size_t added = 0;
    if (term.plain && frequency <= vocabulary_.posts() / 2000 + 2) {
      added = AddNear(term, frequency);
    }
    const bool continued = std::any_of(
        term.forms.begin(), term.forms.end(),
        [](const PlannedForm& form) { return form.origin == PlannedForm::Origin::kContinued; });
    if (frequency > 0 || continued || (term.plain && added > 0)) return;
    if (term.text.size() < kLeastPartBytes) return;
    for (const Vocabulary::Entry& entry : vocabulary_.WithPart(term.text, kParts)) {
      AddForm(term, entry, weights::kPart, PlannedForm::Origin::kPart);
    }
  }

  // A form other than the typed one is known: an inflection, or parts in a row.
  bool Stands(const PlannedTerm& term) const {
    return !term.plain && term.forms.size() > 1 && Frequency(term.text) > 0;
  }

  size_t AddNear(PlannedTerm& term, int64_t frequency) {
    const int distance = ForgivenDistance(term.text);
    if (distance == 0) return 0;
    size_t added = 0;
    for (const Vocabulary::Entry& entry : vocabulary_.Near(term.text, distance, kCorrections)) {
      if (frequency > 0 && entry.posts < frequency * kTimesAsFrequent) continue;
      if (Frequency(entry.word) == 0 || SameStem(term, entry.word)) continue;
      if (!SameDigits(term.text, entry.word)) continue;
      AddForm(term, entry, std::pow(weights::kCorrectedStep, static_cast<float>(entry.distance)),
              PlannedForm::Origin::kCorrected);
      ++added;
    }
    return added;
  }

  // Another inflection: found by the stem already, and no correction.
  bool SameStem(const PlannedTerm& term, const std::string& word) {
    for (const Language language : languages_) {
      const std::string stem = words_.StemToken(word, language);
      if (stem.empty()) continue;
      for (const PlannedForm& form : term.forms) {
        if (form.tokens.size() == 1 && form.tokens[0] == stem) return true;
      }
    }
    return false;
  }

  void Weigh(PlannedTerm& term) {
    const int64_t all = vocabulary_.posts();
    int64_t posts = -1;
    for (const PlannedForm& form : term.forms) {
      // Words in a row are at most as frequent as the rarest of them.
      int64_t least = -1;
      for (const std::string& token : form.tokens) {
        const int64_t frequency = Frequency(token);
        if (frequency > 0 && (least < 0 || frequency < least)) least = frequency;
      }
      if (least < 0) continue;
      const bool own = form.origin == PlannedForm::Origin::kTyped;
      posts = own ? std::max(posts, least)
                  : std::max(posts, static_cast<int64_t>(static_cast<float>(least) * form.weight));
    }
    term.posts = posts < 0 ? std::max<int64_t>(1, all / kUncountedShare) : posts;
    term.rarity = RarityOf(term.posts, all);
  }

  void MarkFrequent() {
    const int64_t all = vocabulary_.posts();
    if (all < kFewPosts) return;
    const auto limit = static_cast<int64_t>(static_cast<double>(all) * weights::kFrequentShare);
    const auto decides = [&](const PlannedTerm& term) {
      return term.phrase || term.posts <= limit;
    };
    if (!std::any_of(plan_.terms.begin(), plan_.terms.end(), decides)) return;
    for (PlannedTerm& term : plan_.terms) term.frequent = !decides(term);
  }

  const PlanSources& sources_;
  const Vocabulary& vocabulary_;
  const std::vector<Language>& languages_;
  Words& words_;
  Plan plan_;
};

}  // namespace

std::vector<int> Plan::Deciding() const {
  std::vector<int> order;
  for (size_t i = 0; i < terms.size(); ++i) {
    if (!terms[i].frequent) order.push_back(static_cast<int>(i));
  }
  std::stable_sort(order.begin(), order.end(), [this](int a, int b) {
    return terms[static_cast<size_t>(a)].posts < terms[static_cast<size_t>(b)].posts;
  });
  return order;
}

float Plan::Rarity() const {
  float sum = 0;
  for (const PlannedTerm& term : terms) sum += term.frequent ? 0 : term.rarity;
  return sum;
}

int64_t PlanSources::Frequency(const std::string& word) const {
  const auto counted = known.find(word);
  return counted != known.end() ? counted->second : vocabulary.Frequency(word);
}

Plan MakePlan(const Query& query, const PlanSources& sources) {
  return Planner(sources).Make(query);
}

void Continue(PlannedTerm& term, const PlanSources& sources, size_t limit) {
  Planner(sources).Continue(term, limit);
}

float RarityOf(int64_t posts, int64_t all_posts) {
  const auto all = static_cast<float>(std::max<int64_t>(all_posts, posts));
  const auto with = static_cast<float>(posts);
  return std::log(1.0f + (all - with + 0.5f) / (with + 0.5f));
}

}  // namespace forium::search
