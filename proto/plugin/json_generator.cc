// SPDX-License-Identifier: Apache-2.0
#include "proto/plugin/json_generator.h"

#include <memory>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/io/printer.h"
#include "google/protobuf/io/zero_copy_stream.h"
#include "proto/plugin/names.h"

namespace forium::plugin {
namespace pb = google::protobuf;
namespace {

using Printer = pb::io::Printer;

template <typename Visit>
void ForEachMessage(const pb::Descriptor& message, const Visit& visit) {
  if (message.options().map_entry()) return;
  visit(message);
  for (int i = 0; i < message.nested_type_count(); ++i)
    ForEachMessage(*message.nested_type(i), visit);
}

template <typename Visit>
void ForEachMessage(const pb::FileDescriptor& file, const Visit& visit) {
  for (int i = 0; i < file.message_type_count(); ++i) ForEachMessage(*file.message_type(i), visit);
}

// The statement that appends one value, an expression.
std::string AppendValue(const pb::FieldDescriptor& field, const std::string& value) {
  switch (field.type()) {
    case pb::FieldDescriptor::TYPE_STRING:
      return absl::StrCat("::forium::json::AppendText(", value, ", out);");
    case pb::FieldDescriptor::TYPE_BYTES:
      return absl::StrCat("::forium::json::AppendBytes(", value, ", out);");
    case pb::FieldDescriptor::TYPE_BOOL:
      return absl::StrCat("::forium::json::AppendBool(", value, ", out);");
    case pb::FieldDescriptor::TYPE_ENUM: {
      const pb::EnumDescriptor& type = *field.enum_type();
      return absl::StrCat("::forium::json::AppendEnum(::", CppNamespace(*type.file()),
                          "::", CppEnum(type), "_Name(", value, "), ", value, ", out);");
    }
    case pb::FieldDescriptor::TYPE_MESSAGE:
      return absl::StrCat("AppendJson(", value, ", out);");
    default:
      break;
  }
  switch (field.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat("::forium::json::AppendLong(static_cast<int64_t>(", value, "), out);");
    case pb::FieldDescriptor::CPPTYPE_UINT64:
      return absl::StrCat("::forium::json::AppendLong(static_cast<uint64_t>(", value, "), out);");
    case pb::FieldDescriptor::CPPTYPE_UINT32:
      return absl::StrCat("::forium::json::AppendNumber(static_cast<uint32_t>(", value, "), out);");
    case pb::FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat("::forium::json::AppendNumber(static_cast<int32_t>(", value, "), out);");
    case pb::FieldDescriptor::CPPTYPE_FLOAT:
      return absl::StrCat("::forium::json::AppendNumber(static_cast<float>(", value, "), out);");
    default:
      return absl::StrCat("::forium::json::AppendNumber(static_cast<double>(", value, "), out);");
  }
}

void PrintMap(const pb::FieldDescriptor& field, Printer& printer) {
  const pb::FieldDescriptor& key = *field.message_type()->map_key();
  const pb::FieldDescriptor& value = *field.message_type()->map_value();
  // Keys are text in JSON, whatever their type.
  std::string append_key = "::forium::json::AppendText(std::to_string(entry.first), out);";
  if (key.type() == pb::FieldDescriptor::TYPE_STRING) {
    append_key = "::forium::json::AppendText(entry.first, out);";
  } else if (key.type() == pb::FieldDescriptor::TYPE_BOOL) {
    append_key = "::forium::json::AppendText(entry.first ? \"true\" : \"false\", out);";
  }
  printer.Print(
      "out->push_back('{');\n"
      "{\n"
      "  bool first = true;\n"
      "  for (const auto& entry : message.$field$()) {\n"
      "    if (!first) out->push_back(',');\n"
      "    first = false;\n"
      "    $key$\n"
      "    out->push_back(':');\n"
      "    $value$\n"
      "  }\n"
      "}\n"
      "out->push_back('}');\n",
      "field", CppAccessor(field), "key", append_key, "value", AppendValue(value, "entry.second"));
}

void PrintRepeated(const pb::FieldDescriptor& field, Printer& printer) {
  printer.Print(
      "out->push_back('[');\n"
      "for (int i = 0; i < message.$field$_size(); ++i) {\n"
      "  if (i > 0) out->push_back(',');\n"
      "  $value$\n"
      "}\n"
      "out->push_back(']');\n",
      "field", CppAccessor(field), "value",
      AppendValue(field, absl::StrCat("message.", CppAccessor(field), "(i)")));
}

void PrintField(const pb::FieldDescriptor& field, Printer& printer) {
  const bool conditional = field.has_presence();
  if (conditional) printer.Print("if (message.has_$field$()) {\n", "field", CppAccessor(field));
  printer.Print("out->append(R\"(,\"$name$\":)\", $size$);\n", "name", field.json_name(), "size",
                absl::StrCat(field.json_name().size() + 4));
  if (field.is_map()) {
    PrintMap(field, printer);
  } else if (field.is_repeated()) {
    PrintRepeated(field, printer);
  } else {
    printer.Print("$append$\n", "append",
                  AppendValue(field, absl::StrCat("message.", CppAccessor(field), "()")));
  }
  if (conditional) printer.Print("}\n");
}

// Each member begins with a comma; the first one's becomes the brace.
void PrintMessage(const pb::Descriptor& message, Printer& printer) {
  printer.Print("void AppendJson([[maybe_unused]] const $class$& message, std::string* out) {\n",
                "class", CppClass(message));
  printer.Indent();
  printer.Print("const size_t start = out->size();\n");
  for (int i = 0; i < message.field_count(); ++i) PrintField(*message.field(i), printer);
  printer.Print(
      "if (out->size() == start) {\n"
      "  out->append(\"{}\");\n"
      "  return;\n"
      "}\n"
      "(*out)[start] = '{';\n"
      "out->push_back('}');\n");
  printer.Outdent();
  printer.Print("}\n\n");
}

void PrintHeader(const pb::FileDescriptor& file, Printer& printer) {
  printer.Print(
      "// Made from $file$ by protoc-gen-forium.\n"
      "#pragma once\n\n"
      "#include <string>\n\n"
      "#include \"$pb$\"\n",
      "file", file.name(), "pb", FileName(file, ".pb.h"));
  // One include is enough for a package, as with x.pb.h.
  for (int i = 0; i < file.dependency_count(); ++i) {
    if (file.dependency(i)->package() != file.package()) continue;
    printer.Print("#include \"$header$\"\n", "header", FileName(*file.dependency(i), ".json.h"));
  }
  printer.Print("\nnamespace $namespace$ {\n\n", "namespace", CppNamespace(file));
  ForEachMessage(file, [&](const pb::Descriptor& message) {
    printer.Print("void AppendJson(const $class$& message, std::string* out);\n", "class",
                  CppClass(message));
  });
  printer.Print("\n}  // namespace $namespace$\n", "namespace", CppNamespace(file));
}

void PrintSource(const pb::FileDescriptor& file, Printer& printer) {
  printer.Print(
      "// Made from $file$ by protoc-gen-forium.\n"
      "#include \"$header$\"\n\n"
      "#include \"proto/json/writer.h\"\n",
      "file", file.name(), "header", FileName(file, ".json.h"));
  for (int i = 0; i < file.dependency_count(); ++i) {
    const pb::FileDescriptor& dependency = *file.dependency(i);
    if (absl::StartsWith(dependency.name(), "proto/forium/")) {
      printer.Print("#include \"$header$\"\n", "header", FileName(dependency, ".json.h"));
    }
  }
  printer.Print("\nnamespace $namespace$ {\n\n", "namespace", CppNamespace(file));
  ForEachMessage(file, [&](const pb::Descriptor& message) { PrintMessage(message, printer); });
  printer.Print("}  // namespace $namespace$\n", "namespace", CppNamespace(file));
}

}  // namespace

void GenerateJson(const pb::FileDescriptor& file, pb::compiler::GeneratorContext& context) {
  const std::unique_ptr<pb::io::ZeroCopyOutputStream> header(
      context.Open(FileName(file, ".json.h")));
  Printer header_printer(header.get(), '$');
  PrintHeader(file, header_printer);
  const std::unique_ptr<pb::io::ZeroCopyOutputStream> source(
      context.Open(FileName(file, ".json.cc")));
  Printer source_printer(source.get(), '$');
  PrintSource(file, source_printer);
}

}  // namespace forium::plugin
