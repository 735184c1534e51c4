#include "ground/otlp/exporter.h"

#include <gtest/gtest.h>

#include <thread>

#include "ground/fetch/testing/scripted_peer.h"

namespace cairn::otlp {
namespace {

using fetch::testing::Answering;
using fetch::testing::ScriptedPeer;
using telemetry::Span;
using telemetry::Tracer;
using namespace std::chrono_literals;

Span Named(const std::string& name) {
  Span span;
  span.trace_id = telemetry::NewTraceId();
  span.span_id = telemetry::NewSpanId();
  span.name = name;
  return span;
}

Settings To(std::uint16_t port) {
  Settings settings;
  settings.endpoint = "http://127.0.0.1:" + std::to_string(port);
  settings.headers = {{"X-Key", "secret"}};
  settings.resource = {{"service.name", "cairn"}};
  settings.traces = Tracer::Sampling{};
  settings.interval = 20ms;
  return settings;
}

std::vector<telemetry::Figure> OneFigure() {
  return {{"cairn_a_total", "A.", telemetry::Figure::Kind::Counter, 3, {}}};
}

template <class Condition>
void Await(Condition condition) {
  const auto until = std::chrono::steady_clock::now() + 30s;
  while (!condition() && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  EXPECT_TRUE(condition());
}

bool Asked(const ScriptedPeer& peer, const std::string& begin, const std::string& content) {
  for (const auto& request : peer.requests())
    if (request.starts_with(begin) && request.find(content) != std::string::npos) return true;
  return false;
}

TEST(Exporter, SendsSpansAndFigures) {
  ScriptedPeer peer({Answering(200, "")});
  Tracer tracer;
  Exporter exporter(tracer, OneFigure, "1.2.3");
  EXPECT_FALSE(tracer.IsOn());
  exporter.Follow(To(peer.port()));
  ASSERT_TRUE(tracer.IsOn());
  tracer.Take({Named("first"), Named("second")});
  Await([&] { return exporter.state().sent == 2 && Asked(peer, "POST /v1/metrics", "cairn_a_total"); });
  EXPECT_TRUE(Asked(peer, "POST /v1/traces HTTP/1.1", "second"));
  EXPECT_TRUE(Asked(peer, "POST /v1/traces", "Content-Type: application/x-protobuf"));
  EXPECT_TRUE(Asked(peer, "POST /v1/traces", "X-Key: secret"));
  EXPECT_EQ(exporter.state().problem, "");
  exporter.Follow(std::nullopt);
  EXPECT_FALSE(tracer.IsOn());
  EXPECT_EQ(exporter.state().endpoint, "");
}

TEST(Exporter, DeliversWhatWaitsAtTheEnd) {
  ScriptedPeer peer({Answering(200, "")});
  Tracer tracer;
  {
    Exporter exporter(tracer, OneFigure, "1.2.3");
    auto settings = To(peer.port());
    settings.interval = 1h;
    exporter.Follow(settings);
    tracer.Take({Named("late one")});
  }
  EXPECT_TRUE(Asked(peer, "POST /v1/traces", "late one"));
}

TEST(Exporter, TriesAgainWhenTheCollectorCannot) {
  ScriptedPeer peer({Answering(503, "", "Retry-After: 0\r\n"), Answering(200, "")});
  Tracer tracer;
  Exporter exporter(
      tracer, [] { return std::vector<telemetry::Figure>(); }, "1.2.3");
  exporter.Follow(To(peer.port()));
  tracer.Take({Named("patient")});
  Await([&] { return exporter.state().sent == 1; });
  EXPECT_EQ(tracer.dropped(), 0u);
}

TEST(Exporter, CountsWhatACollectorRefuses) {
  ScriptedPeer peer({Answering(400, "no")});
  Tracer tracer;
  Exporter exporter(tracer, OneFigure, "1.2.3");
  auto settings = To(peer.port());
  settings.metrics = false;
  exporter.Follow(settings);
  tracer.Take({Named("unwanted"), Named("too")});
  Await([&] { return tracer.dropped() == 2; });
  Await([&] { return !exporter.state().problem.empty(); });
  EXPECT_NE(exporter.state().problem.find("/v1/traces answered 400"), std::string::npos);
  EXPECT_EQ(exporter.state().sent, 0u);
}

TEST(Exporter, AnAbsentCollectorHoldsNothingUp) {
  std::uint16_t port = 0;
  { port = ScriptedPeer({Answering(200, "")}).port(); }
  Tracer tracer;
  const auto begun = std::chrono::steady_clock::now();
  {
    Exporter exporter(tracer, OneFigure, "1.2.3");
    exporter.Follow(To(port));
    for (int i = 0; i < 20'000; ++i) tracer.Take({Named("x")});
    EXPECT_LE(tracer.Waiting(), Tracer::kMostWaiting);
    EXPECT_GT(tracer.dropped(), 0u);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 20s);
}

}  // namespace
}  // namespace cairn::otlp
