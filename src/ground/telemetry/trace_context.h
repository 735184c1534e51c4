#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cairn::telemetry {

/// To which trace a request belongs (W3C Trace Context, level 1).
struct TraceContext {
  std::string trace_id;   ///< 32 lower-case hexadecimal digits, not all of them 0.
  std::string parent_id;  ///< Of the caller's span, 16 digits; "" for a trace that begins here.
  bool sampled = false;   ///< Whether the caller keeps the trace; says nothing where there is no parent.
  std::string state;      ///< What tracestate said, its members in order; "" for none.
};

/// What a traceparent field says: nothing unless it is "00-" trace id "-" parent id "-" flags to the last
/// character, with lower-case digits and ids that are not all 0. Of a version above 00 the same beginning is
/// read, which must end there or go on with '-'; version ff is none.
std::optional<TraceContext> ParseTraceparent(std::string_view field);

/// The members of a tracestate list (fields of that name joined by ','), without the empty ones and the
/// space around them; "" when one is malformed, a key comes twice, or there are more than 32.
std::string ParseTracestate(std::string_view list);

/// The context in which a request is answered: what the caller's fields say, or a new trace when they say
/// nothing that can be read. `traceparent` is empty too where the field came more than once.
TraceContext ContextOf(std::string_view traceparent, std::string_view tracestate);

/// Random, for identifying and nothing else.
std::string NewTraceId();
std::string NewSpanId();

}  // namespace cairn::telemetry
