// SPDX-License-Identifier: Apache-2.0
// A picture of opaque pixels: boxes with round corners, and coverage as fonts give it, are blended
// over it; it becomes a PNG (https://www.w3.org/TR/png-3/). Whatever lies outside is not drawn.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "gateway/preview/colour.h"

namespace forium::gateway {

struct Box {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
};

class Canvas {
 public:
  Canvas(int width, int height, Colour background);

  int width() const { return width_; }
  int height() const { return height_; }

  // Radii: top left, top right, bottom right, bottom left.
  void Fill(const Box& box, const std::array<double, 4>& radii, Colour colour);
  void Fill(const Box& box, double radius, Colour colour) {
    Fill(box, {radius, radius, radius, radius}, colour);
  }
  // 0 to 255: how much of the pixel the colour covers.
  void Blend(int x, int y, Colour colour, int coverage);

  std::string Png() const;

 private:
  int width_;
  int height_;
  std::vector<uint8_t> pixels_;
};

}  // namespace forium::gateway
