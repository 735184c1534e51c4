#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "ground/telemetry/figure.h"
#include "ground/telemetry/tracer.h"

namespace cairn::otlp {

/// Who reports: attributes of the resource, "service.name" and the like.
using Resource = std::vector<std::pair<std::string, std::string>>;

/// An ExportTraceServiceRequest of opentelemetry-proto 1.x, as bytes. `version` is the program's.
std::string EncodeSpans(const Resource& resource, const std::string& version,
                        const std::vector<telemetry::Span>& spans);

/// An ExportMetricsServiceRequest: counters as cumulative sums since `start_ns`, gauges as they are at
/// `now_ns` (nanoseconds since 1970). Figures of one name stand together.
std::string EncodeFigures(const Resource& resource, const std::string& version,
                          const std::vector<telemetry::Figure>& figures, std::int64_t start_ns,
                          std::int64_t now_ns);

}  // namespace cairn::otlp
