// SPDX-License-Identifier: Apache-2.0
#include "proto/plugin/typescript_generator.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/io/printer.h"
#include "google/protobuf/io/zero_copy_stream.h"
#include "proto/plugin/catalogue.h"
#include "proto/plugin/text.h"

namespace forium::plugin {
namespace pb = google::protobuf;
namespace {

void PrintComment(const std::string& comment, pb::io::Printer& printer) {
  if (comment.empty()) return;
  printer.Print("/** $text$ */\n", "text",
                absl::StrReplaceAll(comment, {{"*/", "* /"}, {"\n", " "}}));
}

std::string TypeOf(const pb::FieldDescriptor& field, const Catalogue& catalogue);

std::string OneOf(const pb::FieldDescriptor& field, const Catalogue& catalogue) {
  switch (field.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_INT64:
    case pb::FieldDescriptor::CPPTYPE_UINT64:
    case pb::FieldDescriptor::CPPTYPE_STRING:
      return "string";
    case pb::FieldDescriptor::CPPTYPE_BOOL:
      return "boolean";
    case pb::FieldDescriptor::CPPTYPE_ENUM:
      return catalogue.NameOf(*field.enum_type());
    case pb::FieldDescriptor::CPPTYPE_MESSAGE: {
      const pb::Descriptor& message = *field.message_type();
      if (message.full_name() == "google.protobuf.Timestamp") return "string";
      return IsWellKnown(message) ? "unknown" : catalogue.NameOf(message);
    }
    default:
      return "number";
  }
}

std::string TypeOf(const pb::FieldDescriptor& field, const Catalogue& catalogue) {
  if (field.is_map()) {
    return absl::StrCat("Record<string, ", OneOf(*field.message_type()->map_value(), catalogue),
                        ">");
  }
  const std::string one = OneOf(field, catalogue);
  return field.is_repeated() ? absl::StrCat(one, "[]") : one;
}

void PrintEnum(const pb::EnumDescriptor& type, const Catalogue& catalogue,
               pb::io::Printer& printer) {
  PrintComment(CommentOf(type), printer);
  printer.Print("export type $name$ =", "name", catalogue.NameOf(type));
  for (int i = 0; i < type.value_count(); ++i) {
    printer.Print(i == 0 ? " \"$value$\"" : " | \"$value$\"", "value", type.value(i)->name());
  }
  printer.Print(";\n\n");
}

// In a request every field may be left out; in an answer what has presence.
void PrintMessage(const pb::Descriptor& message, const Catalogue& catalogue,
                  pb::io::Printer& printer) {
  PrintComment(CommentOf(message), printer);
  if (message.field_count() == 0) {
    printer.Print("export type $name$ = Record<string, never>;\n\n", "name",
                  catalogue.NameOf(message));
    return;
  }
  const bool request = catalogue.RequestOf(message) != nullptr;
  printer.Print("export interface $name$ {\n", "name", catalogue.NameOf(message));
  printer.Indent();
  for (int i = 0; i < message.field_count(); ++i) {
    const pb::FieldDescriptor& field = *message.field(i);
    PrintComment(CommentOf(field), printer);
    printer.Print("$name$$mark$: $type$;\n", "name", field.json_name(), "mark",
                  request || field.has_presence() ? "?" : "", "type", TypeOf(field, catalogue));
  }
  printer.Outdent();
  printer.Print("}\n\n");
}

}  // namespace

void GenerateTypeScript(const std::vector<const pb::FileDescriptor*>& files,
                        pb::compiler::GeneratorContext& context) {
  const Catalogue catalogue(files);
  const std::unique_ptr<pb::io::ZeroCopyOutputStream> stream(context.Open("types.ts"));
  pb::io::Printer printer(stream.get(), '$');
  printer.Print(
      "// SPDX-License-Identifier: Apache-2.0\n"
      "// Made from proto/ by protoc-gen-forium; ./dev build makes it again. 64-bit integers are "
      "text, times are RFC "
      "3339.\n\n");
  for (const pb::EnumDescriptor* type : catalogue.enums()) PrintEnum(*type, catalogue, printer);
  for (const pb::Descriptor* message : catalogue.messages()) {
    PrintMessage(*message, catalogue, printer);
  }
}

}  // namespace forium::plugin
