// SPDX-License-Identifier: Apache-2.0
#include "services/search/words/folded_words.h"

#include <libstemmer.h>

#include <cstdlib>
#include <cstring>
#include <new>

#include "services/search/words/characters.h"
#include "services/search/words/words.h"

namespace forium::search {
namespace {

// A word is cut before it is folded, too: sorting thousands of marks upon one letter takes long.
constexpr size_t kMaxRawBytes = 4 * kMaxTokenBytes;
constexpr uint32_t kSlots = 8192;

// Nothing shorter has an ending.
constexpr size_t kMinStemmedBytes = 3;

const char* StemmerName(Language language) {
  // In the order of the enumeration.
  static constexpr const char* kNames[] = {
      nullptr,    "arabic",  "danish",    "dutch",   "english",   "finnish",
      "french",   "german",  "hungarian", "italian", "norwegian", "portuguese",
      "romanian", "russian", "spanish",   "swedish", "turkish"};
  const auto index = static_cast<size_t>(language);
  return index < std::size(kNames) ? kNames[index] : nullptr;
}

bool HasDigit(std::string_view word) {
  for (char c : word) {
    if (c >= '0' && c <= '9') return true;
  }
  return false;
}

void DropApostrophes(std::string_view word, std::string& out) {
  out.clear();
  for (size_t i = 0; i < word.size();) {
    const Character c = ReadCharacter(word, i);
    if (c.type != CharacterClass::kApostrophe) out.append(word, i, c.bytes);
    i += c.bytes;
  }
}

}  // namespace

// The word as it was met, folded (when that differs) and its stem, one behind the other.
struct FoldedWords::Slot {
  uint32_t hash;
  uint8_t language;
  uint8_t key, text, stem;  // bytes of each; key 0: empty
  char bytes[88];

  std::string_view Key() const { return {bytes, key}; }
  FoldedWord Word() const {
    return {text ? std::string_view(bytes + key, text) : Key(), {bytes + key + text, stem}};
  }
  void Fill(uint32_t new_hash, Language new_language, std::string_view new_key,
            const FoldedWord& word) {
    const std::string_view differs = word.text == new_key ? std::string_view() : word.text;
    if (new_key.size() + differs.size() + word.stem.size() > sizeof bytes) return;
    hash = new_hash;
    language = static_cast<uint8_t>(new_language);
    key = static_cast<uint8_t>(new_key.size());
    text = static_cast<uint8_t>(differs.size());
    stem = static_cast<uint8_t>(word.stem.size());
    std::memcpy(bytes, new_key.data(), new_key.size());
    if (text) std::memcpy(bytes + key, differs.data(), differs.size());
    if (stem) std::memcpy(bytes + key + text, word.stem.data(), word.stem.size());
  }
};

FoldedWords::FoldedWords() = default;
FoldedWords::~FoldedWords() { std::free(slots_); }

void FoldedWords::StemmerDelete::operator()(sb_stemmer* stemmer) const {
  sb_stemmer_delete(stemmer);
}

FoldedWords::Slot& FoldedWords::SlotOf(std::string_view key, Language language, uint32_t& hash) {
  if (!slots_) {
    slots_ = static_cast<Slot*>(std::calloc(kSlots, sizeof(Slot)));
    if (!slots_) throw std::bad_alloc();
  }
  uint64_t mixed = static_cast<uint64_t>(language) + 1;
  for (char c : key) mixed = (mixed ^ static_cast<uint8_t>(c)) * 0x9E3779B97F4A7C15u;
  hash = static_cast<uint32_t>(mixed >> 32);
  return slots_[(hash ^ (hash >> 16)) % kSlots];
}

FoldedWord FoldedWords::OfAscii(std::string_view word, Language language) {
  char lower[kMaxTokenBytes];
  const size_t size = word.size() < kMaxTokenBytes ? word.size() : kMaxTokenBytes;
  for (size_t i = 0; i < size; ++i) {
    lower[i] = (kAsciiBits[static_cast<uint8_t>(word[i])] & kUpper) ? word[i] | 0x20 : word[i];
  }
  const std::string_view key(lower, size);
  uint32_t hash = 0;
  Slot& slot = SlotOf(key, language, hash);
  if (slot.hash == hash && slot.language == static_cast<uint8_t>(language) && slot.Key() == key) {
    return slot.Word();
  }
  text_.assign(key);
  const FoldedWord made{text_, HasDigit(text_) ? std::string_view() : Stem(text_, language)};
  slot.Fill(hash, language, text_, made);
  return made;
}

FoldedWord FoldedWords::Of(std::string_view word, Language language) {
  const std::string_view raw = CutTo(word, kMaxRawBytes);
  uint32_t hash = 0;
  Slot& slot = SlotOf(raw, language, hash);
  if (slot.hash == hash && slot.language == static_cast<uint8_t>(language) && slot.Key() == raw) {
    return slot.Word();
  }
  DropApostrophes(raw, raw_);
  lower_.assign(CutTo(folding_.Lower(raw_), kMaxTokenBytes));
  text_.assign(CutTo(folding_.Plain(lower_), kMaxTokenBytes));
  const FoldedWord made{text_, HasDigit(text_) ? std::string_view() : Stem(lower_, language)};
  if (!text_.empty()) slot.Fill(hash, language, raw, made);
  return made;
}

// Accents matter to stemmers, so they read the word with its accents, and their answer is folded.
std::string_view FoldedWords::Stem(std::string_view lower, Language language) {
  const char* name = StemmerName(language);
  if (!name || lower.size() < kMinStemmedBytes) return {};
  auto& stemmer = stemmers_[static_cast<size_t>(language)];
  if (!stemmer) stemmer.reset(sb_stemmer_new(name, "UTF_8"));
  if (!stemmer) return {};
  const sb_symbol* stem =
      sb_stemmer_stem(stemmer.get(), reinterpret_cast<const sb_symbol*>(lower.data()),
                      static_cast<int>(lower.size()));
  if (!stem) return {};
  const std::string_view found(reinterpret_cast<const char*>(stem),
                               static_cast<size_t>(sb_stemmer_length(stemmer.get())));
  bool ascii = true;
  for (char c : found) ascii = ascii && static_cast<uint8_t>(c) < 0x80;
  stem_.assign(CutTo(ascii ? found : folding_.Plain(found), kMaxTokenBytes - 1));
  return stem_ == text_ ? std::string_view() : std::string_view(stem_);
}

}  // namespace forium::search
