// SPDX-License-Identifier: Apache-2.0
// How long queries take over an index that is there: queries_benchmark FILE < QUERIES, one a line.
// Processor time and time by the clock, in microseconds, one thread.
#include <algorithm>
#include <chrono>
#include <ctime>
#include <iostream>
#include <numeric>
#include <string>
#include <vector>

#include "services/search/index/index_file.h"
#include "services/search/queries/finder.h"

namespace forium::search {
namespace {

int64_t ProcessorMicros() {
  timespec now = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
}

void Print(const char* what, std::vector<int64_t> micros) {
  if (micros.empty()) return;
  std::sort(micros.begin(), micros.end());
  const auto at = [&](double share) {
    return micros[static_cast<size_t>(share * static_cast<double>(micros.size() - 1))];
  };
  const int64_t sum = std::accumulate(micros.begin(), micros.end(), int64_t{0});
  std::cout << what << ": mean " << sum / static_cast<int64_t>(micros.size()) << "  p50 " << at(0.5)
            << "  p95 " << at(0.95) << "  p99 " << at(0.99) << "  most " << micros.back() << "\n";
}

int Measure(const std::string& path) {
  RegisterHits();
  auto file = IndexFile::Open(path, Language::kEnglish);
  if (!file.ok()) {
    std::cerr << file.status() << "\n";
    return 1;
  }
  const auto shared = (*file)->ReadShared();
  if (!shared.ok()) return 1;
  const Snapshot index = {.database = (*file)->database(),
                          .segment = (*file)->segment(),
                          .touched = (*file)->touched(),
                          .vocabulary = shared->vocabulary,
                          .languages = shared->languages,
                          .version = 1};
  std::vector<int64_t> processor, clock, suggesting;
  int empty = 0;
  for (std::string line; std::getline(std::cin, line);) {
    v1::SearchRequest request;
    request.set_q(line);
    const auto begin = std::chrono::steady_clock::now();
    const int64_t before = ProcessorMicros();
    const auto found = Search(index, {0, 0}, request);
    const int64_t used = ProcessorMicros() - before;
    processor.push_back(used);
    clock.push_back(std::chrono::duration_cast<std::chrono::microseconds>(
                        std::chrono::steady_clock::now() - begin)
                        .count());
    if (!found.ok() || found->results_size() == 0) ++empty;
    if (used > 10'000) std::cout << used << "\t" << line << "\n";
    v1::SuggestRequest suggest;
    suggest.set_q(line);
    const int64_t start = ProcessorMicros();
    if (!Suggest(index, {0, 0}, suggest).ok()) return 1;
    suggesting.push_back(ProcessorMicros() - start);
  }
  Print("search, processor", processor);
  Print("search, clock", clock);
  Print("suggest, processor", suggesting);
  std::cout << "without results: " << empty << " of " << processor.size() << "\n";
  return 0;
}

}  // namespace
}  // namespace forium::search

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: queries_benchmark FILE < QUERIES\n";
    return 2;
  }
  return forium::search::Measure(argv[1]);
}
