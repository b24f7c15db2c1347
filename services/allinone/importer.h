// SPDX-License-Identifier: Apache-2.0
// Moves another forum in, through the services' own import calls: killed at any moment and run
// again it ends the same, and a second run changes nothing. One import at a time; used by one
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/allinone/console.h"
#include "services/allinone/discourse.h"
#include "services/base/rpc/channel.h"

namespace forium::allinone {

struct ImportCounts {
  int64_t topics_created = 0;
  int64_t topics_present = 0;
  int64_t posts_created = 0;
  int64_t users = 0;
  absl::Duration took;
};

class Importer {
 public:
  // `system` makes the options of a call by the system: asked for each, because its principal is
  // short-lived.
  Importer(rpc::Channel& services, std::function<rpc::CallOptions()> system, Console& console)
      : services_(services), system_(std::move(system)), console_(console) {}

  // `categories`: a file as `/categories.json` answers, or empty. `files`: JSON lines, plain, .xz
  // or .zst. Errors: NotFound (a file), DataLoss (a damaged one), InvalidArgument (not this format;
  // names file and line).
  absl::StatusOr<ImportCounts> ImportDiscourse(const std::string& categories,
                                               const std::vector<std::string>& files);

 private:
  absl::Status ImportCategories(const std::string& path);
  absl::Status ImportFile(const std::string& path);
  absl::Status StageAuthors(const std::vector<DiscourseTopic>& batch);
  absl::Status SendBatch(std::vector<DiscourseTopic> batch);
  void ShowProgress(int64_t position, int64_t size);

  rpc::Channel& services_;
  const std::function<rpc::CallOptions()> system_;
  Console& console_;
  ImportCounts counts_;
  absl::Time started_;
  absl::Time shown_;
  int64_t bytes_before_ = 0;  // of the files that are done
  int64_t bytes_total_ = 0;
  std::map<int64_t, forum::v1::Author> authors_;  // by id at the source
};

}  // namespace forium::allinone
