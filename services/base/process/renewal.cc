// SPDX-License-Identifier: Apache-2.0
#include "services/base/process/renewal.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"

namespace forium::process {
namespace {

// The first descriptor that is handed over (SD_LISTEN_FDS_START).
constexpr int kFirst = 3;
constexpr absl::Duration kCheckTimeout = absl::Seconds(10);
constexpr size_t kComplaintBytes = 4096;

std::string program;
std::vector<std::string> arguments;

std::vector<char*> Pointers(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

// What the successor says on stderr, and how it ends.
absl::Status AwaitCheck(pid_t child, int output) {
  const absl::Time end = absl::Now() + kCheckTimeout;
  std::string said;
  char bytes[512];
  while (true) {
    pollfd ready{output, POLLIN, 0};
    const auto left = static_cast<int>(absl::ToInt64Milliseconds(end - absl::Now()));
    if (left <= 0 || poll(&ready, 1, left) <= 0) {
      kill(child, SIGKILL);
      waitpid(child, nullptr, 0);
      return absl::DeadlineExceededError("the new program did not answer --check-config in time");
    }
    const ssize_t count = read(output, bytes, sizeof(bytes));
    if (count <= 0) break;
    if (said.size() < kComplaintBytes) said.append(bytes, static_cast<size_t>(count));
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("the new program does not start: ", said));
}

}  // namespace

std::vector<Descriptor> TakeInherited() {
  const char* const pid = getenv("LISTEN_PID");
  const char* const count = getenv("LISTEN_FDS");
  const char* const names = getenv("LISTEN_FDNAMES");
  std::vector<Descriptor> inherited;
  int owner = 0;
  int descriptors = 0;
  if (pid != nullptr && count != nullptr && absl::SimpleAtoi(pid, &owner) && owner == getpid() &&
      absl::SimpleAtoi(count, &descriptors) && descriptors > 0) {
    const std::vector<std::string> known =
        absl::StrSplit(names != nullptr ? names : "", absl::ByChar(':'));
    for (int i = 0; i < descriptors; ++i) {
      if (fcntl(kFirst + i, F_SETFD, FD_CLOEXEC) != 0) break;  // not there
      const bool named = static_cast<size_t>(i) < known.size();
      inherited.push_back({named ? known[static_cast<size_t>(i)] : "", kFirst + i});
    }
  }
  unsetenv("LISTEN_PID");
  unsetenv("LISTEN_FDS");
  unsetenv("LISTEN_FDNAMES");
  return inherited;
}

void RememberProgram(int argc, const char* const* argv) {
  char path[PATH_MAX];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof(path));
  program = length > 0 ? std::string(path, static_cast<size_t>(length)) : std::string(argv[0]);
  arguments.assign(argv, argv + argc);
}

absl::Status CheckSuccessor() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return absl::UnavailableError(strerror(errno));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  std::vector<std::string> words = arguments;
  words.push_back("--check-config");
  pid_t child = 0;
  const int error =
      posix_spawn(&child, program.c_str(), &actions, nullptr, Pointers(words).data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  const absl::Status checked =
      error != 0 ? absl::NotFoundError(absl::StrCat(program, ": ", strerror(error)))
                 : AwaitCheck(child, ends[0]);
  close(ends[0]);
  return checked;
}

absl::Status Renew(const std::vector<Descriptor>& kept) {
  // Out of the way first, since they may lie where others go.
  const int count = static_cast<int>(kept.size());
  std::vector<int> moved;
  std::vector<std::string> names;
  for (const Descriptor& descriptor : kept) {
    moved.push_back(fcntl(descriptor.number, F_DUPFD_CLOEXEC, kFirst + count));
    if (moved.back() < 0) return absl::UnavailableError(strerror(errno));
    names.push_back(descriptor.name);
  }
  close_range(kFirst, ~0U, CLOSE_RANGE_CLOEXEC);
  for (int i = 0; i < count; ++i) {
    if (dup2(moved[static_cast<size_t>(i)], kFirst + i) < 0) {
      return absl::UnavailableError(strerror(errno));
    }
  }
  setenv("LISTEN_PID", absl::StrCat(getpid()).c_str(), 1);
  setenv("LISTEN_FDS", absl::StrCat(count).c_str(), 1);
  setenv("LISTEN_FDNAMES", absl::StrJoin(names, ":").c_str(), 1);
  execv(program.c_str(), Pointers(arguments).data());
  return absl::UnavailableError(absl::StrCat(program, ": ", strerror(errno)));
}

}  // namespace forium::process
