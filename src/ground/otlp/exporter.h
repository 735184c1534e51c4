#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "ground/fetch/incoming.h"
#include "ground/otlp/encoding.h"
#include "ground/telemetry/tracer.h"

namespace cairn::otlp {

/// Where to report, and what.
struct Settings {
  std::string endpoint;   ///< "http://127.0.0.1:4318"; /v1/traces and /v1/metrics come behind it.
  fetch::Fields headers;  ///< Of each request; credentials of the collector are here.
  Resource resource;      ///< "service.name" first.
  std::optional<telemetry::Tracer::Sampling> traces;  ///< None: no spans are made.
  bool metrics = true;
  std::chrono::milliseconds interval{10'000};  ///< From one report to the next.
  friend bool operator==(const Settings&, const Settings&) = default;
};

/// Reports spans and figures by OTLP/HTTP (binary protobuf) from a thread of its own, which sleeps until it
/// is told where to. A collector that is away is tried again with growing pauses; what does not fit the
/// tracer meanwhile is dropped and counted, and nobody waits for any of it. Safe from any thread.
class Exporter {
 public:
  using Figures = std::function<std::vector<telemetry::Figure>()>;
  /// The tracer must outlive it. `version` is the program's.
  Exporter(telemetry::Tracer& tracer, Figures figures, std::string version);
  /// Tries once, and briefly, to deliver what waits.
  ~Exporter();

  /// Reports there from now on; nowhere when there are no settings.
  void Follow(std::optional<Settings> settings);

  struct State {
    std::string endpoint;    ///< "" while nothing is reported.
    std::uint64_t sent = 0;  ///< Spans that a collector took.
    std::string problem;     ///< Why the last report failed; "" when it did not.
  };
  State state() const;

 private:
  void Run(const Settings& settings, const std::stop_token& stop);
  void SendSpans(const Settings& settings, const std::stop_token& stop, bool last);
  void SendFigures(const Settings& settings, const std::stop_token& stop, bool last);
  Result<> Send(const Settings& settings, const char* path, std::string body, const std::stop_token& stop,
                bool last);
  void Remember(const Result<>& outcome);

  telemetry::Tracer& tracer_;
  const Figures figures_;
  const std::string version_;
  const std::int64_t start_ns_;

  std::mutex following_;  ///< One change at a time.
  mutable std::mutex mutex_;
  std::optional<Settings> settings_;
  std::uint64_t sent_ = 0;
  std::string problem_;
  std::jthread thread_;
};

}  // namespace cairn::otlp
