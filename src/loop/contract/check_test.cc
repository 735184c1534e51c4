#include "loop/contract/check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/vocabulary/text.h"

namespace cairn::contract {
namespace {

constexpr TimeMs kNow = 1'356'998'400'000;  // 2013-01-01T00:00:00Z

class ContractCheck : public testing::Test {
 protected:
  Verdict Check(const std::string& text, const Contract& contract, const std::string& name = "data.csv") {
    const std::string path = folder_ / name;
    EXPECT_TRUE(os::WriteFileAtomically(path, text));
    auto verdict = contract::Check(*engine_, path, contract, kNow);
    EXPECT_TRUE(verdict) << verdict.error().message;
    return verdict ? *std::move(verdict) : Verdict();
  }

  static Contract Of(std::vector<ColumnRule> rules) {
    Contract contract;
    contract.columns = std::move(rules);
    return contract;
  }
  static ColumnRule Rule(std::string name, ColumnType type) {
    ColumnRule rule;
    rule.name = std::move(name);
    rule.type = type;
    return rule;
  }
  static const RuleVerdict& Named(const Verdict& verdict, std::string_view name) {
    static const RuleVerdict none;
    const auto found = std::find_if(verdict.rules.begin(), verdict.rules.end(),
                                    [&](const auto& rule) { return rule.rule == name; });
    EXPECT_NE(found, verdict.rules.end()) << name;
    return found == verdict.rules.end() ? none : *found;
  }

