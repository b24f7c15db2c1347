// SPDX-License-Identifier: Apache-2.0
#include "gateway/preview/typeface.h"

#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_ADVANCES_H
#include FT_OUTLINE_H

#include <cmath>
#include <cstdlib>
#include <map>
#include <utility>

#include "gateway/preview/lettering.h"

// gateway/preview/BUILD.bazel puts the file between them.
extern "C" const unsigned char forium_preview_font[];
extern "C" const unsigned char forium_preview_font_end[];

namespace forium::gateway {
namespace {

struct Glyph {
  FT_Face face = nullptr;
  FT_UInt index = 0;
  double advance = 0;  // of the font's size
};

void Blend(Canvas& canvas, const FT_GlyphSlot slot, int x, int y, Colour colour) {
  const FT_Bitmap& bitmap = slot->bitmap;
  if (bitmap.pixel_mode != FT_PIXEL_MODE_GRAY) return;
  for (unsigned row = 0; row < bitmap.rows; ++row) {
    const unsigned char* line = bitmap.buffer + static_cast<ptrdiff_t>(row) * bitmap.pitch;
    for (unsigned column = 0; column < bitmap.width; ++column) {
      canvas.Blend(x + slot->bitmap_left + static_cast<int>(column),
                   y - slot->bitmap_top + static_cast<int>(row), colour, line[column]);
    }
  }
}

}  // namespace

struct Typeface::State {
  FT_Library library = nullptr;
  FT_Face own = nullptr;
  std::vector<std::string> files;  // not opened yet, the first last
  std::vector<FT_Face> others;     // opened
  std::map<char32_t, Glyph> known;

  static Glyph In(FT_Face face, char32_t c) {
    const FT_UInt index = FT_Get_Char_Index(face, c);
    FT_Fixed advance = 0;
    if (index == 0 || FT_Get_Advance(face, index, FT_LOAD_NO_SCALE, &advance) != 0) return {};
    return {face, index, static_cast<double>(advance) / face->units_per_EM};
  }

  // A file is opened when a letter is missing in all before it.
  Glyph InOthers(char32_t c) {
    for (FT_Face face : others) {
      if (const Glyph glyph = In(face, c); glyph.face != nullptr) return glyph;
    }
    while (!files.empty()) {
      const std::string file = std::move(files.back());
      files.pop_back();
      FT_Face face = nullptr;
      if (FT_New_Face(library, file.c_str(), 0, &face) != 0) continue;
      if (!FT_IS_SCALABLE(face)) continue;
      others.push_back(face);
      if (const Glyph glyph = In(face, c); glyph.face != nullptr) return glyph;
    }
    return {};
  }

  Glyph Find(char32_t c) {
    if (NeedsShaping(c)) return {};
    const auto found = known.find(c);
    if (found != known.end()) return found->second;
    if (known.size() > 5'000) known.clear();
    Glyph glyph = In(own, c);
    if (glyph.face == nullptr) glyph = InOthers(c);
    return known[c] = glyph;
  }

  // Calls `fn(glyph, x)` for each letter, and tells where the next would stand.
  template <typename Fn>
  double Walk(std::u32string_view text, double size, const Fn& fn) {
    double x = 0;
    Glyph before;
    for (const char32_t c : text) {
      const Glyph glyph = Find(c);
      if (glyph.face == nullptr) continue;
      if (before.face == glyph.face && FT_HAS_KERNING(glyph.face)) {
        FT_Vector kerning{};
        FT_Get_Kerning(glyph.face, before.index, glyph.index, FT_KERNING_UNSCALED, &kerning);
        x += size * static_cast<double>(kerning.x) / glyph.face->units_per_EM;
      }
      fn(glyph, x);
      x += size * glyph.advance;
      before = glyph;
    }
    return x;
  }
};

Typeface::Typeface(std::vector<std::string> others) : state_(new State) {
  state_->files.assign(others.rbegin(), others.rend());
  if (FT_Init_FreeType(&state_->library) != 0) std::abort();  // only without memory
  const auto size = static_cast<FT_Long>(forium_preview_font_end - forium_preview_font);
  if (FT_New_Memory_Face(state_->library, forium_preview_font, size, 0, &state_->own) != 0) {
    std::abort();
  }
}

Typeface::~Typeface() { FT_Done_FreeType(state_->library); }

std::u32string Typeface::Drawable(std::u32string_view text) {
  std::u32string out;
  size_t letters = 0;
  size_t missing = 0;
  for (const char32_t c : text) {
    const bool found = state_->Find(c).face != nullptr;
    letters += IsLetter(c) ? 1 : 0;
    missing += IsLetter(c) && !found ? 1 : 0;
    const bool second_space = c == U' ' && (out.empty() || out.back() == U' ');
    if (found && !second_space) out += c;
  }
  if (missing * 3 > letters) return U"";
  while (!out.empty() && out.back() == U' ') out.pop_back();
  return out;
}

double Typeface::Width(std::u32string_view text, double size) {
  return state_->Walk(text, size, [](const Glyph&, double) {});
}

void Typeface::Draw(Canvas& canvas, std::u32string_view text, double x, double y, double size,
                    Colour colour) {
  const double baseline = std::round(y);
  FT_Face sized = nullptr;
  state_->Walk(text, size, [&](const Glyph& glyph, double advanced) {
    if (glyph.face != sized) FT_Set_Char_Size(glyph.face, 0, std::lround(size * 64), 0, 0);
    sized = glyph.face;
    if (FT_Load_Glyph(sized, glyph.index, FT_LOAD_NO_HINTING | FT_LOAD_NO_BITMAP) != 0) return;
    const FT_GlyphSlot slot = sized->glyph;
    if (slot->format != FT_GLYPH_FORMAT_OUTLINE) return;
    const double left = x + advanced;
    const double whole = std::floor(left);
    FT_Outline_Translate(&slot->outline, std::lround((left - whole) * 64), 0);
    if (FT_Render_Glyph(slot, FT_RENDER_MODE_NORMAL) != 0) return;
    Blend(canvas, slot, static_cast<int>(whole), static_cast<int>(baseline), colour);
  });
}

std::vector<std::string> FontsOfIdeographs() {
  return {"/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
          "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
          "/usr/share/fonts/noto-cjk/NotoSansCJK-Bold.ttc",
          "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Bold.ttc",
          "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
          "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
          "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
          "/usr/share/fonts/truetype/droid/DroidSansFallback.ttf"};
}

}  // namespace forium::gateway
