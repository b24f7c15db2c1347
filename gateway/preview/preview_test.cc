// SPDX-License-Identifier: Apache-2.0
#include <zlib.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <vector>

#include "gateway/preview/canvas.h"
#include "gateway/preview/colour.h"
#include "gateway/preview/lettering.h"
#include "gateway/preview/preview_image.h"
#include "gateway/preview/preview_maker.h"
#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

constexpr auto kByLetters = [](std::u32string_view text) {
  return static_cast<double>(text.size());
};

uint32_t NumberAt(const std::string& bytes, size_t at) {
  uint32_t number = 0;
  for (size_t i = 0; i < 4; ++i) number = number << 8 | static_cast<uint8_t>(bytes[at + i]);
  return number;
}

// The pixels of a PNG of ours, after its checksums were found right.
std::vector<uint8_t> Decoded(const std::string& png, size_t width, size_t height) {
  EXPECT_TRUE(png.starts_with("\x89PNG\r\n\x1a\n"));
  EXPECT_EQ(NumberAt(png, 16), width);
  EXPECT_EQ(NumberAt(png, 20), height);
  std::vector<uint8_t> rows((width * 3 + 1) * height);
  std::string last;
  for (size_t at = 8; at + 12 <= png.size(); at += NumberAt(png, at) + 12) {
    const uint32_t size = NumberAt(png, at);
    const auto* type = reinterpret_cast<const Bytef*>(&png[at + 4]);
    EXPECT_EQ(NumberAt(png, at + 8 + size), crc32(0, type, size + 4));
    last = png.substr(at + 4, 4);
    uLongf unpacked = rows.size();
    if (last != "IDAT") continue;
    EXPECT_EQ(uncompress(rows.data(), &unpacked, type + 4, size), Z_OK);
  }
  EXPECT_EQ(last, "IEND");
  std::vector<uint8_t> pixels;
  for (size_t y = 0; y < height; ++y) {
    const uint8_t* row = &rows[y * (width * 3 + 1)];
    EXPECT_EQ(row[0], 2);
    for (size_t i = 1; i <= width * 3; ++i) {
      const uint8_t above = y == 0 ? 0 : pixels[pixels.size() - width * 3];
      pixels.push_back(static_cast<uint8_t>(row[i] + above));
    }
  }
  return pixels;
}

PreviewCard Plain() {
  PreviewCard card;
  card.community = "Garden";
  card.hue = 150;
  card.category = "Help";
  card.colour = "d97706";
  card.title = "Tomatoes?";
  card.author = "Ada";
  card.replies = 3;
  return card;
}

TEST(ColourTest, OklchIsSrgb) {
  EXPECT_EQ(FromOklch(1, 0, 0), (Colour{255, 255, 255}));
  EXPECT_EQ(FromOklch(0, 0, 0), (Colour{0, 0, 0}));
  EXPECT_EQ(FromOklch(0.627955, 0.257683, 29.2339), (Colour{255, 0, 0}));
}

TEST(ColourTest, OnlySixDigitsAreAColour) {
  EXPECT_EQ(FromHexadecimal("0a10ff"), (Colour{10, 16, 255}));
  for (const char* bad : {"", "fff", "#0a10ff", "-a10ff", "0a10fg", "0a10ff0", "0x10ff"}) {
    EXPECT_FALSE(FromHexadecimal(bad).has_value()) << bad;
  }
}

TEST(CanvasTest, PngHasThePixelsThatWereDrawn) {
  Canvas canvas(9, 5, {10, 20, 30});
  canvas.Fill({1, 1, 3, 2}, 0, {200, 100, 0});
  canvas.Fill({-5, 4, 100, 100}, 0, {1, 2, 3});  // goes beyond
  canvas.Blend(8, 0, {110, 120, 130}, 255);
  canvas.Blend(9, 0, {1, 1, 1}, 255);
  canvas.Blend(0, -1, {1, 1, 1}, 255);
  const std::vector<uint8_t> pixels = Decoded(canvas.Png(), 9, 5);
  const auto at = [&pixels](size_t x, size_t y) {
    const uint8_t* pixel = &pixels[(y * 9 + x) * 3];
    return Colour{pixel[0], pixel[1], pixel[2]};
  };
  EXPECT_EQ(at(0, 0), (Colour{10, 20, 30}));
  EXPECT_EQ(at(1, 1), (Colour{200, 100, 0}));
  EXPECT_EQ(at(3, 2), (Colour{200, 100, 0}));
  EXPECT_EQ(at(4, 2), (Colour{10, 20, 30}));
  EXPECT_EQ(at(8, 0), (Colour{110, 120, 130}));
  EXPECT_EQ(at(8, 4), (Colour{1, 2, 3}));
}

