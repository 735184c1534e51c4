#include "loop/contract/contract.h"

#include <gtest/gtest.h>

#include <limits>

#include "loop/contract/row_rules.h"
#include "loop/contract/whole_table.h"

namespace cairn::contract {
namespace {

/// What a request would be told about one value of a column.
std::string Violation(const ColumnRule& rule, const Json& value) {
  Contract contract;
  contract.columns = {rule};
  contract.columns[0].name = "v";
  const auto rules = RowRules::Of(contract);
  EXPECT_TRUE(rules) << rules.error().message;
  return rules ? rules->Violation(*rules->Find("v"), value) : "";
}

TEST(Violation, SaysWhatIsWrongWithAValue) {
  ColumnRule number;
  number.type = ColumnType::Number;
  number.nullable = false;
  number.min = 10;
  number.max = 6000;
  EXPECT_EQ(Violation(number, 10), "");
  EXPECT_EQ(Violation(number, 7000), "is 7000, above the maximum 6000");
  EXPECT_EQ(Violation(number, 9.5), "is 9.5, below the minimum 10");
  EXPECT_EQ(Violation(number, "12"), "is '12', which is no number");
  EXPECT_EQ(Violation(number, Json()), "is missing, and it must not be");
  EXPECT_EQ(Violation(number, std::numeric_limits<double>::quiet_NaN()), "is missing, and it must not be");
  number.open_max = true;
  EXPECT_EQ(Violation(number, 6000), "is 6000, and must be below 6000");
  ColumnRule integer;
  integer.type = ColumnType::Integer;
  EXPECT_EQ(Violation(integer, 3.0), "");
  EXPECT_EQ(Violation(integer, 3.5), "is 3.5, which is no integer");
  EXPECT_NE(Violation(integer, 1e300), "") << "more than 64 bits";
  ColumnRule text;
  text.pattern = "^[A-Z]\\d";
  EXPECT_EQ(Violation(text, "A1x"), "");
  EXPECT_EQ(Violation(text, "xA1"), "is 'xA1', which does not match ^[A-Z]\\d");
  EXPECT_EQ(Violation(text, Json()), "") << "a missing text matches nothing and breaks nothing";
  text.allowed = {"A1", "B2"};
  EXPECT_EQ(Violation(text, "C3"), "is 'C3', which is not among the allowed values");
}

TEST(Violation, KnowsTimesByTheirColumn) {
  ColumnRule date;
  date.type = ColumnType::Date;
  date.format = "dd.MM.yyyy";
  date.min = 1'359'676'800'000;  // 2013-02-01
  EXPECT_EQ(Violation(date, "01.02.2013"), "");
  EXPECT_EQ(Violation(date, "31.01.2013"), "is '31.01.2013', below the minimum 2013-02-01");
  EXPECT_EQ(Violation(date, "2013-02-01"), "is '2013-02-01', which is no date");
  EXPECT_EQ(Violation(date, "31.02.2013"), "is '31.02.2013', which is no date") << "there is no such day";
  ColumnRule time;
  time.type = ColumnType::Time;
  EXPECT_EQ(Violation(time, "23:59:59.5"), "");
  EXPECT_NE(Violation(time, "24:00"), "");
  ColumnRule stamp;
  stamp.type = ColumnType::Timestamp;
  EXPECT_EQ(Violation(stamp, 1'359'676'800'000), "") << "UTC milliseconds";
  EXPECT_EQ(Violation(stamp, "2013-02-01 04:05"), "");
  EXPECT_NE(Violation(stamp, true), "");
}

TEST(Violation, LooksIntoArraysAndObjects) {
  const auto contract = ReadContract(
      "{apiVersion: v3.1.0, kind: DataContract, id: c, version: 1.0.0, status: active, schema: [{name: t, "
      "properties: "
      "[{name: tags, logicalType: array, logicalTypeOptions: {maxItems: 2, uniqueItems: true}, items: "
      "{logicalType: "
      "string, logicalTypeOptions: {maxLength: 3}}}, {name: home, logicalType: object, properties: [{name: "
      "zip, "
      "logicalType: integer, required: true}]}]}]}",
      "c.yaml");
  ASSERT_TRUE(contract) << contract.error().message;
  const auto rules = *RowRules::Of(*contract);
  const auto told = [&](std::string_view column, std::string_view json) {
    return rules.Violation(*rules.Find(column), *Json::Parse(json));
  };
  EXPECT_EQ(told("tags", R"(["ab", "c"])"), "");
  EXPECT_NE(told("tags", R"(["a", "b", "c"])").find("at most 2 items"), std::string::npos);
  EXPECT_NE(told("tags", R"(["a", "a"])").find("twice"), std::string::npos);
  EXPECT_NE(told("tags", R"(["abcd"])").find("tags[]: length"), std::string::npos);
  EXPECT_NE(told("tags", R"([1])").find("tags[]: type"), std::string::npos);
  EXPECT_EQ(told("tags", R"("ab")"), "is 'ab', which is no array");
  EXPECT_EQ(told("home", R"({"zip": 8000, "other": 1})"), "");
  EXPECT_NE(told("home", R"({})").find("home.zip: not null"), std::string::npos);
  EXPECT_NE(told("home", R"({"zip": "x"})").find("home.zip: type"), std::string::npos);
}

TEST(RowRules, HoldsColumnsAgainstEachOther) {
  Contract contract;
  for (const char* name : {"a", "b"}) {
    ColumnRule column;
    column.name = name;
    column.type = ColumnType::Number;
    contract.columns.push_back(column);
  }
  Rule rule;
  rule.name = "order";
  rule.sentence = "a must be <= b";
  rule.test = Compared{"a", "b", Comparison::LessOrEqual, 0};
  contract.rules = {rule};
  const auto rules = *RowRules::Of(contract);
  ASSERT_TRUE(rules.HasRowTests());
  const Json one(1), two(2.0), text("x");
  const auto told = [&](const Json* a, const Json* b) { return rules.RowViolation(std::vector{a, b}); };
  EXPECT_EQ(told(&one, &two), "");
  EXPECT_EQ(told(&one, &one), "");
  EXPECT_EQ(told(&two, &one), "order: a must be <= b");
  EXPECT_EQ(told(&two, nullptr), "") << "nothing to compare with";
  EXPECT_EQ(told(&two, &text), "") << "its type is another rule's to tell";
}

TEST(RowRules, HoldsRequestsOnlyToWhatIsForThem) {
  Contract contract;
  ColumnRule label;
  label.name = "label";
  label.type = ColumnType::Integer;
  label.nullable = false;
  label.serving = false;
  ColumnRule fare = label;
  fare.name = "fare";
  fare.nullable = true;
  fare.serving = true;
  contract.columns = {label, fare};
  Rule rule;
  rule.name = "fare: mostly";
  rule.column = "fare";
  rule.test = Within{Range{0, 10}};
  rule.allowance = {Allowance::Unit::Fitting, {0.9, {}}};
  contract.rules = {rule};
  rule.name = "fare: warned";
  rule.allowance = {};
  rule.stops = false;
  contract.rules.push_back(rule);
  const auto rules = *RowRules::Of(contract);
  EXPECT_EQ(rules.Violation(*rules.Find("label"), Json()), "") << "requests carry no labels";
  EXPECT_EQ(rules.Violation(*rules.Find("fare"), 11), "")
      << "one row alone cannot break a share, and warnings let pass";
  EXPECT_NE(rules.Violation(*rules.Find("fare"), "x"), "");
  EXPECT_FALSE(rules.Find("other"));
}

TEST(RowRules, NamesTheRuleThatDoesNotCompile) {
  Contract contract;
  ColumnRule column;
  column.name = "code";
  column.pattern = "(";
  contract.columns = {column};
  const auto rules = RowRules::Of(contract);
  ASSERT_FALSE(rules);
  EXPECT_EQ(rules.error().message.substr(0, 50), "the rule 'code: pattern' cannot be evaluated: '(' ");
}

TEST(AllRules, AreNamedOnce) {
  Contract contract;
  ColumnRule column;
  column.name = "a";
  column.unique = true;
  contract.columns = {column};
  Rule rule;
  rule.name = "a: unique";
  contract.rules = {rule, rule};
  std::vector<std::string> names;
  for (const Rule& one : contract.AllRules()) names.push_back(one.name);
  EXPECT_EQ(names, (std::vector<std::string>{"a: present", "a: type", "a: unique", "a: unique (2)",
                                             "a: unique (3)"}));
}

TEST(Contract, TellsRulesAboutTheWholeTable) {
  Contract contract;
  ColumnRule column;
  column.name = "a";
  column.type = ColumnType::Integer;
  column.max = 9;
  contract.columns = {column};
  EXPECT_TRUE(WholeTableRules(contract, true).empty());
  contract.columns[0].unique = true;
  contract.min_rows = 3;
  EXPECT_EQ(WholeTableRules(contract, true).size(), 2U);
  Rule some;
  some.name = "some may be missing";
  some.column = "a";
  some.allowance = {Allowance::Unit::Percent, {0, 5}};
  some.serving = false;
  contract.rules = {some};
  EXPECT_EQ(WholeTableRules(contract, true),
            (std::vector<std::string>{"a: unique", "some may be missing", "rows: min"}));
  contract.columns[0].unique = false;
  contract.min_rows = 0;
  EXPECT_TRUE(WholeTableRules(contract, false).empty()) << "it is for training alone";
}

TEST(Range, SaysWhatItHoldsAndCovers) {
  const Range wide{0, 10}, open{0, 10, true, true}, low{0, {}}, but{3, 3, false, false, true};
  EXPECT_TRUE(wide.Holds(0));
  EXPECT_FALSE(open.Holds(0));
  EXPECT_TRUE(low.Holds(1e9));
  EXPECT_FALSE(but.Holds(3));
  EXPECT_TRUE(but.Holds(2));
  EXPECT_TRUE(wide.Covers(open));
  EXPECT_FALSE(open.Covers(wide));
  EXPECT_TRUE(low.Covers(wide));
  EXPECT_FALSE(wide.Covers(low));
  EXPECT_EQ(open.Words(), "above 0 and below 10");
  EXPECT_EQ(but.Words(), "anything but 3");
  EXPECT_EQ((Range{0, {}}).Words(ColumnType::Date), "at least 1970-01-01");
  EXPECT_EQ((Range{{}, 61'000}).Words(ColumnType::Time), "at most 00:01:01");
}

}  // namespace
}  // namespace cairn::contract
