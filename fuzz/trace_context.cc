#include "ground/telemetry/trace_context.h"

#include <algorithm>

#include "fuzz/property.h"

using cairn::fuzz::Hold;
using cairn::fuzz::HoldEqual;

namespace {

bool IsId(std::string_view id, std::size_t digits) {
  return id.size() == digits && id.find_first_not_of("0123456789abcdef") == std::string_view::npos &&
         id.find_first_not_of('0') != std::string_view::npos;
}

}  // namespace

/// The first line is traceparent, the rest tracestate. Whatever a caller sends, a request has a trace.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const auto end = std::min(all.find('\n'), size);
  const std::string_view parent = all.substr(0, end), state = all.substr(std::min(end + 1, size));
  const auto context = cairn::telemetry::ContextOf(parent, state);
  Hold(IsId(context.trace_id, 32), "a trace has an id");
  const auto parsed = cairn::telemetry::ParseTraceparent(parent);
  Hold(parsed ? IsId(context.parent_id, 16) : context.parent_id.empty(), "who has no parent begins a trace");
  if (parsed) HoldEqual(context.trace_id, std::string(parent.substr(3, 32)), "the caller's trace goes on");
  const std::string members = cairn::telemetry::ParseTracestate(state);
  HoldEqual(cairn::telemetry::ParseTracestate(members), members, "what was read can be read again");
  return 0;
}
