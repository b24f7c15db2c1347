// SPDX-License-Identifier: Apache-2.0
#include "proto/plugin/openapi_schemas.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "proto/plugin/text.h"

namespace forium::plugin {
namespace pb = google::protobuf;
namespace {

void WriteType(std::string_view type, std::string_view format, JsonText& json) {
  json.Member("type", type).MemberIf("format", format);
}

// The members of the schema of one value.
void WriteValue(const pb::FieldDescriptor& field, const Catalogue& catalogue, JsonText& json) {
  switch (field.type()) {
    case pb::FieldDescriptor::TYPE_BOOL:
      return WriteType("boolean", "", json);
    case pb::FieldDescriptor::TYPE_STRING:
      return WriteType("string", "", json);
    case pb::FieldDescriptor::TYPE_BYTES:
      WriteType("string", "", json);
      json.Member("contentEncoding", "base64");
      return;
    case pb::FieldDescriptor::TYPE_DOUBLE:
    case pb::FieldDescriptor::TYPE_FLOAT:
      return WriteType("number", "double", json);
    case pb::FieldDescriptor::TYPE_ENUM:
      json.Member("$ref", ReferenceTo(catalogue.NameOf(*field.enum_type())));
      return;
    case pb::FieldDescriptor::TYPE_MESSAGE:
      if (field.message_type()->full_name() == "google.protobuf.Timestamp") {
        return WriteType("string", "date-time", json);
      }
      if (IsWellKnown(*field.message_type())) return WriteType("object", "", json);
      json.Member("$ref", ReferenceTo(catalogue.NameOf(*field.message_type())));
      return;
    default:
      break;
  }
  const bool is_long = field.cpp_type() == pb::FieldDescriptor::CPPTYPE_INT64 ||
                       field.cpp_type() == pb::FieldDescriptor::CPPTYPE_UINT64;
  if (is_long) {
    WriteType("string", "int64", json);  // exact in every language
    json.Member("pattern", "^-?[0-9]+$");
  } else {
    WriteType("integer", "int32", json);
  }
}

}  // namespace

std::string ReferenceTo(const std::string& name) {
  return absl::StrCat("#/components/schemas/", name);
}

void WriteFieldSchema(const pb::FieldDescriptor& field, const Catalogue& catalogue,
                      JsonText& json) {
  json.Object([&] {
    if (field.is_map()) {
      json.Member("type", "object");
      json.Key("additionalProperties").Object([&] {
        WriteValue(*field.message_type()->map_value(), catalogue, json);
      });
    } else if (field.is_repeated()) {
      json.Member("type", "array");
      json.Key("items").Object([&] { WriteValue(field, catalogue, json); });
    } else {
      WriteValue(field, catalogue, json);
    }
    json.MemberIf("description", CommentOf(field));
  });
}

void WriteMessageSchema(const pb::Descriptor& message, const Catalogue& catalogue, JsonText& json) {
  std::vector<std::string> elsewhere;
  const pb::MethodDescriptor* method = catalogue.RequestOf(message);
  if (method != nullptr) elsewhere = HttpBindingOf(*method).path_fields;
  json.Object([&] {
    json.Member("type", "object");
    json.MemberIf("description", CommentOf(message));
    json.Key("properties").Object([&] {
      for (int i = 0; i < message.field_count(); ++i) {
        const pb::FieldDescriptor& field = *message.field(i);
        if (std::count(elsewhere.begin(), elsewhere.end(), field.name()) > 0) continue;
        json.Key(field.json_name());
        WriteFieldSchema(field, catalogue, json);
      }
    });
    if (method != nullptr) return;  // a request may leave out anything
    json.Key("required").Array([&] {
      for (int i = 0; i < message.field_count(); ++i) {
        const pb::FieldDescriptor& field = *message.field(i);
        if (!field.has_presence()) json.Text(field.json_name());
      }
    });
  });
}

void WriteEnumSchema(const pb::EnumDescriptor& type, JsonText& json) {
  std::string description = CommentOf(type);
  for (int i = 0; i < type.value_count(); ++i) {
    const std::string comment = CommentOf(*type.value(i));
    if (comment.empty()) continue;
    absl::StrAppend(&description, description.empty() ? "" : "\n", type.value(i)->name(), ": ",
                    comment);
  }
  json.Object([&] {
    json.Member("type", "string").MemberIf("description", description);
    json.Key("enum").Array([&] {
      for (int i = 0; i < type.value_count(); ++i) json.Text(type.value(i)->name());
    });
  });
}

void WriteProblemSchema(JsonText& json) {
  const auto property = [&](std::string_view name, std::string_view type,
                            std::string_view description) {
    json.Key(name).Object([&] { json.Member("type", type).Member("description", description); });
  };
  json.Object([&] {
    json.Member("type", "object").Member("description", "An error (RFC 9457).");
    json.Key("properties").Object([&] {
      property("type", "string", "A URI that names the kind of error.");
      property("title", "string", "The HTTP status in words.");
      property("status", "integer", "The HTTP status.");
      property("detail", "string", "One sentence for people: what happened and what to do.");
      json.Key("reason").Object([&] { json.Member("$ref", ReferenceTo("Reason")); });
      property("field", "string", "The field of the request that is wrong, if one is.");
      property("requestId", "string", "Names this request in the server's log.");
      property("retryAfter", "integer", "Seconds to wait before trying again.");
      json.Key("metadata").Object([&] {
        json.Member("type", "object");
        json.Key("additionalProperties").Object([&] { json.Member("type", "string"); });
        json.Member("description", "Facts to show or act on, such as the current version.");
      });
    });
    json.Key("required").Array([&] {
      for (const char* name : {"type", "title", "status", "detail", "reason", "requestId"}) {
        json.Text(name);
      }
    });
  });
}

}  // namespace forium::plugin
