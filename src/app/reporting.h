#pragma once

#include <optional>

#include "ground/otlp/exporter.h"
#include "ground/vocabulary/document.h"
#include "ground/vocabulary/result.h"

namespace cairn::app {

/// `telemetry.otlp` of cairn.yaml: {endpoint, traces, metrics, interval}. Nothing without it: then nothing is
/// reported, whatever the environment says. What it leaves open, OpenTelemetry's variables say:
/// OTEL_EXPORTER_OTLP_ENDPOINT (else http://localhost:4318), OTEL_TRACES_SAMPLER with OTEL_TRACES_SAMPLER_ARG
/// (else every trace that the caller keeps or that begins here). Headers and names come from the variables
/// alone: OTEL_EXPORTER_OTLP_HEADERS, OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES; OTEL_SDK_DISABLED=true
/// reports nothing. InvalidArgument with the place for an unknown key or a wrong value, or naming the
/// variable.
Result<std::optional<otlp::Settings>> ReportingIn(const Node& configuration);

}  // namespace cairn::app
