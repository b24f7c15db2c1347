// SPDX-License-Identifier: Apache-2.0
// Colours of preview images: those of the pages' light theme, made of the community's hue, and
// categories' own. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace forium::gateway {

struct Colour {
  uint8_t red = 0;
  uint8_t green = 0;
  uint8_t blue = 0;
  bool operator==(const Colour&) const = default;
};

// OKLCH (https://bottosson.github.io/posts/oklab/) in sRGB, cut off at its borders.
Colour FromOklch(double lightness, double chroma, double hue_degrees);
// Six hexadecimal digits, as categories have them; nullopt for anything else.
std::optional<Colour> FromHexadecimal(std::string_view digits);

}  // namespace forium::gateway
