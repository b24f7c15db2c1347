// SPDX-License-Identifier: Apache-2.0
#include "services/base/observe/process_metrics.h"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/base/observe/metrics.h"
#include "services/base/observe/process.h"

namespace forium::observe {
namespace {

struct Disk {
  absl::Mutex mutex;
  std::string folder ABSL_GUARDED_BY(mutex);
};

Disk& WatchedDisk() {
  static auto* const disk = new Disk;
  return *disk;
}

// The fields of /proc/self/stat that count, from the third on: the second, the name of the program,
// may hold anything.
struct Stat {
  double cpu_seconds = 0;
  double start_ticks = 0;
  double threads = 0;
  double virtual_bytes = 0;
  double resident_bytes = 0;
};

Stat ReadStat() {
  std::ifstream file("/proc/self/stat");
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const size_t name_end = text.rfind(')');
  Stat stat;
  if (name_end == std::string::npos) return stat;
  std::istringstream fields(text.substr(name_end + 1));
  std::string field;
  double numbers[25] = {};
  for (int i = 3; i <= 24 && fields >> field; ++i) {
    if (i > 3) numbers[i] = std::strtod(field.c_str(), nullptr);
  }
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  stat.cpu_seconds = (numbers[14] + numbers[15]) / ticks;
  stat.threads = numbers[20];
  stat.start_ticks = numbers[22] / ticks;
  stat.virtual_bytes = numbers[23];
  stat.resident_bytes = numbers[24] * static_cast<double>(sysconf(_SC_PAGESIZE));
  return stat;
}

// When the machine started, in seconds since 1970: the process's start counts from it.
double BootTime() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("btime ", 0) == 0) return std::strtod(line.c_str() + 6, nullptr);
  }
  return 0;
}

double OpenFiles() {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir("/proc/self/fd"), closedir);
  if (folder == nullptr) return 0;
  int count = -3;  // `.`, `..` and the folder's own descriptor
  while (readdir(folder.get()) != nullptr) ++count;
  return count;
}

prometheus::MetricFamily Family(std::string name, std::string help, double value,
                                prometheus::MetricType type = prometheus::MetricType::Gauge) {
  prometheus::MetricFamily family;
  family.name = std::move(name);
  family.help = std::move(help);
  family.type = type;
  prometheus::ClientMetric& metric = family.metric.emplace_back();
  if (type == prometheus::MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  return family;
}

void AddDisk(std::vector<prometheus::MetricFamily>& families) {
  Disk& disk = WatchedDisk();
  struct statvfs state {};
  {
    absl::MutexLock lock(&disk.mutex);
    if (disk.folder.empty() || statvfs(disk.folder.c_str(), &state) != 0) return;
  }
  const auto block = static_cast<double>(state.f_frsize);
  families.push_back(Family("forium_disk_free_bytes", "Free on the file system of the data.",
                            static_cast<double>(state.f_bavail) * block));
  families.push_back(Family("forium_disk_size_bytes", "Size of the file system of the data.",
                            static_cast<double>(state.f_blocks) * block));
}

}  // namespace

void DescribeProcess(const std::string& program, const std::string& version) {
  Gauge("forium_build_info", "1, with what runs in its labels.",
        {{"program", program}, {"version", version}})
      .Set(1);
}

void WatchDisk(const std::string& folder) {
  Disk& disk = WatchedDisk();
  absl::MutexLock lock(&disk.mutex);
  disk.folder = folder;
}

std::vector<prometheus::MetricFamily> ProcessMetrics() {
  const Stat stat = ReadStat();
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  static const double boot_time = BootTime();
  std::vector<prometheus::MetricFamily> families;
  families.push_back(Family("process_cpu_seconds_total", "Processor time, user and system.",
                            stat.cpu_seconds, prometheus::MetricType::Counter));
  families.push_back(
      Family("process_resident_memory_bytes", "Memory in use.", stat.resident_bytes));
  families.push_back(
      Family("process_virtual_memory_bytes", "Address space in use.", stat.virtual_bytes));
  families.push_back(Family("process_open_fds", "Open file descriptors.", OpenFiles()));
  families.push_back(Family("process_max_fds", "File descriptors that may be open.",
                            static_cast<double>(files.rlim_cur)));
  families.push_back(Family("process_threads", "Threads.", stat.threads));
  families.push_back(Family("process_start_time_seconds", "Start, in seconds since 1970.",
                            boot_time + stat.start_ticks));
  AddDisk(families);
  return families;
}

}  // namespace forium::observe
