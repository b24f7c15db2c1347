// SPDX-License-Identifier: Apache-2.0
#include "gateway/preview/preview_image.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/preview/canvas.h"
#include "gateway/preview/colour.h"
#include "gateway/preview/lettering.h"

namespace forium::gateway {
namespace {

// Another look, another address: pictures are kept for long.
constexpr std::string_view kLook = "1";

constexpr double kLeft = 92;
constexpr double kRight = kPreviewWidth - 80;
constexpr double kWidth = kRight - kLeft;
constexpr double kStripe = 20;
constexpr size_t kMaxTitle = 200;
constexpr size_t kMaxName = 80;
constexpr size_t kMaxText = 300;

struct Palette {
  explicit Palette(int hue)
      : ground(FromOklch(0.975, 0.010, hue)),
        tint(FromOklch(0.952, 0.026, hue)),
        line(FromOklch(0.89, 0.024, hue)),
        ink(FromOklch(0.25, 0.03, hue)),
        quiet(FromOklch(0.46, 0.03, hue)),
        accent(FromOklch(0.53, 0.17, hue)) {}
  Colour ground, tint, line, ink, quiet, accent;
};

// Lines of one text, and where the next begins.
struct Block {
  double size;
  double spacing;  // from line to line
  std::vector<std::u32string> lines;
  double height() const { return static_cast<double>(lines.size()) * spacing; }
};

class Card {
 public:
  Card(const PreviewCard& card, Typeface& typeface)
      : card_(card),
        typeface_(typeface),
        palette_(((card.hue % 360) + 360) % 360),
        category_colour_(FromHexadecimal(card.colour).value_or(palette_.accent)),
        canvas_(kPreviewWidth, kPreviewHeight, palette_.ground),
        community_(Readable(card.community, kMaxName)),
        category_(Readable(card.category, kMaxName)),
        title_(Readable(card.title, kMaxTitle)) {
    // Nobody could read it: what is around it stands for it.
    if (title_.empty()) std::swap(title_, category_);
    if (title_.empty()) std::swap(title_, community_);
  }

  std::string Png() {
    Ground();
    const double top = Head();
    Middle(top);
    Foot();
    return canvas_.Png();
  }

 private:
  std::u32string Readable(std::string_view text, size_t max) {
    return typeface_.Drawable(Lettering(text, max));
  }

  void Ground() {
    canvas_.Fill({820, -260, 640, 640}, 320, palette_.tint);
    canvas_.Fill({0, 0, kStripe, kPreviewHeight}, 0, category_colour_);
  }

  // Category and the like above the title. The return value: where it ends.
  double Head() {
    if (category_.empty()) return 70;
    constexpr double kSize = 34;
    canvas_.Fill({kLeft, 84, 30, 30}, 9, category_colour_);
    Line(category_, kLeft + 48, 111, kSize, kWidth - 48, palette_.quiet);
    return 146;
  }

  void Middle(double top) {
    const Block heading = Heading(title_);
    const std::u32string text = Readable(card_.text, kMaxText);
    Block below{34, 48, {}};
    if (!text.empty()) below.lines = LinesOf(text, below.size, 2);
    const double gap = below.lines.empty() ? 0 : 20;
    const double room = 500 - top;
    // A little above the middle, where it looks like the middle.
    double y = top + std::max(0.0, (room - heading.height() - gap - below.height()) * 0.42);
    y = Write(heading, y, palette_.ink) + gap;
    Write(below, y, palette_.quiet);
  }

  void Foot() {
    canvas_.Fill({kLeft, 518, kWidth, 2}, 0, palette_.line);
    Mark(kLeft, 548);
    double right = kRight;
    if (card_.replies >= 0) right = Replies(right) - 28;
    const std::u32string author = Readable(card_.author, kMaxName);
    if (!author.empty()) {
      const std::u32string short_author = Shortened(author, 28, 380);
      right -= typeface_.Width(short_author, 28);
      Line(short_author, right, 582, 28, kWidth, palette_.quiet);
      right -= 40;
    }
    Line(community_, kLeft + 64, 583, 32, right - kLeft - 64, palette_.ink);
  }

  // The product's mark: a speech bubble with two lines.
  void Mark(double x, double y) {
    canvas_.Fill({x, y, 46, 44}, {14, 14, 3, 14}, palette_.accent);
    canvas_.Fill({x + 12, y + 13, 22, 5}, 2.5, palette_.ground);
    canvas_.Fill({x + 12, y + 24, 15, 5}, 2.5, palette_.ground);
  }

  // How many, behind a small bubble. The return value: where it begins.
  double Replies(double right) {
    const std::string digits = std::to_string(card_.replies);
    const std::u32string number(digits.begin(), digits.end());
    const double x = right - typeface_.Width(number, 28);
    Line(number, x, 582, 28, kWidth, palette_.quiet);
    canvas_.Fill({x - 40, 559, 28, 24}, {8, 8, 8, 2}, palette_.quiet);
    return x - 40;
  }

  std::vector<std::u32string> LinesOf(const std::u32string& text, double size, size_t max) {
    return Lines(text, kWidth, max,
                 [this, size](std::u32string_view part) { return typeface_.Width(part, size); });
  }

  // As large as it may be for its length.
  Block Heading(const std::u32string& title) {
    struct Size {
      double size;
      size_t lines;
    };
    for (const Size each : {Size{84, 2}, Size{70, 3}, Size{60, 4}}) {
      Block block{each.size, each.size * 1.2, LinesOf(title, each.size, 5)};
      if (block.lines.size() <= each.lines) return block;
    }
    return {58, 69, LinesOf(title, 58, 4)};
  }

  double Write(const Block& block, double y, Colour colour) {
    for (const std::u32string& line : block.lines) {
      Line(line, kLeft, y + block.size * 0.93, block.size, kWidth, colour);
      y += block.spacing;
    }
    return y;
  }

  std::u32string Shortened(const std::u32string& text, double size, double width) {
    return text.empty() ? text : Lines(text, width, 1, [this, size](std::u32string_view part) {
                                   return typeface_.Width(part, size);
                                 }).front();
  }

  // What runs from right to left ends at the right.
  void Line(const std::u32string& text, double x, double y, double size, double width,
            Colour colour) {
    bool right_to_left = false;
    const std::u32string seen = Visual(Shortened(text, size, width), &right_to_left);
    if (right_to_left && width == kWidth && x == kLeft) x += width - typeface_.Width(seen, size);
    typeface_.Draw(canvas_, seen, x, y, size, colour);
  }

  const PreviewCard& card_;
  Typeface& typeface_;
  const Palette palette_;
  const Colour category_colour_;
  Canvas canvas_;
  std::u32string community_;
  std::u32string category_;
  std::u32string title_;
};

}  // namespace

std::string VersionOf(const PreviewCard& card) {
  std::string all(kLook);
  for (const std::string_view part :
       {std::string_view(card.community), std::string_view(card.category),
        std::string_view(card.colour), std::string_view(card.title), std::string_view(card.text),
        std::string_view(card.author)}) {
    all += std::to_string(part.size()) + ":";
    all += part;
  }
  all += std::to_string(card.hue) + "," + std::to_string(card.replies);
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(all.data()), all.size(), digest.data());
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string version;
  for (size_t i = 0; i < 8; ++i) {
    version += kDigits[digest[i] >> 4];
    version += kDigits[digest[i] & 15];
  }
  return version;
}

std::string DrawPreview(const PreviewCard& card, Typeface& typeface) {
  return Card(card, typeface).Png();
}

}  // namespace forium::gateway
