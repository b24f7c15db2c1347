// SPDX-License-Identifier: Apache-2.0
#include "gateway/preview/canvas.h"

#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace forium::gateway {
namespace {

constexpr size_t kChannels = 3;

void AppendNumber(uint32_t number, std::string& out) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift);
}

void AppendChunk(std::string_view type, std::string_view bytes, std::string& out) {
  AppendNumber(static_cast<uint32_t>(bytes.size()), out);
  const size_t begin = out.size();
  out += type;
  out += bytes;
  AppendNumber(static_cast<uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(out.data() + begin),
                                           static_cast<uInt>(out.size() - begin))),
               out);
}

// Deflates what is given piece by piece.
class Deflater {
 public:
  Deflater() { deflateInit(&stream_, 6); }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  void Put(const std::vector<uint8_t>& bytes, int flush) {
    stream_.next_in = const_cast<Bytef*>(bytes.data());
    stream_.avail_in = static_cast<uInt>(bytes.size());
    do {
      std::array<Bytef, 16384> piece;
      stream_.next_out = piece.data();
      stream_.avail_out = static_cast<uInt>(piece.size());
      deflate(&stream_, flush);
      out_.append(reinterpret_cast<const char*>(piece.data()), piece.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }
  const std::string& out() const { return out_; }

 private:
  z_stream stream_{};
  std::string out_;
};

// How far a point lies outside of the box, negative inside; each corner has its radius.
double Distance(const Box& box, const std::array<double, 4>& radii, double x, double y) {
  const double right = x - (box.x + box.width / 2);
  const double down = y - (box.y + box.height / 2);
  const double radius = down < 0 ? (right < 0 ? radii[0] : radii[1])   //
                                 : (right < 0 ? radii[3] : radii[2]);  //
  const double over = std::abs(right) - box.width / 2 + radius;
  const double under = std::abs(down) - box.height / 2 + radius;
  return std::min(std::max(over, under), 0.0) +
         std::hypot(std::max(over, 0.0), std::max(under, 0.0)) - radius;
}

}  // namespace

Canvas::Canvas(int width, int height, Colour background)
    : width_(width),
      height_(height),
      pixels_(static_cast<size_t>(width) * static_cast<size_t>(height) * kChannels) {
  for (size_t at = 0; at < pixels_.size(); at += kChannels) {
    pixels_[at] = background.red;
    pixels_[at + 1] = background.green;
    pixels_[at + 2] = background.blue;
  }
}

void Canvas::Blend(int x, int y, Colour colour, int coverage) {
  if (coverage <= 0 || x < 0 || y < 0 || x >= width_ || y >= height_) return;
  uint8_t* pixel =
      &pixels_[(static_cast<size_t>(y) * static_cast<size_t>(width_) + static_cast<size_t>(x)) *
               kChannels];
  const auto mix = [coverage](uint8_t under, uint8_t over) {
    return static_cast<uint8_t>((under * (255 - coverage) + over * coverage + 127) / 255);
  };
  pixel[0] = mix(pixel[0], colour.red);
  pixel[1] = mix(pixel[1], colour.green);
  pixel[2] = mix(pixel[2], colour.blue);
}

void Canvas::Fill(const Box& box, const std::array<double, 4>& radii, Colour colour) {
  const int left = std::max(0, static_cast<int>(std::floor(box.x)));
  const int top = std::max(0, static_cast<int>(std::floor(box.y)));
  const int right = std::min(width_, static_cast<int>(std::ceil(box.x + box.width)));
  const int bottom = std::min(height_, static_cast<int>(std::ceil(box.y + box.height)));
  for (int y = top; y < bottom; ++y) {
    for (int x = left; x < right; ++x) {
      const double inside = 0.5 - Distance(box, radii, x + 0.5, y + 0.5);
      Blend(x, y, colour, static_cast<int>(std::lround(std::clamp(inside, 0.0, 1.0) * 255)));
    }
  }
}

std::string Canvas::Png() const {
  std::string out = "\x89PNG\r\n\x1a\n";
  std::string header;
  AppendNumber(static_cast<uint32_t>(width_), header);
  AppendNumber(static_cast<uint32_t>(height_), header);
  header += std::string("\x08\x02\x00\x00\x00", 5);  // eight bits, red, green and blue
  AppendChunk("IHDR", header, out);

  // Each row as its difference to the row above (filter 2): most of them are alike.
  Deflater deflater;
  const size_t size = static_cast<size_t>(width_) * kChannels;
  std::vector<uint8_t> row(size + 1, 2);
  for (int y = 0; y < height_; ++y) {
    const uint8_t* pixels = &pixels_[static_cast<size_t>(y) * size];
    for (size_t i = 0; i < size; ++i) {
      row[i + 1] = static_cast<uint8_t>(pixels[i] - (y == 0 ? 0 : *(pixels + i - size)));
    }
    deflater.Put(row, y + 1 == height_ ? Z_FINISH : Z_NO_FLUSH);
  }
  AppendChunk("IDAT", deflater.out(), out);
  AppendChunk("IEND", "", out);
  return out;
}

}  // namespace forium::gateway
