#include "loop/pipeline/triggers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cairn::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<std::vector<TriggerRule>> Parsed(const std::string& triggers) {
  return ParseTriggers(
      *ParseYaml("data: {flights: {}}\nmonitors: [{name: quality}]\ntriggers:\n" + triggers, "cairn.yaml"));
}

std::string Refused(const std::string& trigger) {
  const auto rules = Parsed("  - " + trigger);
  return rules ? "" : rules.error().message;
}

TEST(TriggersTest, ReadsEveryKind) {
  const auto rules = Parsed(
      "  - {name: a, on: alert, monitor: quality, run: pipeline}\n"
      "  - {name: b, on: schedule, cron: '30 2 * * *', zone: Europe/Berlin, catch_up: all, run: train}\n"
      "  - {name: c, on: message, secret: {env: KEY}, concurrency: skip, run: pipeline}\n"
      "  - {name: d, on: data, dataset: flights, run: pipeline}\n"
      "  - {name: e, on: data, path: feed/, settle: 2s, run: pipeline}\n"
      "  - {name: f, on: training_code, ref: main, paths: ['src/**', params.yaml], run: pipeline}\n"
      "  - {name: g, on: application_code, run: check}\n"
      "  - {name: h, on: demand, force: true, concurrency: replace, run: pipeline}\n");
  ASSERT_TRUE(rules) << rules.error().message;
  ASSERT_EQ(rules->size(), 8u);
  const auto& all = *rules;
  EXPECT_EQ(all[0].monitor, "quality");
  EXPECT_EQ(all[1].schedule->zone().name(), "Europe/Berlin");
  EXPECT_EQ(all[1].catch_up, CatchUp::All);
  EXPECT_THAT(all[1].stages, ElementsAre("train"));
  EXPECT_EQ(all[2].secret.front().source, "KEY");
  EXPECT_EQ(all[2].concurrency, Concurrency::Skip);
  EXPECT_EQ(all[3].dataset, "flights");
  EXPECT_EQ(all[4].path, "feed");
  EXPECT_EQ(all[4].settle_ms, 2'000);
  EXPECT_THAT(all[5].paths, ElementsAre("src/**", "params.yaml"));
  EXPECT_EQ(all[6].ref, "HEAD");
  EXPECT_TRUE(all[7].force);
  EXPECT_EQ(all[7].concurrency, Concurrency::Replace);
}

TEST(TriggersTest, DataMayLieInABucketOrADatabase) {
  const auto rules = Parsed(
      "  - {name: a, on: data, path: 's3://feeds/daily/', every: 5m, run: pipeline}\n"
      "  - {name: b, on: data, database: 'postgresql://reader@db/shop', table: public.orders, run: train}\n"
      "  - {name: c, on: data, database: {env: SHOP}, query: SELECT MAX(id) FROM orders, settle: 2s, run: "
      "x}\n"
      "  - {name: d, on: data, database: 'sqlite:///shop.db', table: orders, every: 1s, run: pipeline}\n");
  ASSERT_TRUE(rules) << rules.error().message;
  const auto& all = *rules;
  EXPECT_EQ(all[0].remote.bucket, "s3://feeds/daily");
  EXPECT_EQ(all[0].path, "");
  EXPECT_EQ(all[0].every_ms, 300'000);
  EXPECT_EQ(all[0].settle_ms, 1'000);
  EXPECT_EQ(all[0].Subject(), "remote s3://feeds/daily");
  EXPECT_EQ(all[1].remote.table, "public.orders");
  EXPECT_EQ(all[1].every_ms, 30'000);
  EXPECT_EQ(all[1].settle_ms, 0) << "it shows whole transactions";
  EXPECT_EQ(all[2].remote.secret.front().source, "SHOP");
  EXPECT_EQ(all[2].settle_ms, 2'000);
  EXPECT_EQ(all[2].Subject(), "remote query SELECT MAX(id) FROM orders of {env: SHOP}");
  EXPECT_EQ(all[3].every_ms, 1'000);
}

TEST(TriggersTest, SaysWhatIsWrongWithABucketOrADatabase) {
  const auto refused = [](const std::string& keys) {
    return Refused("{name: a, on: data, run: p, " + keys + "}");
  };
  const std::string shop = "database: 'postgresql://r@db/shop'";
  EXPECT_THAT(refused("path: 's3://'"), HasSubstr("write s3://bucket/prefix"));
  EXPECT_THAT(refused("path: 'gs://bucket/x'"),
              HasSubstr("or at s3://bucket/prefix, not at 'gs://bucket/x'"));
  EXPECT_THAT(refused("path: feed, every: 5s"), HasSubstr("takes no 'every'"));
  EXPECT_THAT(refused("dataset: flights, every: 5s"), HasSubstr("takes no 'every'"));
  EXPECT_THAT(refused("path: 's3://bkt/p', every: 0s"), HasSubstr("from 1s to 1d"));
  EXPECT_THAT(refused("path: 's3://bkt/p', every: 2d"), HasSubstr("from 1s to 1d"));
  EXPECT_THAT(refused("path: 's3://bucket/p', table: orders"), HasSubstr("without a 'database'"));
  EXPECT_THAT(refused(shop + ", path: feed, table: orders"), HasSubstr("needs one of"));
  EXPECT_THAT(refused(shop), HasSubstr("needs one of 'table' and 'query'"));
  EXPECT_THAT(refused(shop + ", table: a, query: SELECT 1"), HasSubstr("needs one of 'table' and 'query'"));
  EXPECT_THAT(refused("database: 'mysql://db/shop', table: a"), HasSubstr("sqlite:///PATH or postgresql://"));
  for (const char* address :
       {"postgresql://r:hush@db/shop", "postgres://r:hu/sh@db/shop", "postgresql://db/shop?password=hush"}) {
    const std::string message = refused("database: '" + std::string(address) + "', table: a");
    EXPECT_THAT(message, HasSubstr("must not say a password"));
    EXPECT_EQ(message.find("hush"), std::string::npos);
  }
  EXPECT_THAT(Refused("{name: a, on: demand, run: p, every: 5s}"), HasSubstr("takes no 'every'"));
}

TEST(TriggersTest, AMomentNamesItselfAndTheOneBefore) {
  const auto rules =
      Parsed("  - {name: nightly, on: schedule, cron: '30 2 * * *', zone: Europe/Berlin, run: pipeline}\n");
  const Request request = rules->front().AsksAt("/p", *ParseTime("2026-03-29T01:00:00Z") / 1000);
  EXPECT_EQ(request.trigger.cause, "nightly@2026-03-29T01:00:00Z");
  EXPECT_EQ(request.detail.Text("before"), "2026-03-28T01:30:00.000Z");
}

TEST(TriggersTest, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(
      Refused("{name: a, on: shedule, run: pipeline}"),
      "cairn.yaml:4:5: trigger 'a' fires on 'shedule'; what is known is alert, schedule, message, data, "
      "training_code, application_code and demand. Did you mean 'schedule'?");
  EXPECT_THAT(Refused("{name: a, on: schedule, run: pipeline}"), HasSubstr("has no times"));
  EXPECT_THAT(Refused("{name: a, on: schedule, cron: '61 * * * *', run: pipeline}"),
              HasSubstr("the minute '61'"));
  EXPECT_THAT(Refused("{name: a, on: schedule, cron: '@daily', zone: Mars, run: pipeline}"),
              HasSubstr("time zone 'Mars'"));
  EXPECT_THAT(Refused("{name: a, on: message, run: pipeline}"), HasSubstr("has no secret"));
  EXPECT_THAT(Refused("{name: a, on: message, secret: hush, run: pipeline}"),
              HasSubstr("must be a reference"));
  EXPECT_THAT(Refused("{name: a, on: data, run: pipeline}"),
              HasSubstr("one of 'dataset', 'path' and 'database'"));
  EXPECT_THAT(Refused("{name: a, on: data, dataset: fligths, run: pipeline}"),
              HasSubstr("Did you mean 'flights'?"));
  EXPECT_THAT(Refused("{name: a, on: data, path: ../x, run: pipeline}"), HasSubstr("a path in the project"));
  EXPECT_THAT(Refused("{name: a, on: training_code, paths: /etc, run: pipeline}"),
              HasSubstr("paths in the project"));
  EXPECT_THAT(Refused("{name: a, on: demand, cron: '@daily', run: pipeline}"), HasSubstr("takes no 'cron'"));
  EXPECT_THAT(Refused("{name: a, on: demand}"), HasSubstr("runs nothing"));
  EXPECT_THAT(Refused("{name: a, on: demand, run: p, concurrency: wait}"), HasSubstr("concurrency"));
  EXPECT_THAT(Refused("{name: a, on: demand, run: p}\n  - {name: a, on: demand, run: p}"),
              HasSubstr("two triggers 'a'"));
}

}  // namespace
}  // namespace cairn::pipeline
