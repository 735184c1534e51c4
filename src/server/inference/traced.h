#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ground/http/message.h"
#include "ground/telemetry/tracer.h"
#include "loop/serving/service.h"

namespace cairn::inference {

/// Who asks: what X-Cairn-Actor says, else User-Agent; "" when neither does. A claim, of at most 200
/// characters, in which anything but visible ASCII and spaces has become '?'.
std::string CallerOf(const http::Headers& headers);

/// The trace that the fields traceparent and tracestate name, or a new one.
telemetry::TraceContext TraceOf(const http::Headers& headers);

/// A request for predictions on its way through a door: its caller and its trace, and where that trace is
/// kept the spans of its answer. These are the request itself (named after `route`, by OpenTelemetry's
/// conventions for HTTP servers) and below it "read", "queue", "run" and "write". That the model was waited
/// for and ran is known by how long it took: they are put right behind the reading.
class Traced {
 public:
  /// All must outlive it.
  Traced(const serving::Service& service, const http::Request& request, std::string_view route,
         std::int64_t received_ns);

  /// Puts caller and trace into the question, for the log.
  void Name(serving::Question& question) const;

  void Answered(const serving::Answer& answer, const serving::Offer& offer, std::size_t rows,
                const serving::Cost& cost);
  /// `offer`: whose answer was asked for, or null.
  void Failed(int status, const std::string& problem, const serving::Offer* offer);

 private:
  telemetry::Span Root(std::int64_t took_ns, int status, const serving::Offer* offer) const;
  telemetry::Span Part(const telemetry::Span& root, const char* name, std::int64_t from_ns,
                       std::int64_t took_ns) const;

  telemetry::Tracer& tracer_;
  const http::Request& request_;
  const std::string_view route_;
  const std::int64_t received_ns_;
  const telemetry::TraceContext context_;
  const bool kept_;
};

}  // namespace cairn::inference
