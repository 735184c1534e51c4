#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "cli/load/capacity.h"
#include "cli/load/drive.h"
#include "cli/load/payload.h"
#include "ground/http/server.h"

namespace cairn::cli::load {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::int64_t kMs = 1'000'000;

TEST(Latencies, SharesAreAtMostTwoPercentTooMuch) {
  Latencies latencies;
  for (std::int64_t i = 1; i <= 1000; ++i) latencies.Add(i * kMs / 10);
  for (const double share : {0.01, 0.5, 0.9, 0.99, 0.999}) {
    const double truth = share * 100;
    EXPECT_GE(latencies.WithinMs(share), truth * 0.999) << share;
    EXPECT_LE(latencies.WithinMs(share), truth * 1.021) << share;
  }
  EXPECT_EQ(latencies.WithinMs(1), 100);
  EXPECT_EQ(latencies.GreatestMs(), 100);
  EXPECT_NEAR(latencies.MeanMs(), 50.05, 1e-9);
}

TEST(Latencies, OfNoneThereIsNothing) {
  EXPECT_EQ(Latencies().WithinMs(0.5), 0);
  EXPECT_EQ(Latencies().MeanMs(), 0);
  EXPECT_TRUE(Latencies().Bars(10).empty());
}

TEST(Latencies, MergedOnesAreAsIfOneHadSeenAll) {
  Latencies one, other, all;
  for (std::int64_t i = 1; i < 500; ++i) {
    (i % 3 ? one : other).Add(i * i * 1000);
    all.Add(i * i * 1000);
  }
  one.Merge(other);
  EXPECT_EQ(one.count(), all.count());
  EXPECT_EQ(one.WithinMs(0.99), all.WithinMs(0.99));
  EXPECT_EQ(one.GreatestMs(), all.GreatestMs());
}

TEST(Latencies, BarsHoldEveryOneAndJoin) {
  Latencies latencies;
  for (const std::int64_t ns : {std::int64_t{500}, 2 * kMs, 2 * kMs, 90 * kMs, std::int64_t{1} << 50})
    latencies.Add(ns);
  const auto bars = latencies.Bars(7);
  ASSERT_LE(bars.size(), 7u);
  std::uint64_t counted = 0;
  for (std::size_t i = 0; i < bars.size(); ++i) {
    counted += bars[i].count;
    if (i > 0) {
      EXPECT_EQ(bars[i].from_ms, bars[i - 1].to_ms);
    }
  }
  EXPECT_EQ(counted, 5u);
}

Outcome Level(int connections, std::int64_t ms, int requests, int failures = 0) {
  Outcome outcome;
  outcome.connections = connections;
  outcome.seconds = 1;
  for (int i = 0; i < requests; ++i) outcome.answered.Add(ms * kMs);
  if (failures > 0) outcome.failures["HTTP 503"].count = static_cast<std::uint64_t>(failures);
  return outcome;
}

TEST(Capacity, IsTheMostThatStaysWithinTheBoundWithoutAFailure) {
  const std::vector levels{Level(1, 2, 400), Level(2, 3, 700), Level(4, 4, 800, 1), Level(8, 30, 900)};
  const auto capacity = CapacityOf(levels, 10);
  EXPECT_EQ(capacity.per_second, 700);
  EXPECT_EQ(capacity.connections, 2);
  EXPECT_EQ(ReplicasFor(capacity, 490), 1);
  EXPECT_EQ(ReplicasFor(capacity, 491), 2);
  EXPECT_THAT(Sentences(capacity, 1000), HasSubstr("700 requests/s with 99 % of them within 10 ms"));
  EXPECT_THAT(Sentences(capacity, 1000), HasSubstr("For 1,000/s take 3, each filled to 70 %."));
  const auto none = CapacityOf(levels, 1);
  EXPECT_EQ(none.per_second, 0);
  EXPECT_FALSE(ReplicasFor(none, 1000));
  EXPECT_THAT(Sentences(none, 1000), HasSubstr("there is no plan"));
}

TEST(Drive, ClimbsByDoubling) {
  EXPECT_THAT(Steps(1), ElementsAre(1));
  EXPECT_THAT(Steps(6), ElementsAre(1, 2, 4, 6));
  EXPECT_THAT(Steps(8), ElementsAre(1, 2, 4, 8));
}

TEST(Drive, SendsAsManyAsWereAskedForAndTellsFailuresApart) {
  std::atomic<int> seen = 0;
  http::Router router;
  router.Post(
      "/infer",
      [&](const http::Request& request) {
        EXPECT_EQ(request.body, "row");
        const int number = seen++;
        return number % 10 == 0 ? http::Response::Json(422, R"({"error":"Column 'a' is missing."})")
                                : http::Response::Json(200, std::string("{}"));
      },
      http::Lane::Inline);
  const auto server = http::Server::Start(router, {});
  ASSERT_TRUE(server);
  fetch::Outgoing request;
  request.method = "POST";
  request.url = "http://127.0.0.1:" + std::to_string((*server)->port()) + "/infer";
  request.address = "127.0.0.1";
  request.body = "row";
  const auto outcome = Drive(request, 3, {.after_ms = 0, .requests = 50});
  EXPECT_EQ(seen, 50);
  EXPECT_EQ(outcome.connections, 3);
  EXPECT_EQ(outcome.answered.count(), 45u);
  EXPECT_EQ(outcome.failed(), 5u);
  EXPECT_EQ(outcome.failures.at("HTTP 422").first, "Column 'a' is missing.");
  EXPECT_GT(outcome.PerSecond(), 0);
}

TEST(Drive, ANobodyIsAFailureOfItsOwnKind) {
  http::Router router;
  auto server = http::Server::Start(router, {});
  ASSERT_TRUE(server);
  fetch::Outgoing request;
  request.url = "http://127.0.0.1:" + std::to_string((*server)->port()) + "/";
  request.retry.attempts = 1;
  (*server)->Stop();
  const auto outcome = Drive(request, 1, {.after_ms = 0, .requests = 2});
  EXPECT_EQ(outcome.failures.at("no answer").count, 2u);
  EXPECT_EQ(outcome.answered.count(), 0u);
}

Json Parsed(const char* text) { return *Json::Parse(text); }

TEST(Payload, TakesWhatTheContractAllows) {
  const Json metadata = Parsed(R"({"inputs":[{"name":"carrier","datatype":"BYTES","shape":[-1,1]},
    {"name":"hour","datatype":"INT64","shape":[-1,1]},{"name":"share","datatype":"FP32","shape":[-1]}]})");
  const Json document = Parsed(R"({"components":{"schemas":{"Row":{"properties":{
    "carrier":{"type":["string","null"],"enum":[null,"UA","B6"]},
    "hour":{"type":"integer","minimum":0,"maximum":23},"share":{"type":"number","exclusiveMinimum":3}}}}}})");
  const auto payload = PayloadFor(metadata, document, 2, false);
  ASSERT_TRUE(payload) << payload.error().message;
  EXPECT_EQ(*Json::Parse(payload->body),
            Parsed(R"({"inputs":[{"name":"carrier","datatype":"BYTES","shape":[2,1],"data":["UA","UA"]},
              {"name":"hour","datatype":"INT64","shape":[2,1],"data":[11,11]},
              {"name":"share","datatype":"FP32","shape":[2],"data":[4.0,4.0]}]})"));
}

