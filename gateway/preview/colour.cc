// SPDX-License-Identifier: Apache-2.0
#include "gateway/preview/colour.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>

namespace forium::gateway {
namespace {

uint8_t Encoded(double linear) {
  linear = std::clamp(linear, 0.0, 1.0);
  const double value =
      linear <= 0.0031308 ? 12.92 * linear : 1.055 * std::pow(linear, 1 / 2.4) - 0.055;
  return static_cast<uint8_t>(std::lround(value * 255));
}

double Cubed(double value) { return value * value * value; }

}  // namespace

Colour FromOklch(double lightness, double chroma, double hue_degrees) {
  const double turn = hue_degrees * std::numbers::pi / 180;
  const double a = chroma * std::cos(turn);
  const double b = chroma * std::sin(turn);
  const double l = Cubed(lightness + 0.3963377774 * a + 0.2158037573 * b);
  const double m = Cubed(lightness - 0.1055613458 * a - 0.0638541728 * b);
  const double s = Cubed(lightness - 0.0894841775 * a - 1.2914855480 * b);
  return {Encoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
          Encoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
          Encoded(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s)};
}

std::optional<Colour> FromHexadecimal(std::string_view digits) {
  uint32_t value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (digits.size() != 6 || error != std::errc() || end != digits.data() + digits.size()) {
    return std::nullopt;
  }
  return Colour{static_cast<uint8_t>(value >> 16), static_cast<uint8_t>(value >> 8),
                static_cast<uint8_t>(value)};
}

}  // namespace forium::gateway
