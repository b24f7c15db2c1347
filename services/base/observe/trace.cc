// SPDX-License-Identifier: Apache-2.0
#include "services/base/observe/trace.h"

#include <atomic>
#include <cmath>
#include <random>

#include "absl/time/clock.h"
#include "services/base/observe/span_queue.h"

namespace forium::observe {
namespace {

constexpr size_t kLength = 55;  // of version 00

std::atomic<bool> recording{false};
// A trace that begins here is recorded when the low half of its id is below.
std::atomic<uint64_t> threshold{0};

constexpr TraceContext kNone;
thread_local const TraceContext* current_context = &kNone;
thread_local std::string_view current_request_id;

// Unique, not secret: SplitMix64 from a random start in each thread.
uint64_t RandomId() {
  thread_local uint64_t state = [] {
    std::random_device device;
    return (static_cast<uint64_t>(device()) << 32) | device();
  }();
  uint64_t bits = 0;
  while (bits == 0) {
    state += 0x9E3779B97F4A7C15;
    bits = state;
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
    bits ^= bits >> 31;
  }
  return bits;
}

// Lower-case hexadecimal digits only. False: there is another character.
bool ParseHex(std::string_view text, uint64_t* value) {
  *value = 0;
  for (const char c : text) {
    uint64_t digit;
    if (c >= '0' && c <= '9') {
      digit = static_cast<uint64_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      digit = static_cast<uint64_t>(c - 'a') + 10;
    } else {
      return false;
    }
    *value = (*value << 4) | digit;
  }
  return true;
}

void AppendHex(uint64_t value, std::string* out) {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (int shift = 60; shift >= 0; shift -= 4) out->push_back(kDigits[(value >> shift) & 15]);
}

}  // namespace

TraceContext ParseTraceparent(std::string_view text) {
  if (text.size() < kLength || text[2] != '-' || text[35] != '-' || text[52] != '-') return {};
  uint64_t version;
  uint64_t flags;
  TraceContext context;
  if (!ParseHex(text.substr(0, 2), &version) || version == 0xFF ||
      !ParseHex(text.substr(3, 16), &context.trace_high) ||
      !ParseHex(text.substr(19, 16), &context.trace_low) ||
      !ParseHex(text.substr(36, 16), &context.span) || !ParseHex(text.substr(53, 2), &flags)) {
    return {};
  }
  // Later versions may append fields.
  if (text.size() > kLength && (version == 0 || text[kLength] != '-')) return {};
  context.sampled = (flags & 1) != 0;
  return context.valid() ? context : TraceContext();
}

std::string Traceparent(const TraceContext& context) {
  std::string text;
  if (!context.valid()) return text;
  text.reserve(kLength);
  text.append("00-");
  AppendHex(context.trace_high, &text);
  AppendHex(context.trace_low, &text);
  text.push_back('-');
  AppendHex(context.span, &text);
  text.append(context.sampled ? "-01" : "-00");
  return text;
}

std::string TraceId(const TraceContext& context) {
  std::string text;
  if (!context.valid()) return text;
  AppendHex(context.trace_high, &text);
  AppendHex(context.trace_low, &text);
  return text;
}

Span::Span(SpanKind kind, std::string_view name, const TraceContext& parent) : context_(parent) {
  if (!recording.load(std::memory_order_relaxed)) return;
  if (!parent.valid()) {
    context_.trace_high = RandomId();
    context_.trace_low = RandomId();
    context_.sampled = context_.trace_low < threshold.load(std::memory_order_relaxed);
  }
  context_.span = RandomId();
  if (!context_.sampled) return;
  record_.reset(new SpanRecord);
  record_->context = context_;
  record_->parent = parent;
  record_->kind = kind;
  record_->name = std::string(name);
  record_->start = absl::Now();
}

void Span::Rename(std::string_view name) {
  if (record_ != nullptr) record_->name = std::string(name);
}

void Span::Set(Attribute attribute, std::string_view value) {
  if (record_ != nullptr) record_->attributes.emplace_back(attribute, std::string(value));
}

void Span::Set(Attribute attribute, int64_t value) {
  if (record_ != nullptr) record_->attributes.emplace_back(attribute, value);
}

void Span::Fail() {
  if (record_ != nullptr) record_->failed = true;
}

TraceScope::TraceScope(const TraceContext& context, std::string_view request_id)
    : outer_context_(current_context), outer_request_id_(current_request_id) {
  current_context = &context;
  current_request_id = request_id;
}

TraceScope::~TraceScope() {
  current_context = outer_context_;
  current_request_id = outer_request_id_;
}

const TraceContext& CurrentTrace() { return *current_context; }

std::string_view CurrentRequestId() { return current_request_id; }

void SetSampling(bool on, double sample) {
  threshold = sample >= 1  ? UINT64_MAX
              : sample > 0 ? static_cast<uint64_t>(std::ldexp(sample, 64))
                           : 0;
  recording = on;
}

}  // namespace forium::observe
