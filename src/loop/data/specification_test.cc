#include "loop/data/specification.h"

#include <gtest/gtest.h>

namespace cairn::data {
namespace {

constexpr const char* kFlights = R"(
data:
  flights:
    path: data/flights
    target: late
    time: time_hour
    key: [time_hour, flight]
    holdout: 20%
    contract:
      columns:
        time_hour: {type: timestamp}
        flight: {type: integer, nullable: false}
        carrier: {type: string, allowed: [AA, 9E, 10], pattern: "^[A-Z0-9]+$"}
        distance: {type: number, min: 10, max: 6000}
        late: {type: integer, allowed: [0, 1], serving: false}
      unique: [time_hour, flight]
      rows: {min: 1000}
      freshness: {column: time_hour, within: 2d}
)";

Result<std::vector<Specification>> Parsed(const std::string& text) {
  return ParseSpecifications(CAIRN_TRY(ParseYaml(text, "cairn.yaml")));
}

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(Specification, EveryFieldIsRead) {
  const auto parsed = Parsed(kFlights);
  ASSERT_TRUE(parsed) << parsed.error().message;
  const Specification& flights = parsed->front();
  EXPECT_EQ(flights.name, "flights");
  EXPECT_EQ(flights.path, "data/flights");
  EXPECT_DOUBLE_EQ(flights.holdout, 0.2);
  EXPECT_EQ(flights.key, (std::vector<std::string>{"time_hour", "flight"}));
  EXPECT_EQ(flights.contract.Find("carrier")->allowed.back().AsString(), "10") << "text columns allow texts";
  EXPECT_EQ(flights.contract.Find("distance")->max, 6000);
  EXPECT_FALSE(flights.contract.Find("late")->serving);
  EXPECT_EQ(flights.contract.min_rows, 1000);
  EXPECT_EQ(flights.contract.freshness_ms, 2 * 86'400'000);
}

TEST(Specification, WhatCannotHoldIsRefusedWithItsPlace) {
  const struct {
    const char *from, *to, *says;
  } cases[] = {
      {"path: data/flights", "path: ../flights", "inside the project"},
      {"holdout: 20%", "holdout: 95%", "between 0% and 90%"},
      {"holdout: 20%", "holdup: 20%", "holdout"},
      {"type: number, min: 10", "type: nubmer, min: 10", "Did you mean 'number'?"},
      {"min: 10, max: 6000", "min: 10, max: 1", "'min' is above 'max'"},
      {"{type: timestamp}", "{type: timestamp, min: 3}", "for integer and number"},
      {"allowed: [0, 1]", "allowed: [no, 1]", "'no', which is no integer"},
      {"target: late", "target: lat", "Did you mean 'late'?"},
      {"{column: time_hour, within: 2d}", "{within: 2d}", "needs a 'column'"},
      {"rows: {min: 1000}", "rows: 1000", "must be a map"},
      {"\"^[A-Z0-9]+$\"", "\"[A-Z\"", "'pattern' is no regular expression: missing ]"},
  };
  for (const auto& one : cases) {
    const auto parsed = Parsed(Replaced(kFlights, one.from, one.to));
    ASSERT_FALSE(parsed) << one.to;
    EXPECT_EQ(parsed.error().reason, Reason::InvalidArgument);
    EXPECT_NE(parsed.error().message.find(one.says), std::string::npos) << parsed.error().message;
    EXPECT_EQ(parsed.error().message.rfind("cairn.yaml:", 0), 0U) << parsed.error().message;
  }
}

TEST(Specification, AnUnknownDataSetGetsTheNearestName) {
  const auto found = FindSpecification(*ParseYaml(kFlights, "cairn.yaml"), "flight");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().reason, Reason::NotFound);
  EXPECT_NE(found.error().message.find("Did you mean 'flights'?"), std::string::npos);
}

}  // namespace
}  // namespace cairn::data
