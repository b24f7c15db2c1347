// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/methods.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/base/observe/metrics.h"

namespace forium::rpc {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

// What is wrong with a method, or nothing.
std::string Fault(const Method& method, const MethodDescriptor* descriptor) {
  if (descriptor == nullptr) return "is in no proto";
  if (descriptor->client_streaming() || descriptor->server_streaming()) return "streams";
  if (descriptor->input_type() != method.make_request()->GetDescriptor()) {
    return absl::StrCat("takes ", descriptor->input_type()->full_name(),
                        ", not what its handler takes");
  }
  if (descriptor->output_type() != method.response) {
    return absl::StrCat("answers ", descriptor->output_type()->full_name(),
                        ", not what its handler answers");
  }
  if (descriptor->options().GetExtension(type::v1::permission) ==
      type::v1::PERMISSION_UNSPECIFIED) {
    return "has no option (forium.type.v1.permission)";
  }
  return {};
}

}  // namespace

std::string PathOf(std::string_view method) {
  std::string path = "/";
  path.append(method);
  if (const size_t dot = path.rfind('.'); dot != std::string::npos) path[dot] = '/';
  return path;
}

void Method::Observe(absl::StatusCode code, absl::Duration time, int statements) const {
  const size_t index = static_cast<size_t>(code) < kCodes ? static_cast<size_t>(code) : 2;
  prometheus::Histogram* seconds = seconds_[index].load(std::memory_order_acquire);
  if (seconds == nullptr) {
    seconds = &observe::Latency(
        "forium_rpc_server_seconds", "Time from a call's arrival to its answer.",
        {{"method", name},
         {"code", absl::StatusCodeToString(static_cast<absl::StatusCode>(index))}});
    seconds_[index].store(seconds, std::memory_order_release);
  }
  seconds->Observe(absl::ToDoubleSeconds(time));

  prometheus::Histogram* counts = statements_.load(std::memory_order_acquire);
  if (counts == nullptr) {
    counts = &observe::Distribution("forium_rpc_statements", "SQL statements that a call ran.",
                                    {0, 1, 2, 3, 4, 5, 8, 12, 20, 50, 200}, {{"method", name}});
    statements_.store(counts, std::memory_order_release);
  }
  counts->Observe(statements);
}

void Methods::Add(std::string name, MakeRequest make_request,
                  const google::protobuf::Descriptor* response, Handler handler) {
  std::string path = PathOf(name);
  const auto [entry, added] = by_path_.try_emplace(std::move(path));
  if (!added) {
    added_twice_.push_back(name);
    return;
  }
  Method& method = entry->second;
  method.name = std::move(name);
  method.make_request = std::move(make_request);
  method.response = response;
  method.handler = std::move(handler);
}

absl::Status Methods::Validate() {
  const DescriptorPool& pool = *DescriptorPool::generated_pool();
  std::set<std::string> faults;
  std::set<const ServiceDescriptor*> services;
  for (const std::string& name : added_twice_) faults.insert(name + " has two handlers");
  for (auto& [path, method] : by_path_) {
    const MethodDescriptor* descriptor = pool.FindMethodByName(method.name);
    if (const std::string fault = Fault(method, descriptor); !fault.empty()) {
      faults.insert(absl::StrCat(method.name, " ", fault));
    } else {
      method.permission = descriptor->options().GetExtension(type::v1::permission);
    }
    if (descriptor != nullptr) services.insert(descriptor->service());
  }
  for (const ServiceDescriptor* service : services) {
    services_.push_back(service->full_name());
    for (int i = 0; i < service->method_count(); ++i) {
      const std::string& name = service->method(i)->full_name();
      if (!by_path_.contains(PathOf(name))) faults.insert(name + " has no handler");
    }
  }
  if (faults.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrJoin(faults, "; "));
}

const Method* Methods::Find(const std::string& path) const {
  const auto found = by_path_.find(path);
  return found == by_path_.end() ? nullptr : &found->second;
}

}  // namespace forium::rpc
