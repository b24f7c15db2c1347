// SPDX-License-Identifier: Apache-2.0
// How fast posts cook. `cook_bench` cooks hostile inputs, `cook_bench FILE…` each file as one post,
// `xz -dc topics.jsonl.xz | cook_bench --lines -` every "raw" in JSON lines of Discourse topics.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "services/forum/markdown/hostile_inputs.h"
#include "services/forum/markdown/markdown.h"
#include "services/forum/markdown/text.h"

namespace {

using forium::markdown::AppendUtf8;

double Milliseconds() {
  return std::chrono::duration<double, std::milli>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// The strings behind "raw": in a line of JSON; enough of JSON for a benchmark.
void CollectRaws(std::string_view line, std::vector<std::string>* posts) {
  constexpr std::string_view kKey = "\"raw\": \"";
  for (size_t at = line.find(kKey); at != std::string_view::npos; at = line.find(kKey, at)) {
    std::string raw;
    for (at += kKey.size(); at < line.size() && line[at] != '"'; ++at) {
      if (line[at] != '\\') {
        raw += line[at];
      } else if (const char c = line[++at]; c == 'u') {
        AppendUtf8(
            static_cast<char32_t>(std::stoul(std::string(line.substr(at + 1, 4)), nullptr, 16)),
            &raw);
        at += 4;
      } else {
        raw += c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
      }
    }
    posts->push_back(std::move(raw));
  }
}

void Report(const std::vector<std::string>& posts) {
  size_t in = 0, out = 0;
  std::vector<double> usual;
  const double start = Milliseconds();
  for (const std::string& post : posts) {
    const double before = Milliseconds();
    const auto cooked = forium::markdown::Cook(post, {});
    if (post.size() >= 1000 && post.size() <= 2000)
      usual.push_back((Milliseconds() - before) * 1000);
    in += post.size();
    out += cooked.ok() ? cooked->html.size() : 0;
  }
  std::printf("%zu posts, %.2f MB -> %.2f MB of HTML in %.0f ms\n", posts.size(),
              static_cast<double>(in) / 1e6, static_cast<double>(out) / 1e6,
              Milliseconds() - start);
  if (usual.empty()) return;
  std::sort(usual.begin(), usual.end());
  std::printf("%zu posts of 1-2 kB: median %.1f us, p99 %.1f us\n", usual.size(),
              usual[usual.size() / 2], usual[usual.size() * 99 / 100]);
}

void ReportHostile() {
  for (const auto& input : forium::markdown::HostileInputs(forium::markdown::kMaxRawBytes)) {
    const double start = Milliseconds();
    const auto cooked = forium::markdown::Cook(input.text, {});
    std::printf("%8.2f ms %5.1fx  ", Milliseconds() - start,
                static_cast<double>(cooked->html.size()) / static_cast<double>(input.text.size()));
    for (const char c : input.name) std::putchar(static_cast<unsigned char>(c) < ' ' ? '.' : c);
    std::putchar('\n');
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> posts;
  const bool lines = argc > 1 && std::string_view(argv[1]) == "--lines";
  for (int i = lines ? 2 : 1; i < argc; ++i) {
    std::ifstream file(argv[i]);
    std::istream& in = std::string_view(argv[i]) == "-" ? std::cin : file;
    if (lines) {
      for (std::string line; std::getline(in, line);) CollectRaws(line, &posts);
    } else {
      posts.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
  }
  if (posts.empty()) {
    ReportHostile();
  } else {
    Report(posts);
  }
  return 0;
}
