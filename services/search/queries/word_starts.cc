// SPDX-License-Identifier: Apache-2.0
#include "services/search/queries/word_starts.h"

#include <algorithm>
#include <bit>

#include "absl/strings/ascii.h"
#include "services/search/segment/processor.h"

#ifdef FORIUM_HAS_AVX2
#include <immintrin.h>
#endif

namespace forium::search {
namespace {

constexpr uint8_t kNotAscii = 0x80;
constexpr size_t kSharedBits = 7;
// Letters of a stem that its words begin with; the last one may be another: broden, brood.
constexpr size_t kOfStem = 5;

bool IsAscii(char c) { return static_cast<unsigned char>(c) < 0x80; }
char Lower(char c) { return absl::ascii_tolower(static_cast<unsigned char>(c)); }
bool IsUpper(char c) { return absl::ascii_isupper(static_cast<unsigned char>(c)); }
bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

// Whether a word, or a part of an identifier, can begin with this letter or digit: getComponent,
// HTTPServer, windows10.
bool BeginsPart(std::string_view text, size_t at) {
  const char here = text[at];
  if (at == 0 || !absl::ascii_isalnum(static_cast<unsigned char>(text[at - 1]))) return true;
  if (IsDigit(text[at - 1]) != IsDigit(here)) return true;
  if (!IsUpper(here)) return false;
  return !IsUpper(text[at - 1]) || (at + 1 < text.size() && Lower(text[at + 1]) == text[at + 1]);
}

// In any case; apostrophes are no letters.
bool StandsAt(std::string_view start, std::string_view text, size_t at) {
  for (const char letter : start) {
    while (at < text.size() && text[at] == '\'') ++at;
    if (at == text.size() || Lower(text[at]) != letter) return false;
    ++at;
  }
  return true;
}

// What every word that has this token begins with.
std::string_view StartOf(std::string_view token) {
  if (!token.starts_with('=')) return token;
  token.remove_prefix(1);
  token = token.substr(0, std::min(kOfStem, std::max<size_t>(token.size(), 2) - 1));
  // die, dying; happi, happy.
  if (token.size() > 1 && (token.ends_with('i') || token.ends_with('y'))) token.remove_suffix(1);
  return token;
}

}  // namespace

WordStarts::WordStarts() {
  for (int byte = 0x80; byte < 0x100; ++byte) {
    AllowByte(first_, static_cast<uint8_t>(byte), kNotAscii);
  }
  AllowAny(second_, kNotAscii);
  AllowAny(third_, kNotAscii);
}

void WordStarts::Allow(Bytes& bytes, char letter, uint8_t bit) {
  const auto byte = static_cast<unsigned char>(letter);
  AllowByte(bytes, byte, bit);
  AllowByte(bytes, static_cast<unsigned char>(absl::ascii_toupper(byte)), bit);
}

void WordStarts::AllowByte(Bytes& bytes, uint8_t byte, uint8_t bit) {
  bytes.of[byte] |= bit;
  bytes.low[byte & 15] |= bit;
  bytes.high[byte >> 4] |= bit;
}

void WordStarts::AllowAny(Bytes& bytes, uint8_t bit) {
  for (int byte = 0; byte < 0x100; ++byte) AllowByte(bytes, static_cast<uint8_t>(byte), bit);
}

void WordStarts::Add(std::string_view token) {
  std::string_view start = StartOf(token);
  // `.NET`: the part behind the dot stands there too.
  if (start.starts_with('.')) start.remove_prefix(1);
  start = start.substr(0, std::find_if_not(start.begin(), start.end(), IsAscii) - start.begin());
  if (start.empty()) return;
  std::vector<std::string>& same = starts_[static_cast<size_t>(start[0])];
  if (std::find(same.begin(), same.end(), start) != same.end()) return;
  same.emplace_back(start);
  const auto bit = static_cast<uint8_t>(1 << (words_++ % kSharedBits));
  Allow(first_, start[0], bit);
  if (start.size() < 2) {
    AllowAny(second_, bit);
    AllowAny(third_, bit);
    return;
  }
  // An apostrophe may have been left out: O'Reilly.
  for (const char letter : {start[1], '\''}) Allow(second_, letter, bit);
  if (start.size() < 3) return AllowAny(third_, bit);
  for (const char letter : {start[1], start[2], '\''}) Allow(third_, letter, bit);
}

bool WordStarts::Begins(std::string_view text, size_t at) const {
  if (!IsAscii(text[at])) return true;
  if (!BeginsPart(text, at)) return false;
  const std::vector<std::string>& starts = starts_[static_cast<size_t>(Lower(text[at]))];
  return std::any_of(starts.begin(), starts.end(),
                     [&](const std::string& start) { return StandsAt(start, text, at); });
}

#ifdef FORIUM_HAS_AVX2

namespace {

struct HalfBytes {
  __m256i low, high;
};

FORIUM_AVX2 __m256i Twice(const std::array<uint8_t, 16>& bytes) {
  const auto* const at = reinterpret_cast<const __m128i*>(bytes.data());
  return _mm256_broadcastsi128_si256(_mm_load_si128(at));
}

// The bits of 32 bytes in a row.
FORIUM_AVX2 __m256i BitsOf(const HalfBytes& halves, const char* at) {
  const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
  const __m256i half = _mm256_set1_epi8(15);
  const __m256i low = _mm256_shuffle_epi8(halves.low, _mm256_and_si256(bytes, half));
  const __m256i high =
      _mm256_shuffle_epi8(halves.high, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half));
  return _mm256_and_si256(low, high);
}

}  // namespace

// 32 places at a time.
FORIUM_AVX2 void WordStarts::SkipWide(std::string_view text, size_t* at) const {
  constexpr size_t kAtOnce = 32;
  const HalfBytes first = {Twice(first_.low), Twice(first_.high)};
  const HalfBytes second = {Twice(second_.low), Twice(second_.high)};
  const HalfBytes third = {Twice(third_.low), Twice(third_.high)};
  for (; *at + kAtOnce + 2 <= text.size(); *at += kAtOnce) {
    const char* const here = text.data() + *at;
    const __m256i all = _mm256_and_si256(
        BitsOf(first, here), _mm256_and_si256(BitsOf(second, here + 1), BitsOf(third, here + 2)));
    const __m256i none = _mm256_cmpeq_epi8(all, _mm256_setzero_si256());
    const auto may = ~static_cast<uint32_t>(_mm256_movemask_epi8(none));
    if (may == 0) continue;
    *at += static_cast<size_t>(std::countr_zero(may));
    return;
  }
}

#endif

void WordStarts::Skip(std::string_view text, size_t* at) const {
#ifdef FORIUM_HAS_AVX2
  if (HasAvx2()) return SkipWide(text, at);
#endif
  // Most places are none: asked of four at a time.
  constexpr size_t kAtOnce = 4;
  for (; *at + kAtOnce + 2 <= text.size(); *at += kAtOnce) {
    const char* const here = text.data() + *at;
    if (MayBegin(here) | MayBegin(here + 1) | MayBegin(here + 2) | MayBegin(here + 3)) return;
  }
}

size_t WordStarts::Next(std::string_view text, size_t at) const {
  for (;; ++at) {
    Skip(text, &at);
    if (at >= text.size()) return text.size();
    const bool may_begin =
        at + 2 < text.size() ? MayBegin(text.data() + at) != 0 : Of(first_, text[at]) != 0;
    if (may_begin && Begins(text, at)) return at;
  }
}

}  // namespace forium::search