TEST(Payload, OfAMatrixEachColumnHasItsOwnRange) {
  const Json metadata = Parsed(R"({"inputs":[{"name":"x","datatype":"FP64","shape":[-1,2]}]})");
  const Json document = Parsed(R"({"components":{"schemas":{"Row":{"required":["a","b"],"properties":{
    "a":{"type":"number","minimum":10,"maximum":20},"b":{"type":"number","maximum":-1}}}}}})");
  const auto payload = PayloadFor(metadata, document, 2, true);
  ASSERT_TRUE(payload) << payload.error().message;
  const std::size_t length = std::stoul(payload->headers.at(1).second);
  EXPECT_EQ(payload->headers.at(1).first, "Inference-Header-Content-Length");
  EXPECT_EQ(Json::Parse(payload->body.substr(0, length))->At("inputs").items()[0].At("parameters"),
            Parsed(R"({"binary_data_size":32})"));
  const double wanted[] = {15, -2, 15, -2};
  EXPECT_EQ(payload->body.substr(length), std::string(reinterpret_cast<const char*>(wanted), sizeof wanted));
}

TEST(Payload, OfATensorThatIsNoColumnNothingIsMadeUp) {
  const auto payload =
      PayloadFor(Parsed(R"({"inputs":[{"name":"x","datatype":"FP32","shape":[-1,3,8]}]})"), Json(), 1, false);
  ASSERT_FALSE(payload);
  EXPECT_EQ(payload.error().reason, Reason::Unsupported);
  EXPECT_THAT(payload.error().message, HasSubstr("--in FILE"));
}

}  // namespace
}  // namespace cairn::cli::load
