// SPDX-License-Identifier: Apache-2.0
// protoc-gen-forium: what Forium makes of its protos beside the C++ messages. The parameter says
// what:
//   --forium_out=json:DIR         typed JSON writers in C++, a pair of files for each proto
//   --forium_out=openapi:DIR      openapi.json, one document of all services
//   --forium_out=typescript:DIR   types.ts, the JSON of all messages
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/compiler/code_generator.h"
#include "google/protobuf/compiler/plugin.h"
#include "proto/plugin/json_generator.h"
#include "proto/plugin/openapi_generator.h"
#include "proto/plugin/typescript_generator.h"

namespace {
namespace pb = google::protobuf;

class Generator : public pb::compiler::CodeGenerator {
 public:
  uint64_t GetSupportedFeatures() const override { return FEATURE_PROTO3_OPTIONAL; }

  bool GenerateAll(const std::vector<const pb::FileDescriptor*>& files,
                   const std::string& parameter, pb::compiler::GeneratorContext* context,
                   std::string* error) const override {
    if (parameter == "json") {
      for (const pb::FileDescriptor* file : files) forium::plugin::GenerateJson(*file, *context);
      return true;
    }
    if (parameter == "openapi") {
      forium::plugin::GenerateOpenApi(files, *context);
      return true;
    }
    if (parameter == "typescript") {
      forium::plugin::GenerateTypeScript(files, *context);
      return true;
    }
    *error = absl::StrCat("protoc-gen-forium: there is no output `", parameter, "`");
    return false;
  }

  bool Generate(const pb::FileDescriptor* file, const std::string& parameter,
                pb::compiler::GeneratorContext* context, std::string* error) const override {
    return GenerateAll({file}, parameter, context, error);
  }
};

}  // namespace

int main(int argc, char** argv) {
  const Generator generator;
  return pb::compiler::PluginMain(argc, argv, &generator);
}
