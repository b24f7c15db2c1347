// SPDX-License-Identifier: Apache-2.0
// Time and memory of rendering: render_benchmark BUNDLE PROPS [RENDERS [VMS]]. PROPS is what /_page
// answers.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "gateway/ssr/vm.h"

namespace {

using Clock = std::chrono::steady_clock;

std::string ReadFile(const char* path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

double Microseconds(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

double ResidentMegabytes() {
  std::ifstream file("/proc/self/statm");
  long size = 0;
  long resident = 0;
  file >> size >> resident;
  return static_cast<double>(resident * sysconf(_SC_PAGESIZE)) / 1048576;
}

double CpuSeconds() {
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  return static_cast<double>(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
         static_cast<double>(use.ru_utime.tv_usec + use.ru_stime.tv_usec) * 1e-6;
}

// As the gateway cuts them: the categories apart from the rest.
std::string TakeCategories(std::string& props) {
  constexpr std::string_view kMember = ",\"categories\":";
  const size_t begin = props.find(kMember);
  const size_t end = props.find(",\"unread\":", begin);
  if (begin == std::string::npos || end == std::string::npos) return "[]";
  const size_t value = begin + kMember.size();
  std::string categories = props.substr(value, end - value);
  props.erase(begin, end - begin);
  return categories;
}

void Run(const std::string& bundle, const std::string& props, const std::string& shared,
         int renders, bool talk) {
  const auto begin = Clock::now();
  auto vm = forium::gateway::Vm::Create(bundle, absl::Milliseconds(250));
  if (!vm.ok()) {
    std::fprintf(stderr, "%s\n", vm.status().ToString().c_str());
    std::exit(1);
  }
  if (talk)
    std::printf("load %.0f us, resident %.1f MB\n", Microseconds(begin), ResidentMegabytes());
  std::vector<double> times;
  size_t bytes = 0;
  const double cpu = CpuSeconds();
  for (int i = 0; i < renders; ++i) {
    const auto start = Clock::now();
    const auto html = (*vm)->Render(props, shared);
    times.push_back(Microseconds(start));
    bytes = html.ok() ? html->size() : 0;
  }
  const double used = (CpuSeconds() - cpu) * 1e6 / renders;
  const double before = ResidentMegabytes();
  const auto start = Clock::now();
  (*vm)->CollectGarbage();
  const double collecting = Microseconds(start);
  const double first = times[0];
  std::sort(times.begin(), times.end());
  if (!talk) return;
  std::printf("%zu bytes, first %.0f us, p50 %.0f us, p99 %.0f us, cpu %.0f us a render\n", bytes,
              first, times[times.size() / 2], times[times.size() * 99 / 100], used);
  std::printf("resident %.1f MB, collected in %.0f us: %.1f MB\n", before, collecting,
              ResidentMegabytes());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const std::string bundle = ReadFile(argv[1]);
  std::string props = ReadFile(argv[2]);
  const std::string shared = TakeCategories(props);
  const int renders = argc > 3 ? std::atoi(argv[3]) : 2000;
  const int vms = argc > 4 ? std::atoi(argv[4]) : 1;
  std::printf("resident %.1f MB\n", ResidentMegabytes());
  std::vector<std::thread> threads;
  for (int i = 1; i < vms; ++i)
    threads.emplace_back([&] { Run(bundle, props, shared, renders, false); });
  Run(bundle, props, shared, renders, true);
  for (std::thread& thread : threads) thread.join();
  std::printf("at the end %.1f MB\n", ResidentMegabytes());
}