  os::TempFolder folder_ = *os::TempFolder::Create();
  std::unique_ptr<tables::Engine> engine_ = *tables::Engine::Open();
};

TEST_F(ContractCheck, EveryBrokenRuleIsToldWithItsCountAndExamples) {
  ColumnRule carrier = Rule("carrier", ColumnType::String), distance = Rule("distance", ColumnType::Number);
  carrier.nullable = false;
  carrier.allowed = {"AA", "UA"};
  distance.min = 10;
  distance.max = 6000;
  Contract contract = Of({carrier, distance, Rule("gate", ColumnType::Integer)});
  contract.min_rows = 10;
  const auto verdict = Check("carrier,distance\nAA,100\nZZ,5\n,7000\nUA,far\nZZ,9000\n", contract);
  EXPECT_FALSE(verdict.passed);
  EXPECT_EQ(verdict.rows, 5);
  EXPECT_EQ(Named(verdict, "carrier: not null").unexpected, 1);
  EXPECT_EQ(Named(verdict, "carrier: allowed").unexpected, 2);
  EXPECT_EQ(Named(verdict, "carrier: allowed").examples, std::vector<std::string>{"ZZ"});
  EXPECT_EQ(Named(verdict, "distance: type").examples, std::vector<std::string>{"far"});
  EXPECT_EQ(Named(verdict, "distance: min").unexpected, 1);
  EXPECT_EQ(Named(verdict, "distance: max").examples, (std::vector<std::string>{"7000", "9000"}));
  EXPECT_FALSE(Named(verdict, "gate: present").passed);
  EXPECT_FALSE(Named(verdict, "rows: min").passed);
  for (const char* part :
       {"carrier: not null (1 of 5 rows", "such as 7000, 9000", "gate: present", "there are 5"}) {
    EXPECT_NE(verdict.Failures().find(part), std::string::npos) << verdict.Failures();
  }
}

TEST_F(ContractCheck, TextsStayTextsAndNumbersAreWhole) {
  ColumnRule code = Rule("code", ColumnType::String), count = Rule("count", ColumnType::Integer);
  code.allowed = {"007", "010"};
  const auto verdict = Check("code,count\n007,1\n010,2.0\n007,1e3\n", Of({code, count}));
  EXPECT_TRUE(verdict.passed) << verdict.Failures();
  const auto broken =
      Check("code,count\n7,1.5\n007,9223372036854775808\n010,1_000\n010,0x10\n", Of({code, count}));
  EXPECT_EQ(Named(broken, "code: allowed").unexpected, 1);
  EXPECT_EQ(Named(broken, "count: type").unexpected, 4) << broken.ToJson().Dump();
}

TEST_F(ContractCheck, NaNIsMissingAndInfinityIsOutOfRange) {
  ColumnRule x = Rule("x", ColumnType::Number);
  x.min = 0;
  x.max = 10;
  EXPECT_TRUE(Check("x\n1\nNaN\n-nan\nNA\n", Of({x})).passed);
  const auto infinite = Check("x\n1\ninf\n-inf\n", Of({x}));
  EXPECT_EQ(Named(infinite, "x: max").unexpected, 1);
  EXPECT_EQ(Named(infinite, "x: min").unexpected, 1);
  x.nullable = false;
  EXPECT_EQ(Named(Check("x\n1\nNaN\n-nan\nNA\n", Of({x})), "x: not null").unexpected, 3);
}

TEST_F(ContractCheck, APatternThatIsNoRegularExpressionFailsAndTheOthersAreStillJudged) {
  ColumnRule a = Rule("a", ColumnType::String), b = Rule("b", ColumnType::String);
  a.pattern = "(";
  b.pattern = "^[a-z]+$";
  const auto verdict = Check("a,b\nx,abc\ny,A1\n", Of({a, b}));
  EXPECT_FALSE(Named(verdict, "a: pattern").passed);
  EXPECT_NE(Named(verdict, "a: pattern").sentence.find("cannot be evaluated"), std::string::npos);
  EXPECT_EQ(Named(verdict, "b: pattern").unexpected, 1);
  EXPECT_EQ(Named(verdict, "b: pattern").examples, std::vector<std::string>{"A1"});
}

TEST_F(ContractCheck, UniqueColumnsAndUniqueRows) {
  ColumnRule id = Rule("id", ColumnType::Integer);
  id.unique = true;
  Contract contract = Of({id, Rule("day", ColumnType::String)});
  contract.unique = {"day", "id"};
  const auto verdict = Check("id,day\n1,a\n1,b\n2,a\n2,a\n3,\n", contract);
  EXPECT_EQ(Named(verdict, "id: unique").unexpected, 4);
  EXPECT_EQ(Named(verdict, "unique: day, id").unexpected, 2);
  EXPECT_EQ(Named(verdict, "unique: day, id").examples, std::vector<std::string>{"a | 2"});
}

TEST_F(ContractCheck, FreshnessLooksAtTheNewestTime) {
  Contract contract = Of({Rule("at", ColumnType::Timestamp)});
  contract.freshness_column = "at";
  contract.freshness_ms = 86'400'000;
  EXPECT_TRUE(Check("at\n2012-12-31T00:00:00Z\n2011-01-01\n", contract).passed);
  const auto old = Check("at\n2012-12-30T23:59:59Z\n", contract);
  EXPECT_FALSE(old.passed);
  EXPECT_NE(Named(old, "freshness: at").sentence.find("it is from 2012-12-30T23:59:59.000Z"),
            std::string::npos)
      << Named(old, "freshness: at").sentence;
  const auto none = Check("at\nnever\n", contract);
  EXPECT_FALSE(Named(none, "freshness: at").passed);
  EXPECT_EQ(Named(none, "at: type").unexpected, 1);
}

TEST_F(ContractCheck, NastyNamesAndTextsAreJustText) {
  ColumnRule nasty = Rule("a\"; DROP TABLE x; --", ColumnType::String);
  nasty.allowed = {"it's", "a,b", "two\nlines"};
  const auto verdict =
      Check("\"a\"\"; DROP TABLE x; --\"\nit's\n\"a,b\"\n\"two\nlines\"\n\"'); --\"\n", Of({nasty}));
  EXPECT_EQ(verdict.rows, 4);
  EXPECT_EQ(Named(verdict, "a\"; DROP TABLE x; --: allowed").examples, std::vector<std::string>{"'); --"});
}

TEST_F(ContractCheck, AContractWithoutColumnsCountsRows) {
  Contract contract;
  contract.min_rows = 2;
  EXPECT_TRUE(Check("a\n1\n2\n", contract).passed);
  contract.unique = {"a"};
  EXPECT_FALSE(Check("a\n1\n1\n", contract).passed);
}

TEST_F(ContractCheck, InJsonLinesANumberIsNoText) {
  const auto verdict =
      Check("{\"a\": 1, \"b\": \"x\"}\n{\"a\": 2, \"b\": null}\n",
            Of({Rule("a", ColumnType::String), Rule("b", ColumnType::String)}), "data.jsonl");
  EXPECT_EQ(Named(verdict, "a: type").unexpected, 2);
  EXPECT_TRUE(Named(verdict, "b: type").passed);
}

/// A value that a CSV file can tell from all others.
Json AnyValue(std::mt19937& random, ColumnType type) {
  const auto pick = [&](int most) { return static_cast<int>(random() % static_cast<unsigned>(most + 1)); };
  if (pick(9) == 0) return Json();
  if (type == ColumnType::String)
    return std::vector<Json>{"AA", "UA", "x y", "é", "O'H", "\"q\"", "1"}[static_cast<std::size_t>(pick(6))];
  switch (pick(4)) {
    case 0:
      return pick(20) - 10;
    case 1:
      return (pick(400) - 200) / 8.0;
    case 2:
      return std::vector<Json>{1e300, -0.0, 9007199254740993, 1e-7, 3.0}[static_cast<std::size_t>(pick(4))];
    case 3:
      return std::vector<Json>{"abc", "12 km", "1_000", "0x1"}[static_cast<std::size_t>(pick(3))];
    default:
      return pick(1);
  }
}

TEST_F(ContractCheck, EachValuesVerdictIsThatOfViolation) {
  std::mt19937 random(7);
  for (int round = 0; round < 40; ++round) {
    ColumnRule rule =
        Rule("v", std::vector{ColumnType::String, ColumnType::Integer, ColumnType::Number}[random() % 3]);
    rule.nullable = random() % 2 == 0;
    if (rule.type == ColumnType::String && random() % 2) rule.allowed = {"AA", "é", "O'H"};
    if (rule.type == ColumnType::String && rule.allowed.empty() && random() % 2)
      rule.pattern = std::vector{"^A", "^.$", "[[:alpha:]]{2}", "\\d+", "(?i)o'h|é", "\\bx"}[random() % 6];
    // Bounds or a list, so that no value breaks two rules and the counts add up.
    if (rule.type == ColumnType::Integer && random() % 3 == 0) rule.allowed = {0, 1, 3};
    if (rule.type != ColumnType::String && rule.allowed.empty() && random() % 2) rule.min = -3.5;
    if (rule.type != ColumnType::String && rule.allowed.empty() && random() % 2) rule.max = 4;
    std::string csv = "n,v\n";
    std::int64_t broken = 0;
    for (int row = 0; row < 60; ++row) {
      const Json value = AnyValue(random, rule.type);
      broken += Contract::Violation(rule, value).empty() ? 0 : 1;
      std::string text = value.IsNull() ? "" : value.IsString() ? value.AsString() : value.Dump();
      for (std::size_t at = 0; (at = text.find('"', at)) != std::string::npos; at += 2)
        text.insert(at, 1, '"');
      csv += std::to_string(row) + ",\"" + text + "\"\n";
    }
    const auto verdict = Check(csv, Of({rule}));
    std::int64_t told = 0;
    for (const auto& one : verdict.rules) told += one.unexpected;
    EXPECT_EQ(told, broken) << csv << verdict.ToJson().Dump();
  }
}

}  // namespace
}  // namespace cairn::contract
