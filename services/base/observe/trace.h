// SPDX-License-Identifier: Apache-2.0
// Traces: what belongs to one request across processes (W3C Trace Context). A Span is one timed
// piece of it, told to a collector (otlp.h) when its trace is sampled. While nothing exports, spans
// only pass on the context that came in, and cost nothing. A Span is used by one thread at a time;
// the functions are thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace forium::observe {

// Where a piece of work stands; what `traceparent` says.
struct TraceContext {
  uint64_t trace_high = 0;
  uint64_t trace_low = 0;
  uint64_t span = 0;
  bool sampled = false;

  bool valid() const { return (trace_high | trace_low) != 0 && span != 0; }
};

// `00-<32 hex>-<16 hex>-<2 hex>`, also of versions yet to come; not valid() when it is anything
// else.
TraceContext ParseTraceparent(std::string_view text);
// Empty when the context is not valid.
std::string Traceparent(const TraceContext& context);
std::string TraceId(const TraceContext& context);

// OTLP's numbers.
enum class SpanKind { kInternal = 1, kServer = 2, kClient = 3, kProducer = 4, kConsumer = 5 };

// All that spans tell beside name and time: values from closed sets, counts and ids.
enum class Attribute {
  kHttpMethod,
  kHttpRoute,
  kHttpStatus,
  kRpcMethod,
  kRpcCode,
  kTenant,
  kRequestId,
  kSqlStatements,
  kStream,
  kListener,
};

struct SpanRecord;  // span_queue.h

class Span {
 public:
  Span() = default;
  // Continues `parent`, or begins a trace when that is not valid. A consumer's span is linked to
  // its parent too.
  Span(SpanKind kind, std::string_view name, const TraceContext& parent);

  // What the work inside hands on. Not valid when there is no trace.
  const TraceContext& context() const { return context_; }
  bool recorded() const { return record_ != nullptr; }

  // These do nothing unless the span is recorded.
  void Rename(std::string_view name);
  void Set(Attribute attribute, std::string_view value);
  void Set(Attribute attribute, int64_t value);
  void Fail();
  // The destructor does the same.
  void End() { record_.reset(); }

 private:
  struct Finish {
    void operator()(SpanRecord* record) const;
  };
  TraceContext context_;
  std::unique_ptr<SpanRecord, Finish> record_;
};

// Makes a context and a request id those of the thread while it lives: log lines carry them, calls
// and events hand the context on. Never across a suspension of a coroutine. Both must outlive it.
class TraceScope {
 public:
  TraceScope(const TraceContext& context, std::string_view request_id);
  explicit TraceScope(const Span& span) : TraceScope(span.context(), {}) {}
  ~TraceScope();
  TraceScope(const TraceScope&) = delete;
  TraceScope& operator=(const TraceScope&) = delete;

 private:
  const TraceContext* const outer_context_;
  const std::string_view outer_request_id_;
};

// Of the innermost TraceScope of this thread; not valid, and empty, outside of any.
const TraceContext& CurrentTrace();
std::string_view CurrentRequestId();

}  // namespace forium::observe
