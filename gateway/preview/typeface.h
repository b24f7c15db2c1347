// SPDX-License-Identifier: Apache-2.0
// The font of preview images: DejaVu Sans Bold, which lies in the binary, and for ideographs one of
// the system's, opened when the first is to be drawn. Drawn by FreeType, without hinting. For one
// thread at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/preview/canvas.h"
#include "gateway/preview/colour.h"

namespace forium::gateway {

class Typeface {
 public:
  // `others`: files of fonts to look into, in this order, for what the own one lacks.
  explicit Typeface(std::vector<std::string> others);
  ~Typeface();
  Typeface(const Typeface&) = delete;
  Typeface& operator=(const Typeface&) = delete;

  // `text` without what cannot be drawn; empty when that is more than a third of its letters.
  std::u32string Drawable(std::u32string_view text);
  double Width(std::u32string_view text, double size);
  // `y`: of the line that letters stand on.
  void Draw(Canvas& canvas, std::u32string_view text, double x, double y, double size,
            Colour colour);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Where systems keep fonts of ideographs.
std::vector<std::string> FontsOfIdeographs();

}  // namespace forium::gateway