TEST(LetteringTest, WhatIsNotSeenIsLeftOut) {
  EXPECT_EQ(Lettering("\u202Eevil\u202C\u200B \x01\t\n ü", 80), U"evil ü");
  EXPECT_EQ(Lettering("u\u0308", 80), U"ü");
  EXPECT_EQ(Lettering("\u0301\u0301x\xff\xfe", 80), U"x\uFFFD\uFFFD");
  EXPECT_EQ(Lettering(" \u00AD ", 80), U"");
  EXPECT_EQ(Lettering(std::string(5000, 'a'), 200).size(), 200u);
}

TEST(LetteringTest, MarksComeInModeration) {
  std::string stacked = "Z";
  for (int i = 0; i < 50; ++i) stacked += "\u0335";
  EXPECT_EQ(Lettering(stacked + "a", 80), U"Z\u0335\u0335a");
}

TEST(LetteringTest, LinesFitAndAreBalanced) {
  EXPECT_EQ(Lines(U"aa bb cc dd", 9, 3, kByLetters),
            (std::vector<std::u32string>{U"aa bb", U"cc dd"}));
  EXPECT_EQ(Lines(U"aaaaaaaaaaaa", 5, 3, kByLetters),
            (std::vector<std::u32string>{U"aaaa", U"aaaa", U"aaaa"}));
  EXPECT_EQ(Lines(U"aa bb cc dd", 5, 1, kByLetters), (std::vector<std::u32string>{U"aa b…"}));
  EXPECT_EQ(Lines(U"如何备份。", 4, 2, kByLetters),
            (std::vector<std::u32string>{U"如何备", U"份。"}));
  EXPECT_TRUE(Lines(U"", 5, 1, kByLetters).empty());
  EXPECT_EQ(Lines(U"wide", 0, 2, kByLetters).size(), 2u);
}

TEST(LetteringTest, RightToLeftIsTurned) {
  bool right_to_left = false;
  EXPECT_EQ(Visual(U"\u05D0\u05D1 (ab)", &right_to_left), U"(ab) \u05D1\u05D0");
  EXPECT_TRUE(right_to_left);
  EXPECT_EQ(Visual(U"a (b)", &right_to_left), U"a (b)");
  EXPECT_FALSE(right_to_left);
}

TEST(TypefaceTest, WhatCannotBeReadIsNotWritten) {
  Typeface typeface({"/nowhere/font.ttf"});
  EXPECT_EQ(typeface.Drawable(U"Größe, мир, κόσμε"), U"Größe, мир, κόσμε");
  EXPECT_EQ(typeface.Drawable(U"如何备份"), U"");
  EXPECT_EQ(typeface.Drawable(U"مرحبا"), U"");
  EXPECT_EQ(typeface.Drawable(U"Party 🦩 now"), U"Party now");
  EXPECT_EQ(typeface.Drawable(U"Redis 缓存 explained"), U"Redis explained");
}

