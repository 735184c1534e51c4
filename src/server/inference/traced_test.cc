#include "server/inference/traced.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "server/inference/testing/served.h"

namespace cairn::inference {
namespace {

using TracedTest = testing::ServedTest;
using telemetry::Span;

const std::string kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string kParent = "00f067aa0ba902b7";
const std::string kFlight =
    R"({"dataframe_split":{"columns":["carrier","hour","distance"],"data":[["UA",0,1001.2968613812892]]}})";

http::Headers Fields(std::vector<std::pair<std::string, std::string>> fields) {
  http::Headers headers;
  for (auto& [name, value] : fields) headers.Add(name, value);
  return headers;
}

Span::Value Attribute(const Span& span, std::string_view name) {
  for (const auto& [key, value] : span.attributes)
    if (key == name) return value;
  return std::string("absent");
}

TEST(TracedFields, NameTheCaller) {
  EXPECT_EQ(CallerOf(Fields({{"x-cairn-actor", " billing "}, {"User-Agent", "curl/8"}})), "billing");
  EXPECT_EQ(CallerOf(Fields({{"User-Agent", "curl/8"}})), "curl/8");
  EXPECT_EQ(CallerOf(Fields({})), "");
  EXPECT_EQ(CallerOf(Fields({{"User-Agent", "caf\xc3\xa9"}})), "caf??");
  EXPECT_EQ(CallerOf(Fields({{"User-Agent", std::string(500, 'a')}})).size(), 200u);
}

TEST(TracedFields, TwoParentsAreNoneAndStatesAreJoined) {
  const std::string parent = "00-" + kTrace + "-" + kParent + "-01";
  const auto one = TraceOf(Fields({{"TraceParent", parent}, {"tracestate", "a=1"}, {"tracestate", "b=2"}}));
  EXPECT_EQ(one.trace_id, kTrace);
  EXPECT_EQ(one.state, "a=1,b=2");
  EXPECT_NE(TraceOf(Fields({{"traceparent", parent}, {"traceparent", parent}})).trace_id, kTrace);
}

TEST_F(TracedTest, TheLogNamesCallerAndTrace) {
  Serve("columns.onnx");
  const std::string parent = "00-" + kTrace + "-" + kParent + "-00";
  ASSERT_EQ(
      Post("/invocations", kFlight,
           {{"Content-Type", "application/json"}, {"traceparent", parent}, {"X-Cairn-Actor", "billing"}})
          .status,
      200);
  ASSERT_EQ(
      Post("/v2/models/late-arrival/infer",
           R"({"inputs":[)" + Column("distance", "FP32", "[700.5]", 1) + "," +
               Column("carrier", "BYTES", R"(["UA"])", 1) + "," + Column("hour", "INT64", "[5]", 1) + "]}",
           {{"traceparent", "00-bad"}, {"User-Agent", "tritonclient"}})
          .status,
      200);
  const auto logged = test_.Logged();
  ASSERT_EQ(logged.size(), 2u);
  EXPECT_EQ(logged[0].caller, "billing");
  EXPECT_EQ(logged[0].trace_id, kTrace);
  EXPECT_EQ(logged[1].caller, "tritonclient");
  EXPECT_EQ(logged[1].trace_id.size(), 32u);
  EXPECT_EQ(test_.service->tracer().taken(), 0u);
}

TEST_F(TracedTest, ARequestLeavesItsSpans) {
  Serve("columns.onnx");
  auto& tracer = test_.service->tracer();
  tracer.Begin({0, true});
  ASSERT_EQ(Invoke(kFlight).status, 200);
  EXPECT_EQ(tracer.Waiting(), 0u);
  const auto response =
      Post("/invocations", kFlight,
           {{"traceparent", "00-" + kTrace + "-" + kParent + "-01"}, {"tracestate", "a=1"}});
  ASSERT_EQ(response.status, 200);
  const auto spans = tracer.Hand(100);
  ASSERT_GE(spans.size(), 4u);
  const Span& root = spans.front();
  EXPECT_EQ(root.name, "POST /invocations");
  EXPECT_EQ(root.kind, Span::Kind::Server);
  EXPECT_EQ(root.trace_id, kTrace);
  EXPECT_EQ(root.parent_id, kParent);
  EXPECT_EQ(root.state, "a=1");
  EXPECT_EQ(Attribute(root, "http.response.status_code"), Span::Value(std::int64_t{200}));
  EXPECT_EQ(Attribute(root, "cairn.model.version"), Span::Value(std::int64_t{3}));
  EXPECT_EQ(Attribute(root, "cairn.prediction.id"),
            Span::Value(std::string(response.headers.Get("X-Cairn-Prediction-Id"))));
  for (std::size_t i = 1; i < spans.size(); ++i) {
    EXPECT_EQ(spans[i].trace_id, kTrace);
    EXPECT_EQ(spans[i].parent_id, root.span_id);
    EXPECT_GE(spans[i].start_ns, root.start_ns) << spans[i].name;
    EXPECT_LE(spans[i].end_ns, root.end_ns) << spans[i].name;
    EXPECT_LE(spans[i].start_ns, spans[i].end_ns) << spans[i].name;
  }
}

TEST_F(TracedTest, ARefusedRequestLeavesASpanOfItsOwn) {
  Serve("columns.onnx");
  auto& tracer = test_.service->tracer();
  tracer.Begin({});
  EXPECT_EQ(Invoke("{").status, 400);
  EXPECT_EQ(Invoke(kFlight, "text/html").status, 415);
  EXPECT_EQ(Infer("{").status, 400);
  EXPECT_EQ(Post("/v2/models/nope/infer", "{}").status, 404);
  const auto spans = tracer.Hand(100);
  ASSERT_EQ(spans.size(), 4u);
  for (const Span& span : spans)
    EXPECT_FALSE(span.failed) << "a caller's mistake is no failure of the server";
  EXPECT_EQ(Attribute(spans[3], "http.response.status_code"), Span::Value(std::int64_t{404}));
  test_.versions->Promote(0);
  auto settings = serving::testing::TestService::Flights();
  settings.fallback.links.clear();
  ASSERT_TRUE(test_.service->Configure(settings));
  EXPECT_EQ(Invoke(kFlight).status, 503);
  const auto failed = tracer.Hand(100);
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_TRUE(failed[0].failed);
  EXPECT_NE(failed[0].problem, "");
  EXPECT_EQ(Attribute(failed[0], "error.type"), Span::Value(std::string("503")));
}

}  // namespace
}  // namespace cairn::inference
