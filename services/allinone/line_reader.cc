// SPDX-License-Identifier: Apache-2.0
#include "services/allinone/line_reader.h"

#include <lzma.h>
#include <zstd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace forium::allinone {
namespace {

constexpr size_t kChunk = 1 << 18;
constexpr size_t kLongestLine = 256 << 20;
constexpr std::string_view kXzMagic(
    "\xFD"
    "7zXZ\0",
    6);
constexpr std::string_view kZstdMagic("\x28\xB5\x2F\xFD", 4);

enum class Format { kPlain, kXz, kZstd };

Format FormatOf(std::string_view head) {
  if (head.starts_with(kXzMagic)) return Format::kXz;
  if (head.starts_with(kZstdMagic)) return Format::kZstd;
  return Format::kPlain;
}

}  // namespace

struct LineReader::State {
  ~State() {
    if (file != nullptr) fclose(file);
    lzma_end(&xz);
    ZSTD_freeDCtx(zstd);
  }

  // Reads the next chunk of the file; false at its end.
  bool Fill() {
    input_size = fread(input.data(), 1, input.size(), file);
    input_used = 0;
    position += static_cast<int64_t>(input_size);
    return input_size > 0;
  }

  // Appends decoded bytes to `text`; false at the end.
  absl::StatusOr<bool> More();
  absl::StatusOr<bool> MoreXz();
  absl::StatusOr<bool> MoreZstd();

  std::string path;
  FILE* file = nullptr;
  Format format = Format::kPlain;
  int64_t position = 0;
  int64_t size = 0;
  std::array<char, kChunk> input;
  std::array<char, kChunk> decoded;
  size_t input_size = 0;
  size_t input_used = 0;
  lzma_stream xz = LZMA_STREAM_INIT;
  ZSTD_DCtx* zstd = nullptr;
  bool frame_open = false;
  bool output_pending = false;  // the decoder may hold more than `decoded` had room for
  bool finished = false;
  std::string text;       // decoded, not yet given out
  size_t text_start = 0;  // where the next line begins
  size_t searched = 0;    // up to where no line end was found
};

absl::StatusOr<bool> LineReader::State::More() {
  if (finished) return false;
  switch (format) {
    case Format::kXz:
      return MoreXz();
    case Format::kZstd:
      return MoreZstd();
    case Format::kPlain:
      break;
  }
  if (input_used == input_size && !Fill()) {
    finished = true;
    return false;
  }
  text.append(input.data() + input_used, input_size - input_used);
  input_used = input_size;
  return true;
}

absl::StatusOr<bool> LineReader::State::MoreXz() {
  const bool have = input_used < input_size || Fill();
  xz.next_in = reinterpret_cast<const uint8_t*>(input.data() + input_used);
  xz.avail_in = input_size - input_used;
  xz.next_out = reinterpret_cast<uint8_t*>(decoded.data());
  xz.avail_out = decoded.size();
  const lzma_ret result = lzma_code(&xz, have ? LZMA_RUN : LZMA_FINISH);
  input_used = input_size - xz.avail_in;
  text.append(decoded.data(), decoded.size() - xz.avail_out);
  if (result == LZMA_STREAM_END) {
    finished = true;
  } else if (result != LZMA_OK) {
    return absl::DataLossError(absl::StrCat(path, " is damaged or cut off."));
  }
  return true;
}

absl::StatusOr<bool> LineReader::State::MoreZstd() {
  if (input_used == input_size && !output_pending && !Fill()) {
    finished = true;
    if (frame_open) return absl::DataLossError(absl::StrCat(path, " is cut off."));
    return false;
  }
  ZSTD_inBuffer in{input.data(), input_size, input_used};
  ZSTD_outBuffer out{decoded.data(), decoded.size(), 0};
  const size_t left = ZSTD_decompressStream(zstd, &out, &in);
  if (ZSTD_isError(left)) return absl::DataLossError(absl::StrCat(path, " is damaged."));
  frame_open = left != 0;
  output_pending = out.pos == out.size;
  input_used = in.pos;
  text.append(decoded.data(), out.pos);
  return true;
}

LineReader::LineReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
LineReader::LineReader(LineReader&&) noexcept = default;
LineReader::~LineReader() = default;

absl::StatusOr<LineReader> LineReader::Open(const std::string& path) {
  auto state = std::make_unique<State>();
  state->path = path;
  state->file = fopen(path.c_str(), "rbe");
  if (state->file == nullptr) {
    return absl::NotFoundError(absl::StrCat(path, " cannot be read: ", strerror(errno), "."));
  }
  fseek(state->file, 0, SEEK_END);
  state->size = ftell(state->file);
  fseek(state->file, 0, SEEK_SET);
  state->Fill();
  state->format = FormatOf({state->input.data(), state->input_size});
  if (state->format == Format::kXz &&
      lzma_stream_decoder(&state->xz, UINT64_MAX, LZMA_CONCATENATED) != LZMA_OK) {
    return absl::ResourceExhaustedError("No memory to read xz.");
  }
  if (state->format == Format::kZstd) state->zstd = ZSTD_createDCtx();
  return LineReader(std::move(state));
}

absl::StatusOr<bool> LineReader::Next(std::string* line) {
  State& s = *state_;
  while (true) {
    const size_t end = s.text.find('\n', s.searched);
    if (end != std::string::npos) {
      line->assign(s.text, s.text_start, end - s.text_start);
      s.text_start = s.searched = end + 1;
      return true;
    }
    s.text.erase(0, s.text_start);
    s.text_start = 0;
    s.searched = s.text.size();
    if (s.text.size() > kLongestLine) {
      return absl::InvalidArgumentError(absl::StrCat(s.path, " has a line of more than 256 MB."));
    }
    absl::StatusOr<bool> more = s.More();
    if (!more.ok()) return more;
    if (!*more) {
      if (s.text.empty()) return false;
      *line = std::exchange(s.text, {});
      s.searched = 0;
      return true;
    }
  }
}

int64_t LineReader::position() const { return state_->position; }
int64_t LineReader::size() const { return state_->size; }

}  // namespace forium::allinone
