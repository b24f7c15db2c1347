// SPDX-License-Identifier: Apache-2.0
#include "services/search/words/words.h"

#include <algorithm>

#include "services/search/words/characters.h"
#include "services/search/words/state.h"

namespace forium::search {
namespace {

// A dot that belongs to the name behind it: `.NET`, `~/.bashrc`.
bool IsLeadingDot(std::string_view text, size_t at) {
  if (!(AsciiBits(text, at + 1) & (kUpper | kLower))) return false;
  return at == 0 || static_cast<uint8_t>(text[at - 1]) <= ' ' ||
         std::string_view("(\"'`/").find(text[at - 1]) != std::string_view::npos;
}

}  // namespace

Words::Words() : state_(std::make_unique<State>()) {}
Words::~Words() = default;

std::string_view Words::State::Whole(std::string_view text) {
  whole.clear();
  if (run.leading_dot) whole += '.';
  for (const Part& part : run.parts) {
    if (whole.size() >= kMaxTokenBytes) break;
    whole.append(text, part.begin - part.joiner, part.joiner);
    whole += Fold(text, part, Language::kNone).text;
    whole.append(text, part.end, part.suffix);
  }
  whole.resize(CutTo(whole, kMaxTokenBytes).size());
  return whole;
}

std::string_view Words::State::Suffixed(std::string_view text, const Part& part) {
  name.assign(CutTo(Fold(text, part, Language::kNone).text, kMaxTokenBytes - part.suffix));
  name.append(text, part.end, part.suffix);
  return name;
}

std::string_view Words::State::Host(std::string_view text) {
  const std::string_view host = text.substr(run.host_begin, run.host_end - run.host_begin);
  whole.assign(folded.Of(host, Language::kNone).text);
  return whole;
}

CharacterClass Words::State::ClassAt(std::string_view text, size_t at, size_t& bytes) {
  const uint8_t bits = kAsciiBits[static_cast<uint8_t>(text[at])];
  bytes = 1;
  if (bits & kAsciiWord) return CharacterClass::kLetter;
  if (bits == kNotAscii) {
    const Character c = ReadCharacter(text, at);
    bytes = c.bytes;
    return c.type;
  }
  const bool begins = text[at] == '.' && IsLeadingDot(text, at);
  return begins ? CharacterClass::kLetter : CharacterClass::kSeparator;
}

// A word with its stem, and at the first part the whole.
int Words::State::GivePart(std::string_view text, size_t index, Language language, int position,
                           Each each) {
  const Part& part = run.parts[index];
  const FoldedWord word = Fold(text, part, language);
  if (word.text.empty()) return position;
  each({word.text, Token::Kind::kWord, position, part.begin, part.end});
  if (!word.stem.empty()) {
    stem.assign(1, kStemSign);
    stem += word.stem;
    each({stem, Token::Kind::kStem, position, part.begin, part.end});
  }
  const bool alone = run.parts.size() == 1 && !run.leading_dot;
  if (part.suffix && !alone) {
    each({Suffixed(text, part), Token::Kind::kIdentifier, position, part.begin,
          part.end + part.suffix});
  }
  return position + 1;
}

int Words::State::GiveRun(std::string_view text, Language language, int position, Each each) {
  for (size_t i = 0; i < run.parts.size(); ++i) {
    const int here = position;
    position = GivePart(text, i, language, position, each);
    if (i > 0 || here == position) continue;
    if (run.joined()) {
      each({Whole(text), Token::Kind::kIdentifier, here, run.begin, run.end});
    } else if (run.url && run.host_parts > 1) {
      each({Host(text), Token::Kind::kIdentifier, here, run.host_begin, run.host_end});
    }
  }
  return position;
}

int Words::State::GiveSpaceless(CharacterClass type, int position, Each each) {
  const size_t size = spaceless.size();
  for (size_t i = 0; i < size; ++i, ++position) {
    const size_t left = size - i;
    size_t shortest = 2;
    if (i == 0 && type == CharacterClass::kHangul) {
      each({CutTo(spaceless.Text(0, size), kMaxTokenBytes), Token::Kind::kWord, position,
            spaceless.Begin(0), spaceless.End(size - 1)});
      // As long as a gram: that is it.
      if (size < 3) continue;
      each({spaceless.Text(0, 2), Token::Kind::kGram, position, spaceless.Begin(0),
            spaceless.End(1)});
      if (size == 3) continue;
      shortest = 3;
    }
    for (size_t length = shortest; length <= 3; ++length) {
      const size_t count = length < left ? length : left;
      each({spaceless.Text(i, count), Token::Kind::kGram, position, spaceless.Begin(i),
            spaceless.End(i + count - 1)});
      if (length >= left) break;
    }
  }
  return position;
}

void Words::Split(std::string_view text, Language language,
                  absl::FunctionRef<void(const Token&)> each) {
  State& state = *state_;
  int position = 0;
  for (size_t at = 0; at < text.size();) {
    size_t bytes = 0;
    const CharacterClass type = State::ClassAt(text, at, bytes);
    if (type == CharacterClass::kLetter) {
      ReadRun(text, at, state.run);
      position = state.GiveRun(text, language, position, each);
      at = state.run.end;
    } else if (type == CharacterClass::kSpaceless || type == CharacterClass::kHangul) {
      at = state.spaceless.Read(text, at, type, state.folded.folding());
      position = state.GiveSpaceless(type, position, each);
    } else {
      at += bytes;
    }
  }
}

std::string Words::Fold(std::string_view text) {
  // ASCII has nothing but cases.
  const auto is_ascii = [](char c) { return static_cast<uint8_t>(c) < 0x80; };
  if (std::all_of(text.begin(), text.end(), is_ascii)) {
    std::string lower(text);
    for (char& c : lower) {
      if (kAsciiBits[static_cast<uint8_t>(c)] & kUpper) c |= 0x20;
    }
    return lower;
  }
  Folding& folding = state_->folded.folding();
  const std::string lower(folding.Lower(text));
  return std::string(folding.Plain(lower));
}

std::string Words::StemToken(std::string_view folded_word, Language language) {
  const FoldedWord word = state_->folded.Of(folded_word, language);
  if (language == Language::kNone || word.text.empty()) return {};
  return kStemSign + std::string(word.stem.empty() ? word.text : word.stem);
}

}  // namespace forium::search