TEST(PreviewImageTest, CardsAreOfOneSizeWhateverIsOnThem) {
  Typeface typeface({});
  std::vector<PreviewCard> cards(1, Plain());
  cards.push_back({});  // nothing at all
  for (const std::string& title :
       {std::string(200, 'W'), std::string("\xff\xfe\x00\x01", 4), std::string("如何备份"),
        std::string("\u202E\u0301<svg/onload=x>"), std::string("a\u0488\u0489\u20DD")}) {
    cards.push_back(Plain());
    cards.back().title = title;
    cards.back().category = title;
    cards.back().author = title;
    cards.back().text = title;
    cards.back().colour = title;
    cards.back().hue = -2147483647;
    cards.back().replies = INT64_MAX;
  }
  for (const PreviewCard& card : cards) {
    const std::string png = DrawPreview(card, typeface);
    EXPECT_LT(png.size(), 200'000u) << card.title;
    Decoded(png, kPreviewWidth, kPreviewHeight);
  }
}

TEST(PreviewImageTest, StripeHasTheColourOfTheCategory) {
  Typeface typeface({});
  const auto pixels = Decoded(DrawPreview(Plain(), typeface), kPreviewWidth, kPreviewHeight);
  EXPECT_EQ((Colour{pixels[0], pixels[1], pixels[2]}), (Colour{0xd9, 0x77, 0x06}));
}

TEST(PreviewImageTest, VersionChangesWithEverythingOnTheCard) {
  const std::string version = VersionOf(Plain());
  EXPECT_EQ(version.size(), 16u);
  EXPECT_EQ(version, VersionOf(Plain()));
  std::vector<PreviewCard> others(7, Plain());
  others[0].community = "Gardens";
  others[1].hue = 151;
  others[2].category = "Helpd97706";  // nothing moves from text to text
  others[2].colour = "";
  others[3].title = "Tomatoes";
  others[4].text = "x";
  others[5].author = "";
  others[6].replies = 4;
  for (const PreviewCard& other : others) EXPECT_NE(VersionOf(other), version) << other.title;
}

class PreviewMakerTest : public ::testing::Test {
 protected:
  // Asks for cards of these titles, all at once.
  std::vector<absl::StatusOr<PreviewMaker::Image>> Ask(PreviewMaker& maker,
                                                       const std::vector<std::string>& titles) {
    namespace asio = boost::asio;
    std::vector<absl::StatusOr<PreviewMaker::Image>> answers(titles.size());
    asio::io_context context;
    const auto work = asio::make_work_guard(context);
    size_t left = titles.size();
    for (size_t i = 0; i < titles.size(); ++i) {
      PreviewCard card = Plain();
      card.title = titles[i];
      asio::co_spawn(
          context,
          [&maker, &answers, &left, i, card]() -> asio::awaitable<void> {
            answers[i] = co_await maker.Make(card, VersionOf(card));
            --left;
          },
          asio::detached);
    }
    while (left > 0) context.run_one();
    return answers;
  }
};

TEST_F(PreviewMakerTest, ManyWhoAskForOneGetOne) {
  PreviewMaker maker({.waiting = 1, .kept_bytes = 1 << 20});
  const auto answers = Ask(maker, std::vector<std::string>(50, "same"));
  for (const auto& answer : answers) {
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(*answer, *answers.front());
  }
  EXPECT_EQ(*Ask(maker, {"same"}).front(), *answers.front());
}

TEST_F(PreviewMakerTest, MoreThanMayWaitIsRefused) {
  PreviewMaker maker({.waiting = 2, .kept_bytes = 1 << 20});
  std::vector<std::string> titles;
  for (int i = 0; i < 50; ++i) titles.push_back("title " + std::to_string(i));
  size_t refused = 0;
  for (const auto& answer : Ask(maker, titles)) {
    if (answer.ok()) continue;
    EXPECT_TRUE(absl::IsUnavailable(answer.status())) << answer.status();
    ++refused;
  }
  EXPECT_GE(refused, 1u);
  EXPECT_LE(refused, 48u);
  EXPECT_TRUE(Ask(maker, {"title 49"}).front().ok());
}

TEST_F(PreviewMakerTest, KeepsNoMoreThanItMay) {
  PreviewMaker maker({.waiting = 50, .kept_bytes = 100'000});
  std::vector<std::string> titles;
  for (int i = 0; i < 8; ++i) titles.push_back("title " + std::to_string(i));
  Ask(maker, titles);
  EXPECT_GT(maker.kept_bytes(), 0u);
  EXPECT_LE(maker.kept_bytes(), 100'000u);
}

}  // namespace
}  // namespace forium::gateway
