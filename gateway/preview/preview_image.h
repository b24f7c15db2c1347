// SPDX-License-Identifier: Apache-2.0
// The picture that other sites show beside a link: a card of 1200 × 630 in the community's colours.
// What is on the card decides all of the picture, but for the system's fonts of ideographs.
#pragma once

#include <cstdint>
#include <string>

#include "gateway/preview/typeface.h"

namespace forium::gateway {

inline constexpr int kPreviewWidth = 1200;
inline constexpr int kPreviewHeight = 630;

// Texts as people wrote them; empty ones are left out.
struct PreviewCard {
  std::string community = {};
  int hue = 0;                // of its accent, as in OKLCH
  std::string category = {};  // that a topic is in
  std::string colour = {};    // the category's, six hexadecimal digits
  std::string title = {};     // of the topic, or the category's name; empty: the community's
  std::string text = {};      // below the title: a description
  std::string author = {};
  int64_t replies = -1;  // -1: it is no topic
};

// Sixteen hexadecimal digits that change with what is on the card and how cards are drawn.
std::string VersionOf(const PreviewCard& card);

// A PNG.
std::string DrawPreview(const PreviewCard& card, Typeface& typeface);

}  // namespace forium::gateway
