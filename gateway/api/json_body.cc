// SPDX-License-Identifier: Apache-2.0
#include "gateway/api/json_body.h"

#include <boost/json.hpp>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include "absl/strings/escaping.h"
#include "gateway/api/fields.h"
#include "gateway/http/ascii.h"
#include "google/protobuf/timestamp.pb.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

namespace json = boost::json;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Deeper than any request of ours; what protects the stack.
constexpr int kMostDepth = 32;

absl::Status Wrong(std::string_view path, std::string_view expected) {
  return status::InvalidField(path, Concat({"`", path, "` must be ", expected, "."}));
}

std::string_view View(const json::string& text) { return {text.data(), text.size()}; }

// The whole number that a JSON number is: 3, 3.0 and 3e2 are, 3.5 is none.
template <typename T>
std::optional<T> Whole(const json::value& value) {
  if (value.is_int64()) {
    const int64_t number = value.get_int64();
    if (std::is_unsigned_v<T> && number < 0) return std::nullopt;
    if constexpr (std::is_signed_v<T>) {
      if (number < std::numeric_limits<T>::min()) return std::nullopt;
    }
    if (number > 0 &&
        static_cast<uint64_t>(number) > static_cast<uint64_t>(std::numeric_limits<T>::max())) {
      return std::nullopt;
    }
    return static_cast<T>(number);
  }
  if (value.is_uint64()) {
    if (value.get_uint64() > static_cast<uint64_t>(std::numeric_limits<T>::max()))
      return std::nullopt;
    return static_cast<T>(value.get_uint64());
  }
  if (value.is_double()) {
    const double number = value.get_double();
    constexpr double kExact = 9007199254740992.0;  // 2^53
    if (std::trunc(number) != number || std::fabs(number) > kExact) return std::nullopt;
    return Whole<T>(json::value(static_cast<int64_t>(number)));
  }
  return std::nullopt;
}

absl::Status FillObject(const json::object& object, Message& message, const std::string& path);

absl::Status SetOne(const json::value& value, Message& message, const FieldDescriptor& field,
                    const std::string& path) {
  using R = google::protobuf::Reflection;
  const R& reflection = *message.GetReflection();
  const bool list = field.is_repeated();
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    if (field.message_type() == google::protobuf::Timestamp::descriptor()) {
      if (!value.is_string() || list) return Wrong(path, "a time like 2026-01-31T12:00:00Z");
      return SetFromText(message, field.name(), View(value.get_string()), TextSource::kQuery);
    }
    if (!value.is_object()) return Wrong(path, "an object");
    Message* inner = list ? reflection.AddMessage(&message, &field)
                          : reflection.MutableMessage(&message, &field);
    return FillObject(value.get_object(), *inner, path);
  }
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    if (!value.is_string()) return Wrong(path, "a string");
    std::string text(View(value.get_string()));
    if (field.type() == FieldDescriptor::TYPE_BYTES) {
      std::string bytes;
      if (!absl::Base64Unescape(text, &bytes) && !absl::WebSafeBase64Unescape(text, &bytes)) {
        return Wrong(path, "base64");
      }
      text = std::move(bytes);
    } else if (text.find('\0') != std::string::npos) {
      return Wrong(path, "text without NUL characters");
    }
    list ? reflection.AddString(&message, &field, std::move(text))
         : reflection.SetString(&message, &field, std::move(text));
    return absl::OkStatus();
  }
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
    if (!value.is_bool()) return Wrong(path, "true or false");
    list ? reflection.AddBool(&message, &field, value.get_bool())
         : reflection.SetBool(&message, &field, value.get_bool());
    return absl::OkStatus();
  }
  // Numbers and enums may be strings.
  if (value.is_string()) {
    const absl::Status set =
        SetFromText(message, field.name(), View(value.get_string()), TextSource::kQuery);
    return set.ok() ? set : Wrong(path, "a value of its type that is in range");
  }
  const auto number = [&]<typename T>(T, auto set, auto add) {
    const std::optional<T> whole = Whole<T>(value);
    if (!whole.has_value()) return Wrong(path, "a whole number that is in range");
    list ? (reflection.*add)(&message, &field, *whole)
         : (reflection.*set)(&message, &field, *whole);
    return absl::OkStatus();
  };
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return number(int32_t{0}, &R::SetInt32, &R::AddInt32);
    case FieldDescriptor::CPPTYPE_INT64:
      return number(int64_t{0}, &R::SetInt64, &R::AddInt64);
    case FieldDescriptor::CPPTYPE_UINT32:
      return number(uint32_t{0}, &R::SetUInt32, &R::AddUInt32);
    case FieldDescriptor::CPPTYPE_UINT64:
      return number(uint64_t{0}, &R::SetUInt64, &R::AddUInt64);
    case FieldDescriptor::CPPTYPE_ENUM: {
      const std::optional<int32_t> whole = Whole<int32_t>(value);
      const auto* known =
          whole.has_value() ? field.enum_type()->FindValueByNumber(*whole) : nullptr;
      if (known == nullptr) return Wrong(path, "one of the known values");
      list ? reflection.AddEnum(&message, &field, known)
           : reflection.SetEnum(&message, &field, known);
      return absl::OkStatus();
    }
    default:
      break;
  }
  if (!value.is_number()) return Wrong(path, "a number");
  const double real = value.to_number<double>();
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_FLOAT) {
    list ? reflection.AddFloat(&message, &field, static_cast<float>(real))
         : reflection.SetFloat(&message, &field, static_cast<float>(real));
  } else {
    list ? reflection.AddDouble(&message, &field, real)
         : reflection.SetDouble(&message, &field, real);
  }
  return absl::OkStatus();
}

absl::Status FillObject(const json::object& object, Message& message, const std::string& path) {
  for (const auto& member : object) {
    const std::string_view key(member.key().data(), member.key().size());
    const FieldDescriptor* field = FindField(*message.GetDescriptor(), key);
    const std::string inner =
        path.empty()
            ? std::string(field != nullptr ? std::string_view(field->name()) : key)
            : Concat({path, ".", field != nullptr ? std::string_view(field->name()) : key});
    if (field == nullptr || field->is_map()) {
      return status::Error(absl::StatusCode::kInvalidArgument, type::v1::UNKNOWN_FIELD,
                           Concat({"There is no field `", inner, "` here."}), inner);
    }
    if (member.value().is_null()) continue;
    if (!field->is_repeated()) {
      RETURN_IF_ERROR(SetOne(member.value(), message, *field, inner));
      continue;
    }
    if (!member.value().is_array()) return Wrong(inner, "a list");
    int index = 0;
    for (const json::value& value : member.value().get_array()) {
      RETURN_IF_ERROR(
          SetOne(value, message, *field, Concat({inner, "[", std::to_string(index++), "]"})));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status FillFromJson(std::string_view text, Message& message) {
  json::monotonic_resource memory;
  json::parse_options options;
  options.max_depth = kMostDepth;
  boost::system::error_code error;
  const json::value value =
      json::parse(json::string_view(text.data(), text.size()), error, &memory, options);
  if (error || !value.is_object()) {
    return status::Error(absl::StatusCode::kInvalidArgument, type::v1::INVALID_JSON,
                         error ? "The body is not valid JSON." : "The body must be a JSON object.");
  }
  return FillObject(value.get_object(), message, {});
}

}  // namespace forium::gateway
