// SPDX-License-Identifier: Apache-2.0
#include "services/base/database/testing/postgres_cluster.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <pqxx/pqxx>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "services/base/status/macros.h"

namespace forium::database {
namespace {

constexpr char kPrograms[] = "/usr/lib/postgresql/15/bin/";
constexpr char kPrefix[] = "forium-postgres-";
constexpr absl::Duration kStartTimeout = absl::Seconds(30);

// PostgreSQL does not run as root. Becomes the user that owns `folder`, or, where a sandbox knows
// no other user than root, the same user under another number.
bool StopBeingRoot(uid_t user, gid_t group) {
  if (geteuid() != 0) return true;
  if (user != 0 && setgroups(0, nullptr) == 0 && setgid(group) == 0 && setuid(user) == 0)
    return true;
  if (unshare(CLONE_NEWUSER) != 0) return false;
  std::ofstream("/proc/self/setgroups") << "deny";
  std::ofstream("/proc/self/gid_map") << "65534 0 1";
  std::ofstream("/proc/self/uid_map") << "65534 0 1";
  return geteuid() != 0;
}

// Starts a program with its output in `log`; it dies with this process.
pid_t Spawn(const std::string& folder, const std::vector<std::string>& words) {
  struct stat owner;
  if (stat(folder.c_str(), &owner) != 0) return -1;
  const pid_t child = fork();
  if (child != 0) return child;
  const int log = open((folder + "/log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
  if (log >= 0) {
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
  }
  if (!StopBeingRoot(owner.st_uid, owner.st_gid)) _exit(126);
  prctl(PR_SET_PDEATHSIG, SIGQUIT);  // after the change of user, which clears it
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  if (chdir(folder.c_str()) != 0) _exit(126);
  execv(argv[0], argv.data());
  _exit(127);
}

bool Succeeds(pid_t child) {
  int status = 0;
  return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
         WEXITSTATUS(status) == 0;
}

// Sockets and pipes of the test must end with it, and not live on in the keeper.
void CloseAllBut(int one, int other) {
  const auto [low, high] = std::minmax({static_cast<unsigned>(one), static_cast<unsigned>(other)});
  if (low > 3) close_range(3, low - 1, 0);
  if (high > low + 1) close_range(low + 1, high - 1, 0);
  close_range(high + 1, ~0u, 0);
}

// The keeper's whole life: makes the cluster, serves it until the lifeline is cut, and cleans up.
[[noreturn]] void Keep(const std::string& folder, int lifeline) {
  const std::string data = folder + "/data";
  const bool made = Succeeds(
      Spawn(folder, {absl::StrCat(kPrograms, "initdb"), "-D", data, "-U", "forium", "--auth=trust",
                     "--locale=C", "--encoding=UTF8", "--no-sync", "--no-instructions"}));
  pid_t server = -1;
  if (made) {
    server = Spawn(folder, {absl::StrCat(kPrograms, "postgres"),
                            "-D",
                            data,
                            "-k",
                            folder,
                            "-F",
                            "-c",
                            "listen_addresses=",
                            "-c",
                            "shared_buffers=32MB",
                            "-c",
                            "max_connections=100",
                            "-c",
                            "synchronous_commit=off",
                            "-c",
                            "full_page_writes=off",
                            "-c",
                            "autovacuum=off",
                            "-c",
                            "dynamic_shared_memory_type=mmap"});
  }
  char byte;
  while (read(lifeline, &byte, 1) < 0 && errno == EINTR) {
  }
  if (server > 0) {
    kill(server, SIGQUIT);
    waitpid(server, nullptr, 0);
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  _exit(0);
}

// Folders whose keeper was killed too. A living keeper holds a lock on its folder.
void RemoveAbandoned() {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/tmp", ignored)) {
    const std::string path = entry.path();
    if (!entry.path().filename().string().starts_with(kPrefix)) continue;
    const int lock = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock < 0) continue;
    if (flock(lock, LOCK_EX | LOCK_NB) == 0) std::filesystem::remove_all(path, ignored);
    close(lock);
  }
}

}  // namespace

bool PostgresCluster::Installed() {
  return access(absl::StrCat(kPrograms, "postgres").c_str(), X_OK) == 0 &&
         access(absl::StrCat(kPrograms, "initdb").c_str(), X_OK) == 0;
}

absl::StatusOr<std::unique_ptr<PostgresCluster>> PostgresCluster::Start() {
  RemoveAbandoned();
  // Not under TEST_TMPDIR: a socket's path has at most 107 characters.
  std::string folder = absl::StrCat("/tmp/", kPrefix, "XXXXXX");
  if (mkdtemp(folder.data()) == nullptr) return absl::InternalError("mkdtemp failed");
  if (geteuid() == 0) {
    // Where there is no such user, or a sandbox does not let us, Spawn finds another way.
    const passwd* user = getpwnam("postgres");
    if (user == nullptr) user = getpwnam("nobody");
    if (user != nullptr && chown(folder.c_str(), user->pw_uid, user->pw_gid) != 0) user = nullptr;
  }
  int lifeline[2];
  if (pipe2(lifeline, O_CLOEXEC) != 0) return absl::InternalError("pipe failed");
  const int lock = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock < 0 || flock(lock, LOCK_EX) != 0) return absl::InternalError("cannot lock the folder");
  const pid_t keeper = fork();
  if (keeper == 0) {
    setpgid(0, 0);  // a Ctrl-C is for the test; the keeper notices its end
    CloseAllBut(lifeline[0], lock);
    Keep(folder, lifeline[0]);
  }
  close(lifeline[0]);
  close(lock);  // the keeper's copy holds it
  std::unique_ptr<PostgresCluster> cluster(new PostgresCluster(folder, keeper, lifeline[1]));
  RETURN_IF_ERROR(cluster->WaitUntilReady());
  return cluster;
}

PostgresCluster::~PostgresCluster() {
  close(lifeline_);
  waitpid(keeper_, nullptr, 0);
}

std::string PostgresCluster::Dsn(const std::string& database) const {
  return absl::StrCat("host=", folder_, " user=forium dbname=", database);
}

absl::Status PostgresCluster::WaitUntilReady() {
  const absl::Time end = absl::Now() + kStartTimeout;
  absl::Status status;
  do {
    status = Run("SELECT 1");
    if (status.ok()) return status;
    absl::SleepFor(absl::Milliseconds(20));
  } while (absl::Now() < end);
  std::ifstream log(folder_ + "/log");
  const std::string text((std::istreambuf_iterator<char>(log)), {});
  return absl::InternalError(
      absl::StrCat("PostgreSQL did not start: ", status.message(), "\n", text));
}

absl::Status PostgresCluster::Run(const std::string& sql) {
  try {
    pqxx::connection connection(Dsn("postgres"));
    pqxx::nontransaction(connection).exec(sql);
    return absl::OkStatus();
  } catch (const std::exception& error) {
    return absl::InternalError(error.what());
  }
}

absl::StatusOr<std::string> PostgresCluster::CreateDatabase() {
  const std::string name = absl::StrCat("test_", ++databases_);
  RETURN_IF_ERROR(Run(absl::StrCat("CREATE DATABASE ", name)));
  return Dsn(name);
}

absl::Status PostgresCluster::CutConnections() {
  return Run(
      "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
      "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'");
}

void PostgresCluster::Signal(int signal) const {
  pid_t server = 0;
  std::ifstream(folder_ + "/data/postmaster.pid") >> server;
  if (server <= 0) return;
  kill(server, signal);
  std::ifstream children(absl::StrCat("/proc/", server, "/task/", server, "/children"));
  for (pid_t child = 0; children >> child;) kill(child, signal);
}

}  // namespace forium::database
