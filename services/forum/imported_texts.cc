// SPDX-License-Identifier: Apache-2.0
#include "services/forum/imported_texts.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "services/forum/cooking.h"
#include "services/forum/fields.h"
#include "services/forum/markdown/sanitize.h"
#include "services/forum/plain_text.h"
#include "services/forum/slugs.h"
#include "services/forum/text.h"

namespace forium::forum {
namespace {

constexpr unsigned kThreads = 2;
// Other forums have other limits; what they took is not lost here.
constexpr size_t kMaxImportedBytes = 1 << 20;

std::string WithoutNul(std::string_view text) {
  std::string result(text);
  std::replace(result.begin(), result.end(), '\0', ' ');
  return result;
}

ImportedText FromHtml(std::string_view html, const markdown::CookOptions& options) {
  ImportedText text;
  if (html.empty()) return text;
  absl::StatusOr<markdown::Cooked> sanitised = markdown::Sanitize(html, options);
  if (!sanitised.ok()) return text;
  text.html = std::move(sanitised->html);
  text.excerpt = std::move(sanitised->excerpt);
  text.raw = PlainText(text.html);
  return text;
}

ImportedText Cook(const v1::ImportedPost& post, const markdown::CookOptions& options) {
  if (post.raw().empty()) return FromHtml(post.cooked(), options);
  ImportedText text;
  text.raw = WithoutNul(post.raw());
  absl::StatusOr<markdown::Cooked> cooked = markdown::Cook(text.raw, options);
  if (!cooked.ok()) return FromHtml(post.cooked(), options);
  text.html = std::move(cooked->html);
  text.excerpt = std::move(cooked->excerpt);
  text.render_version = markdown::kRenderVersion;
  return text;
}

}  // namespace

std::vector<std::vector<ImportedText>> CookImported(
    const Config& config, const std::vector<const v1::ImportedTopic*>& topics) {
  markdown::CookOptions options = CookOptionsFor(config);
  options.max_raw_bytes = kMaxImportedBytes;
  std::vector<std::vector<ImportedText>> texts(topics.size());
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i = next++; i < topics.size(); i = next++) {
      texts[i].reserve(topics[i]->posts_size());
      for (const v1::ImportedPost& post : topics[i]->posts())
        texts[i].push_back(Cook(post, options));
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < kThreads; ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  return texts;
}

std::string CleanLine(std::string_view text, size_t limit) {
  std::string line;
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  const auto size = static_cast<int64_t>(text.size());
  size_t count = 0;
  for (int64_t i = 0; i < size && count < limit; ++count) {
    const int64_t begin = i;
    UChar32 c;
    U8_NEXT(bytes, i, size, c);
    const bool reorders = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
    if (c < 0 || u_iscntrl(c) || c == 0x2028 || c == 0x2029 || reorders) {
      line += ' ';
    } else {
      line += text.substr(begin, i - begin);
    }
  }
  return std::string(Trim(line));
}

std::vector<std::string> CleanTags(const v1::ImportedTopic& topic) {
  std::vector<std::string> slugs;
  for (const std::string& tag : topic.tags()) {
    const absl::StatusOr<std::string> slug =
        TagSlug("tags", CleanLine(MakeSlug(tag, "tag"), kMaxTagCharacters));
    if (!slug.ok() || slugs.size() == kMaxTags) continue;
    if (std::find(slugs.begin(), slugs.end(), *slug) == slugs.end()) slugs.push_back(*slug);
  }
  return slugs;
}

}  // namespace forium::forum
