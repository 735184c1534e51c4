#include "loop/contract/difference.h"

#include <gtest/gtest.h>

namespace cairn::contract {
namespace {

Contract Of(const std::string& properties, const std::string& more = "",
            const std::string& version = "1.0.0") {
  const auto contract =
      ReadContract("{apiVersion: v3.1.0, kind: DataContract, id: c, version: " + version +
                       ", status: active, schema: [{name: t, properties: [" + properties + "]" + more + "}]}",
                   "c.yaml");
  EXPECT_TRUE(contract) << contract.error().message;
  return contract ? *contract : Contract();
}

std::string Custom(const std::string& rule, const std::string& more = "") {
  return ", quality: [{type: custom, engine: cairn, name: r, implementation: {" + rule + "}" + more + "}]";
}

std::string Column(const std::string& type, const std::string& more = "") {
  return "{name: x, logicalType: " + type + more + "}";
}

/// Whom the change from one column to the other breaks, as the only thing that changed.
std::string Broken(const std::string& before, const std::string& after) {
  const auto difference = Compare(Of(before), Of(after));
  if (difference.changes.empty()) return "nothing";
  EXPECT_EQ(difference.changes.size(), 1U) << difference.ToJson().Dump();
  return std::string(NameOf(difference.changes.front().breaks));
}

TEST(Difference, WhatLetsMorePassBreaksConsumersAndWhatLetsLessPassProducers) {
  const std::pair<std::string, std::string> narrow_and_wide[] = {
      {Column("number", ", logicalTypeOptions: {maximum: 5}"),
       Column("number", ", logicalTypeOptions: {maximum: 6}")},
      {Column("number", ", logicalTypeOptions: {exclusiveMinimum: 5}"),
       Column("number", ", logicalTypeOptions: {minimum: 5}")},
      {Column("string", ", logicalTypeOptions: {maxLength: 5}"),
       Column("string", ", logicalTypeOptions: {maxLength: 9}")},
      {Column("string", Custom("in: [a, b]")), Column("string", Custom("in: [a, b, c]"))},
      {Column("string", Custom("notIn: [a, b]")), Column("string", Custom("notIn: [a]"))},
      {Column("timestamp", Custom("freshness: {within: 1d}")),
       Column("timestamp", Custom("freshness: {within: 2d}"))},
      {Column("string", Custom("in: [a], mostly: 0.9")), Column("string", Custom("in: [a], mostly: 0.8"))},
      {Column("string", Custom("in: [a]")), Column("string", Custom("in: [a]", ", severity: warning"))},
      {Column("string", ", required: true"), Column("string")},
      {Column("integer"), Column("number")},
      {Column("date"), Column("timestamp")},
  };
  for (const auto& [narrow, wide] : narrow_and_wide) {
    EXPECT_EQ(Broken(narrow, wide), "consumers") << narrow << " -> " << wide;
    EXPECT_EQ(Broken(wide, narrow), "producers") << wide << " -> " << narrow;
    EXPECT_EQ(Broken(narrow, narrow), "nothing") << narrow;
  }
}

TEST(Difference, WhatLetsOtherThingsPassBreaksBoth) {
  EXPECT_EQ(Broken(Column("string"), Column("integer")), "both");
  EXPECT_EQ(Broken(Column("number", Custom("between: [0, 5]")), Column("number", Custom("between: [1, 6]"))),
            "both");
  EXPECT_EQ(Broken(Column("string", Custom("in: [a, b]")), Column("string", Custom("in: [b, c]"))), "both");
  EXPECT_EQ(Broken(Column("string", Custom("regex: '^a'")), Column("string", Custom("regex: '^b'"))), "both");
  EXPECT_EQ(Broken(Column("date", ", logicalTypeOptions: {format: yyyy-MM-dd}"),
                   Column("date", ", logicalTypeOptions: {format: dd.MM.yyyy}")),
            "both");
}

TEST(Difference, AColumnThatGoesBreaksConsumersAndOneThatComesProducers) {
  const std::string other = ", {name: y, logicalType: string, required: true}";
  EXPECT_EQ(Broken(Column("string") + other, Column("string")), "consumers");
  EXPECT_EQ(Broken(Column("string"), Column("string") + other), "producers");
}

TEST(Difference, ANameOrAWordForPeopleBreaksNobody) {
  EXPECT_EQ(Broken(Column("string"), Column("string", ", description: what it is")), "nothing");
  EXPECT_EQ(Broken(Column("string"), Column("string", ", classification: restricted")), "nobody");
  const std::string renamed =
      ", quality: [{type: custom, engine: cairn, name: other, implementation: {in: [a]}}]";
  EXPECT_EQ(Broken(Column("string", Custom("in: [a]")), Column("string", renamed)), "nothing");
}

TEST(Difference, TheVersionIsAdvisedWhenItDoesNotSayHowMuchChanged) {
  const std::string strict = Column("string", ", required: true"), loose = Column("string");
  EXPECT_NE(Compare(Of(strict), Of(loose)).advice.find("makes it 2.0.0"), std::string::npos);
  EXPECT_EQ(Compare(Of(strict), Of(loose, "", "2.0.0")).advice, "");
  EXPECT_NE(
      Compare(Of(loose), Of(Column("string", ", classification: restricted"))).advice.find("is still 1.0.0"),
      std::string::npos);
  EXPECT_EQ(Compare(Of(loose), Of(loose)).advice, "");
}

}  // namespace
}  // namespace cairn::contract
