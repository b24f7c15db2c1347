// SPDX-License-Identifier: Apache-2.0
#include "proto/json/random_message.h"

#include <limits>
#include <string>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/reflection.h"
#include "google/protobuf/timestamp.pb.h"

namespace forium::json {
namespace pb = google::protobuf;
namespace {

template <typename T>
T Pick(std::initializer_list<T> values, std::mt19937_64& random) {
  return values.begin()[random() % values.size()];
}

template <typename T>
T Whole(std::mt19937_64& random) {
  using Limits = std::numeric_limits<T>;
  return Pick<T>({T{0}, T{1}, Limits::min(), Limits::max(), static_cast<T>(random()),
                  static_cast<T>(random() % 1000)},
                 random);
}

double Real(std::mt19937_64& random) {
  return Pick<double>(
      {0.0, -1.5, 0.1, 1e300, 1e-7, 123456789.125, std::numeric_limits<double>::infinity(),
       std::numeric_limits<double>::quiet_NaN()},
      random);
}

std::string Text(std::mt19937_64& random) {
  static const std::string kPieces[] = {"",
                                        "plain words",
                                        "\"quoted\"",
                                        "back\\slash",
                                        "\n\r\t\b\f",
                                        std::string(1, '\0'),
                                        "\x01\x1f\x7f",
                                        "</script>",
                                        "&amp; <b>",
                                        "ä ö ü ß",
                                        "日本語",
                                        "🦊",
                                        "\u2028\u2029",
                                        "/",
                                        "\xC2\x80 \xC2\x9F",
                                        "\uFEFF",
                                        "\u00AD",
                                        "'"};
  std::string text;
  for (size_t i = random() % 5; i > 0; --i) text += kPieces[random() % std::size(kPieces)];
  return text;
}

void FillTime(pb::Timestamp& time, std::mt19937_64& random) {
  constexpr int64_t kFirst = -62135596800;  // 0001-01-01
  constexpr int64_t kLast = 253402300799;   // 9999-12-31T23:59:59
  time.set_seconds(Pick<int64_t>(
      {0, -1, kFirst, kLast, 951782399, 951868800 /* end of February 2000 */, -2203891200,
       kFirst + static_cast<int64_t>(random() % static_cast<uint64_t>(kLast - kFirst))},
      random));
  const int32_t nanos = static_cast<int32_t>(random() % 1000000000);
  time.set_nanos(Pick<int32_t>({0, nanos, nanos / 1000 * 1000, nanos / 1000000 * 1000000}, random));
}

void FillMessage(pb::Message& message, std::mt19937_64& random, int depth) {
  if (auto* time = dynamic_cast<pb::Timestamp*>(&message)) {
    FillTime(*time, random);
  } else {
    FillRandomly(message, random, depth + 1);
  }
}

void SetOne(pb::Message& message, const pb::FieldDescriptor& field, std::mt19937_64& random,
            int depth) {
  const pb::Reflection& reflection = *message.GetReflection();
  const bool repeated = field.is_repeated();
#define FORIUM_SET(Kind, value)                             \
  {                                                         \
    const auto one = value;                                 \
    repeated ? reflection.Add##Kind(&message, &field, one)  \
             : reflection.Set##Kind(&message, &field, one); \
    return;                                                 \
  }
  switch (field.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_INT32:
      FORIUM_SET(Int32, Whole<int32_t>(random))
    case pb::FieldDescriptor::CPPTYPE_UINT32:
      FORIUM_SET(UInt32, Whole<uint32_t>(random))
    case pb::FieldDescriptor::CPPTYPE_INT64:
      FORIUM_SET(Int64, Whole<int64_t>(random))
    case pb::FieldDescriptor::CPPTYPE_UINT64:
      FORIUM_SET(UInt64, Whole<uint64_t>(random))
    case pb::FieldDescriptor::CPPTYPE_DOUBLE:
      FORIUM_SET(Double, Real(random))
    case pb::FieldDescriptor::CPPTYPE_FLOAT:
      FORIUM_SET(Float, static_cast<float>(static_cast<int>(random() % 2001) - 1000) / 8)
    case pb::FieldDescriptor::CPPTYPE_BOOL:
      FORIUM_SET(Bool, random() % 2 == 0)
    case pb::FieldDescriptor::CPPTYPE_STRING:
      FORIUM_SET(String, Text(random))
    case pb::FieldDescriptor::CPPTYPE_ENUM: {
      const pb::EnumDescriptor& type = *field.enum_type();
      const int known =
          type.value(static_cast<int>(random() % static_cast<uint64_t>(type.value_count())))
              ->number();
      FORIUM_SET(EnumValue, random() % 8 == 0 ? 4711 : known)
    }
    case pb::FieldDescriptor::CPPTYPE_MESSAGE:
      FillMessage(repeated ? *reflection.AddMessage(&message, &field)
                           : *reflection.MutableMessage(&message, &field),
                  random, depth);
  }
#undef FORIUM_SET
}

}  // namespace

void FillRandomly(pb::Message& message, std::mt19937_64& random, int depth) {
  const pb::Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const pb::FieldDescriptor& field = *type.field(i);
    if (field.message_type() != nullptr && depth > 3) continue;
    size_t times = random() % 3 == 0 ? 0 : 1;
    if (field.is_repeated()) times = random() % 4;
    // One of each key: what a second one would do to the first is not the writer's business.
    if (field.is_map()) times = std::min<size_t>(times, 1);
    while (times-- > 0) SetOne(message, field, random, depth);
  }
}

}  // namespace forium::json
