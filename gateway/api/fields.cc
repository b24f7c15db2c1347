// SPDX-License-Identifier: Apache-2.0
#include "gateway/api/fields.h"

#include <charconv>
#include <cmath>

#include "absl/strings/ascii.h"
#include "gateway/http/ascii.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/util/time_util.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Timestamp;

absl::Status Unknown(std::string_view path) {
  return status::Error(absl::StatusCode::kInvalidArgument, type::v1::UNKNOWN_FIELD,
                       Concat({"There is no field `", path, "` here."}), path);
}

absl::Status Wrong(std::string_view path, std::string_view expected) {
  return status::InvalidField(path, Concat({"`", path, "` must be ", expected, "."}));
}

template <typename T>
bool ParseNumber(std::string_view text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

bool ParseBool(std::string_view text, TextSource source, bool& value) {
  value = text == "true" || text == "1" || (source == TextSource::kForm && text == "on");
  return value || text == "false" || text == "0" || (source == TextSource::kForm && text == "off");
}

// `2026-11-21T12:00` is what a browser's date field sends: UTC.
bool ParseTime(std::string text, TextSource source, Timestamp& value) {
  if (source == TextSource::kForm) {
    if (text.size() == 10) text += "T00:00";
    if (text.size() == 16) text += ":00";
    if (text.size() == 19) text += "Z";
  }
  return google::protobuf::util::TimeUtil::FromString(text, &value);
}

// One value into a field: set, or added to a list.
absl::Status SetValue(Message& message, const FieldDescriptor& field, std::string_view path,
                      std::string_view text, TextSource source) {
  const auto& reflection = *message.GetReflection();
  const auto number = [&](auto value, auto set, auto add, std::string_view expected) {
    if (!ParseNumber(text, value)) return Wrong(path, expected);
    if constexpr (std::is_floating_point_v<decltype(value)>) {
      if (!std::isfinite(value)) return Wrong(path, expected);
    }
    field.is_repeated() ? (reflection.*add)(&message, &field, value)
                        : (reflection.*set)(&message, &field, value);
    return absl::OkStatus();
  };
  using R = google::protobuf::Reflection;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return number(int32_t{0}, &R::SetInt32, &R::AddInt32, "a whole number of at most 32 bits");
    case FieldDescriptor::CPPTYPE_INT64:
      return number(int64_t{0}, &R::SetInt64, &R::AddInt64, "a whole number of at most 64 bits");
    case FieldDescriptor::CPPTYPE_UINT32:
      return number(uint32_t{0}, &R::SetUInt32, &R::AddUInt32,
                    "a positive whole number of at most 32 bits");
    case FieldDescriptor::CPPTYPE_UINT64:
      return number(uint64_t{0}, &R::SetUInt64, &R::AddUInt64,
                    "a positive whole number of at most 64 bits");
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return number(double{0}, &R::SetDouble, &R::AddDouble, "a number");
    case FieldDescriptor::CPPTYPE_FLOAT:
      return number(float{0}, &R::SetFloat, &R::AddFloat, "a number");
    case FieldDescriptor::CPPTYPE_BOOL: {
      bool value = false;
      if (!ParseBool(text, source, value)) return Wrong(path, "`true` or `false`");
      field.is_repeated() ? reflection.AddBool(&message, &field, value)
                          : reflection.SetBool(&message, &field, value);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      const EnumValueDescriptor* value = FindEnumValue(*field.enum_type(), text);
      if (int32_t number = 0; value == nullptr && ParseNumber(text, number)) {
        value = field.enum_type()->FindValueByNumber(number);
      }
      if (value == nullptr) return Wrong(path, "one of the known values");
      field.is_repeated() ? reflection.AddEnum(&message, &field, value)
                          : reflection.SetEnum(&message, &field, value);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_STRING:
      field.is_repeated() ? reflection.AddString(&message, &field, std::string(text))
                          : reflection.SetString(&message, &field, std::string(text));
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      Timestamp time;
      if (field.is_repeated() || field.message_type() != Timestamp::descriptor()) {
        return Wrong(path, "given field by field");
      }
      if (!ParseTime(std::string(text), source, time))
        return Wrong(path, "a time like 2026-01-31T12:00:00Z");
      reflection.MutableMessage(&message, &field)->CopyFrom(time);
      return absl::OkStatus();
    }
  }
  return Unknown(path);
}

}  // namespace

const FieldDescriptor* FindField(const Descriptor& type, std::string_view name) {
  const std::string text(name);
  const FieldDescriptor* field = type.FindFieldByName(text);
  return field != nullptr ? field : type.FindFieldByCamelcaseName(text);
}

const EnumValueDescriptor* FindEnumValue(const EnumDescriptor& type, std::string_view name) {
  std::string upper(name);
  for (char& c : upper) c = c == '-' ? '_' : absl::ascii_toupper(static_cast<unsigned char>(c));
  if (const EnumValueDescriptor* value = type.FindValueByName(upper)) return value;
  std::string suffix = type.name();
  for (char& c : suffix) c = absl::ascii_toupper(static_cast<unsigned char>(c));
  return type.FindValueByName(upper + "_" + suffix);
}

absl::Status SetFromText(Message& root, std::string_view path, std::string_view text,
                         TextSource source) {
  Message* message = &root;
  std::string_view rest = path;
  std::string proto_path;
  while (true) {
    const FieldDescriptor* field = FindField(*message->GetDescriptor(), TakeUntil(rest, '.'));
    if (field == nullptr) return Unknown(path);
    if (!proto_path.empty()) proto_path += '.';
    proto_path += field->name();
    if (!rest.empty()) {
      if (field->is_repeated() || field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE ||
          field->message_type() == Timestamp::descriptor()) {
        return Unknown(path);
      }
      message = message->GetReflection()->MutableMessage(message, field);
      continue;
    }
    if (source == TextSource::kForm) {
      if (text.empty() && field->cpp_type() != FieldDescriptor::CPPTYPE_STRING)
        return absl::OkStatus();
      if (field->is_repeated()) {
        while (!text.empty()) {
          const std::string_view one = Trim(TakeUntil(text, ','));
          if (one.empty()) continue;
          const absl::Status set = SetValue(*message, *field, proto_path, one, source);
          if (!set.ok()) return set;
        }
        return absl::OkStatus();
      }
    }
    return SetValue(*message, *field, proto_path, text, source);
  }
}

std::string TextOf(const Message& root, std::string_view path) {
  const Message* message = &root;
  while (true) {
    const FieldDescriptor* field = FindField(*message->GetDescriptor(), TakeUntil(path, '.'));
    if (field == nullptr || field->is_repeated()) return {};
    const auto& reflection = *message->GetReflection();
    if (!path.empty()) {
      if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return {};
      message = &reflection.GetMessage(*message, field);
      continue;
    }
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        return std::to_string(reflection.GetInt32(*message, field));
      case FieldDescriptor::CPPTYPE_INT64:
        return std::to_string(reflection.GetInt64(*message, field));
      case FieldDescriptor::CPPTYPE_UINT32:
        return std::to_string(reflection.GetUInt32(*message, field));
      case FieldDescriptor::CPPTYPE_UINT64:
        return std::to_string(reflection.GetUInt64(*message, field));
      case FieldDescriptor::CPPTYPE_STRING:
        return reflection.GetString(*message, field);
      case FieldDescriptor::CPPTYPE_ENUM:
        return reflection.GetEnum(*message, field)->name();
      default:
        return {};
    }
  }
}

}  // namespace forium::gateway
