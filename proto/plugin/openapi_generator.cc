// SPDX-License-Identifier: Apache-2.0
#include "proto/plugin/openapi_generator.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream.h"
#include "proto/plugin/catalogue.h"
#include "proto/plugin/json_text.h"
#include "proto/plugin/openapi_schemas.h"
#include "proto/plugin/text.h"

namespace forium::plugin {
namespace pb = google::protobuf;
namespace {

struct Operation {
  const pb::MethodDescriptor* method;
  HttpBinding binding;
  std::string tag;
};

// In the order of the protos; the operations of one path lie together.
using Paths = std::vector<std::pair<std::string, std::vector<Operation>>>;

Paths PathsOf(const std::vector<const pb::FileDescriptor*>& files) {
  Paths paths;
  std::map<std::string, size_t> positions;
  for (const pb::FileDescriptor* file : files) {
    for (int s = 0; s < file->service_count(); ++s) {
      std::string tag = file->service(s)->name();
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        const pb::MethodDescriptor& method = *file->service(s)->method(m);
        if (std::string section = SectionOf(method); !section.empty()) tag = std::move(section);
        Operation operation{&method, HttpBindingOf(method), tag};
        if (operation.binding.verb.empty()) continue;
        const auto [found, is_new] = positions.emplace(operation.binding.path, paths.size());
        if (is_new) paths.emplace_back(operation.binding.path, std::vector<Operation>());
        paths[found->second].second.push_back(std::move(operation));
      }
    }
  }
  return paths;
}

void WriteParameters(const Operation& operation, const Catalogue& catalogue, JsonText& json) {
  const pb::Descriptor& request = *operation.method->input_type();
  const auto& path_fields = operation.binding.path_fields;
  const auto parameter = [&](std::string_view name, std::string_view place, bool required,
                             const pb::FieldDescriptor& field) {
    json.Object([&] {
      json.Member("name", name).Member("in", place);
      if (required) json.Key("required").Literal("true");
      json.Key("schema");
      WriteFieldSchema(field, catalogue, json);
    });
  };
  json.Key("parameters").Array([&] {
    for (int i = 0; i < request.field_count(); ++i) {
      const pb::FieldDescriptor& field = *request.field(i);
      if (std::count(path_fields.begin(), path_fields.end(), field.name()) > 0) {
        parameter(field.name(), "path", true, field);
      } else if (!operation.binding.has_body) {
        parameter(field.name(), "query", false, field);
      }
    }
    if (const pb::FieldDescriptor* id = request.FindFieldByName("request_id")) {
      parameter("Idempotency-Key", "header", false, *id);
    }
    if (const pb::FieldDescriptor* revision = request.FindFieldByName("revision")) {
      parameter("If-Match", "header", false, *revision);
    }
  });
}

void WriteBody(const Operation& operation, const Catalogue& catalogue, JsonText& json) {
  json.Key("requestBody").Object([&] {
    json.Key("required").Literal("true");
    json.Key("content").Object([&] {
      for (const char* type : {"application/json", "application/x-www-form-urlencoded"}) {
        json.Key(type).Object([&] {
          json.Key("schema").Object([&] {
            json.Member("$ref", ReferenceTo(catalogue.NameOf(*operation.method->input_type())));
          });
        });
      }
    });
  });
}

void WriteResponses(const Operation& operation, const Catalogue& catalogue, JsonText& json) {
  const pb::Descriptor* answer = AnswerOf(*operation.method);
  const bool empty = answer == nullptr || IsWellKnown(*answer);
  const bool created =
      operation.binding.verb == "post" && absl::StartsWith(operation.method->name(), "Create");
  json.Key("responses").Object([&] {
    json.Key(empty     ? "204"
             : created ? "201"
                       : "200")
        .Object([&] {
          json.Member("description", empty ? "Done" : created ? "Created" : "OK");
          if (empty) return;
          json.Key("content").Object([&] {
            json.Key("application/json").Object([&] {
              json.Key("schema").Object(
                  [&] { json.Member("$ref", ReferenceTo(catalogue.NameOf(*answer))); });
            });
          });
        });
    json.Key("default").Object([&] { json.Member("$ref", "#/components/responses/Problem"); });
  });
}

void WriteOperation(const Operation& operation, const Catalogue& catalogue, JsonText& json) {
  const std::string permission = PermissionOf(*operation.method);
  const std::string comment = CommentOf(*operation.method);
  std::string id = operation.method->name();
  id[0] = absl::ascii_tolower(static_cast<unsigned char>(id[0]));
  json.Key(operation.binding.verb).Object([&] {
    json.Member("operationId", id);
    json.Key("tags").Array([&] { json.Text(operation.tag); });
    json.MemberIf("summary", comment.substr(0, comment.find(". ")));
    json.MemberIf("description", comment);
    json.MemberIf("x-permission", permission);
    WriteParameters(operation, catalogue, json);
    if (operation.binding.has_body) WriteBody(operation, catalogue, json);
    WriteResponses(operation, catalogue, json);
    json.Key("security").Array([&] {
      if (permission == "READ") json.Object([] {});  // guests may, too
      json.Object([&] { json.Key("cookie").Array([] {}); });
      json.Object([&] { json.Key("bearer").Array([] {}); });
    });
  });
}

void WriteComponents(const Catalogue& catalogue, JsonText& json) {
  json.Key("schemas").Object([&] {
    for (const pb::EnumDescriptor* type : catalogue.enums()) {
      json.Key(catalogue.NameOf(*type));
      WriteEnumSchema(*type, json);
    }
    for (const pb::Descriptor* message : catalogue.messages()) {
      const pb::MethodDescriptor* method = catalogue.RequestOf(*message);
      // Requests without a body are parameters.
      if (method != nullptr && !HttpBindingOf(*method).has_body) continue;
      json.Key(catalogue.NameOf(*message));
      WriteMessageSchema(*message, catalogue, json);
    }
    json.Key("Problem");
    WriteProblemSchema(json);
  });
  json.Key("responses").Object([&] {
    json.Key("Problem").Object([&] {
      json.Member("description", "An error; `reason` is stable and says which.");
      json.Key("content").Object([&] {
        json.Key("application/problem+json").Object([&] {
          json.Key("schema").Object([&] { json.Member("$ref", ReferenceTo("Problem")); });
        });
      });
    });
  });
  json.Key("securitySchemes").Object([&] {
    json.Key("cookie").Object([&] {
      json.Member("type", "apiKey").Member("in", "cookie").Member("name", "forium_session");
      json.Member("description",
                  "The session of a browser, set by signing in; over HTTPS its name begins with "
                  "`__Host-`.");
    });
    json.Key("bearer").Object([&] {
      json.Member("type", "http").Member("scheme", "bearer");
      json.Member("description", "The `token` that signing in answers.");
    });
  });
}

void WriteDocument(const std::vector<const pb::FileDescriptor*>& files, JsonText& json) {
  const Catalogue catalogue(files);
  const Paths paths = PathsOf(files);
  json.Object([&] {
    json.Member("openapi", "3.1.0");
    json.Key("info").Object([&] {
      json.Member("title", "Community API").Member("version", "1");
      std::string description;
      for (const pb::FileDescriptor* file : files) {
        for (int s = 0; s < file->service_count(); ++s) {
          absl::StrAppend(&description, description.empty() ? "" : "\n",
                          CommentOf(*file->service(s)));
        }
      }
      json.Member("description", description);
    });
    json.Key("servers").Array([&] { json.Object([&] { json.Member("url", "/"); }); });
    json.Key("tags").Array([&] {
      std::vector<std::string> told;
      for (const auto& [path, operations] : paths) {
        for (const Operation& operation : operations) {
          if (std::count(told.begin(), told.end(), operation.tag) > 0) continue;
          told.push_back(operation.tag);
          json.Object([&] { json.Member("name", operation.tag); });
        }
      }
    });
    json.Key("paths").Object([&] {
      for (const auto& path : paths) {
        json.Key(path.first).Object([&] {
          for (const Operation& operation : path.second) {
            WriteOperation(operation, catalogue, json);
          }
        });
      }
    });
    json.Key("components").Object([&] { WriteComponents(catalogue, json); });
  });
}

}  // namespace

void GenerateOpenApi(const std::vector<const pb::FileDescriptor*>& files,
                     pb::compiler::GeneratorContext& context) {
  JsonText json;
  WriteDocument(files, json);
  const std::unique_ptr<pb::io::ZeroCopyOutputStream> stream(context.Open("openapi.json"));
  pb::io::CodedOutputStream(stream.get()).WriteString(json.text() + "\n");
}

}  // namespace forium::plugin
