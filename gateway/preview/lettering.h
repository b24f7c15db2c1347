// SPDX-License-Identifier: Apache-2.0
// Texts of people made fit for a picture: without what has no look of its own (controls, overrides
// of direction, joiners), marks in moderation; broken into lines. Pure functions.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace forium::gateway {

// NFC, one space between words, at most two marks on a letter, at most `max` characters.
std::u32string Lettering(std::string_view utf8, size_t max);

// Letters and digits: what a text is read by.
bool IsLetter(char32_t c);
// Joined or placed by rules that fonts alone do not follow (Arabic, Devanagari, …).
bool NeedsShaping(char32_t c);
// As it is seen from left to right. `right_to_left`: how the line runs.
std::u32string Visual(const std::u32string& line, bool* right_to_left);

using Measure = std::function<double(std::u32string_view)>;
// As few lines as fit, of about the same length; words that are longer than a line are cut. What
// is more than `max_lines` gives way to an ellipsis.
std::vector<std::u32string> Lines(const std::u32string& text, double width, size_t max_lines,
                                  const Measure& measure);

}  // namespace forium::gateway
