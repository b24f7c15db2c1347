// SPDX-License-Identifier: Apache-2.0
// The terms of a query: which tokens, and which in a row, tell that a text has a word.
#include <algorithm>
#include <utility>

#include "services/search/words/characters.h"
#include "services/search/words/state.h"
#include "services/search/words/words.h"

namespace forium::search {
namespace {

constexpr float kStemWeight = 0.7f;      // `runs` for `run`
constexpr float kPartsWeight = 0.8f;     // `foo bar` for `foo_bar`
constexpr float kClosedWeight = 0.7f;    // `email` for `e-mail`
constexpr float kDotlessWeight = 0.5f;   // `net` for `.NET`
constexpr float kHostWeight = 0.3f;      // another page of the host
constexpr float kCompoundWeight = 0.9f;  // a Korean word inside another
constexpr float kParticleWeight = 0.8f;  // a Korean word without its particle
// Longer phrases say no more: a pasted URL, a sentence without spaces.
constexpr size_t kMaxPhrase = 16;

void AddForm(std::vector<Form>& forms, std::vector<std::string> tokens, float weight) {
  if (tokens.empty()) return;
  for (const Form& form : forms) {
    if (form.tokens == tokens) return;
  }
  forms.push_back({std::move(tokens), weight});
}

// Words of grammar of one character: nobody looks for them, and they stand beside every other.
bool IsParticle(std::string_view character) {
  static constexpr std::string_view kParticles[] = {
      "の", "を", "は", "が", "に", "で", "と", "も", "へ", "や", "か", "ね", "よ", "な",
      "た", "だ", "て", "し", "る", "い", "す", "的", "了", "吗", "嗎", "呢", "吧", "着",
      "们", "們", "是", "在", "和", "有", "我", "你", "这", "這", "就", "都", "很"};
  return std::find(std::begin(kParticles), std::end(kParticles), character) != std::end(kParticles);
}

// Bytes of the Korean particle that a word ends with.
size_t ParticleBytes(std::string_view word) {
  static constexpr std::string_view kParticles[] = {"에서", "으로", "에게", "까지", "부터", "을",
                                                    "를",   "이",   "가",   "은",   "는",   "에",
                                                    "로",   "와",   "과",   "의",   "도",   "만"};
  for (std::string_view particle : kParticles) {
    if (word.size() > particle.size() && word.ends_with(particle)) return particle.size();
  }
  return 0;
}

// What characters [first, last) are found by: successive grams.
std::vector<std::string> Grams(const SpacelessRun& run, size_t first, size_t last) {
  const size_t length = std::min<size_t>(3, last - first);
  std::vector<std::string> grams;
  for (size_t i = first; i + length <= last && grams.size() < kMaxPhrase; ++i) {
    grams.emplace_back(run.Text(i, length));
  }
  return grams;
}

Term SpacelessTerm(const SpacelessRun& run, size_t first, size_t last) {
  Term term;
  term.text = std::string(run.Text(first, last - first));
  term.plain = false;
  term.begin = run.Begin(first);
  term.end = run.End(last - 1);
  return term;
}

// A character that is a word alone is in no index unless its run ends there: it is looked for with
// the characters beside it, if they are not of grammar.
void AddLoneCharacter(const SpacelessRun& run, size_t at, std::vector<Term>& terms) {
  if (IsParticle(run.Text(at, 1))) return;
  Term term = SpacelessTerm(run, at, at + 1);
  if (at > 0 && !IsParticle(run.Text(at - 1, 1))) {
    AddForm(term.forms, Grams(run, at - 1, at + 1), 1);
  }
  const bool followed = at + 1 < run.size();
  if (followed && (term.forms.empty() || !IsParticle(run.Text(at + 1, 1)))) {
    AddForm(term.forms, Grams(run, at, at + 2), 1);
  }
  AddForm(term.forms, Grams(run, at, at + 1), 1);
  terms.push_back(std::move(term));
}

// [first, last) is a word of the run.
void AddSegment(const SpacelessRun& run, size_t first, size_t last, std::vector<Term>& terms) {
  if (last - first == 1 && run.size() > 1) return AddLoneCharacter(run, first, terms);
  Term term = SpacelessTerm(run, first, last);
  AddForm(term.forms, Grams(run, first, last), 1);
  terms.push_back(std::move(term));
}

void AddKorean(const SpacelessRun& run, std::vector<Term>& terms) {
  const size_t size = run.size();
  Term term = SpacelessTerm(run, 0, size);
  AddForm(term.forms, {std::string(CutTo(term.text, kMaxTokenBytes))}, 1);
  AddForm(term.forms, Grams(run, 0, size), kCompoundWeight);
  std::string_view word = term.text;
  // Up to two: 서버 에서 는.
  for (int i = 0; i < 2; ++i) {
    const size_t particle = ParticleBytes(word);
    if (particle == 0) break;
    word.remove_suffix(particle);
    const size_t left = CountCharacters(word);
    if (left < 2) break;
    AddForm(term.forms, Grams(run, 0, left), kParticleWeight);
  }
  terms.push_back(std::move(term));
}

void AddSpaceless(SpacelessRun& run, CharacterClass type, std::vector<Term>& terms) {
  if (run.size() == 0) return;
  if (type == CharacterClass::kHangul) return AddKorean(run, terms);
  const size_t before = terms.size();
  if (run.size() <= 2) {
    AddSegment(run, 0, run.size(), terms);
  } else {
    const std::vector<size_t> words = run.Words();
    for (size_t i = 0; i + 1 < words.size(); ++i) {
      if (words[i] < words[i + 1]) AddSegment(run, words[i], words[i + 1], terms);
    }
  }
  // Nothing but particles: then it is they that are looked for.
  if (terms.size() == before) {
    Term term = SpacelessTerm(run, 0, run.size());
    AddForm(term.forms, Grams(run, 0, run.size()), 1);
    terms.push_back(std::move(term));
  }
}

}  // namespace

void Words::State::AddWord(std::string_view text, const std::vector<Language>& languages,
                           std::vector<Term>& terms) {
  const Part& part = run.parts[0];
  Term term;
  term.text = Fold(text, part, Language::kNone).text;
  if (term.text.empty()) return;
  term.begin = run.begin;
  term.end = run.end;
  AddForm(term.forms, {term.text}, 1);
  for (Language language : languages) {
    if (language == Language::kNone) continue;
    const FoldedWord word = Fold(text, part, language);
    const std::string stem(word.stem.empty() ? word.text : word.stem);
    AddForm(term.forms, {stem}, kStemWeight);
    AddForm(term.forms, {kStemSign + stem}, kStemWeight);
  }
  terms.push_back(std::move(term));
}

void Words::State::AddIdentifier(std::string_view text, std::vector<Term>& terms) {
  std::vector<std::string> parts;
  bool hyphens = true;
  std::string closed;
  for (size_t i = 0; i < run.parts.size() && parts.size() < kMaxPhrase; ++i) {
    const Part& part = run.parts[i];
    parts.emplace_back(Fold(text, part, Language::kNone).text);
    if (parts.back().empty()) parts.pop_back();
    if (i > 0) hyphens = hyphens && part.joiner == 1 && text[part.begin - 1] == '-';
    closed += parts.empty() ? "" : parts.back();
  }
  if (parts.empty()) return;
  Term term;
  term.begin = run.begin;
  term.end = run.end;
  term.plain = false;
  term.identifier = true;
  if (run.url) {
    const std::string host(Host(text));
    term.text = host;
    const bool has_path = run.parts.size() > run.host_parts;
    if (has_path) AddForm(term.forms, parts, 1);
    if (run.host_parts > 1) AddForm(term.forms, {host}, has_path ? kHostWeight : 1);
    if (!has_path) AddForm(term.forms, parts, run.host_parts > 1 ? kPartsWeight : 1);
  } else {
    term.text = Whole(text);
    AddForm(term.forms, {term.text}, 1);
    if (parts.size() > 1) AddForm(term.forms, parts, kPartsWeight);
    if (parts.size() == 2 && hyphens) {
      AddForm(term.forms, {std::string(CutTo(closed, kMaxTokenBytes))}, kClosedWeight);
    }
    if (parts.size() == 1 && run.leading_dot) AddForm(term.forms, parts, kDotlessWeight);
  }
  terms.push_back(std::move(term));
}

std::vector<Term> Words::SplitQuery(std::string_view text, const std::vector<Language>& languages) {
  State& state = *state_;
  std::vector<Term> terms;
  for (size_t at = 0; at < text.size();) {
    size_t bytes = 0;
    const CharacterClass type = State::ClassAt(text, at, bytes);
    if (type == CharacterClass::kLetter) {
      ReadRun(text, at, state.run);
      at = state.run.end;
      if (state.run.joined() || state.run.url) {
        state.AddIdentifier(text, terms);
      } else if (!state.run.parts.empty()) {
        state.AddWord(text, languages, terms);
      }
    } else if (type == CharacterClass::kSpaceless || type == CharacterClass::kHangul) {
      at = state.spaceless.Read(text, at, type, state.folded.folding());
      AddSpaceless(state.spaceless, type, terms);
    } else {
      at += bytes;
    }
  }
  return terms;
}

}  // namespace forium::search
