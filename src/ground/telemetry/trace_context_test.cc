#include "ground/telemetry/trace_context.h"

#include <gtest/gtest.h>

#include <set>

namespace cairn::telemetry {
namespace {

const std::string kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string kParent = "00f067aa0ba902b7";
const std::string kGood = "00-" + kTrace + "-" + kParent + "-01";

TEST(TraceContext, ReadsTheFieldOfTheCaller) {
  const auto context = ParseTraceparent(kGood);
  ASSERT_TRUE(context);
  EXPECT_EQ(context->trace_id, kTrace);
  EXPECT_EQ(context->parent_id, kParent);
  EXPECT_TRUE(context->sampled);
  EXPECT_FALSE(ParseTraceparent("00-" + kTrace + "-" + kParent + "-00")->sampled);
  EXPECT_FALSE(ParseTraceparent("00-" + kTrace + "-" + kParent + "-fe")->sampled);
  EXPECT_TRUE(ParseTraceparent("00-" + kTrace + "-" + kParent + "-0b")->sampled);
}

TEST(TraceContext, PassesOverWhatIsMalformed) {
  const std::string zeros(32, '0');
  for (const std::string& field :
       {std::string(), std::string("00"), kGood.substr(0, 54), kGood + " ", kGood + "-", kGood + "-what",
        "ff-" + kTrace + "-" + kParent + "-01", "0x-" + kTrace + "-" + kParent + "-01",
        "00-" + zeros + "-" + kParent + "-01", "00-" + kTrace + "-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + kParent + "-01", "00-" + kTrace + "-" + kParent + "-0g",
        "00_" + kTrace + "-" + kParent + "-01", "00-" + kTrace + "_" + kParent + "-01",
        "00-" + kTrace + "-" + kParent + "_01", "00-" + kTrace + "-" + kParent + "-1"})
    EXPECT_FALSE(ParseTraceparent(field)) << field;
}

TEST(TraceContext, ReadsTheBeginningOfAFutureVersion) {
  for (const std::string& end : {std::string(), std::string("-"), std::string("-what-comes-next")}) {
    const auto context = ParseTraceparent("cc-" + kTrace + "-" + kParent + "-01" + end);
    ASSERT_TRUE(context) << end;
    EXPECT_EQ(context->trace_id, kTrace);
    EXPECT_TRUE(context->sampled);
  }
  EXPECT_FALSE(ParseTraceparent("cc-" + kTrace + "-" + kParent + "-01.what"));
  EXPECT_FALSE(ParseTraceparent("ff-" + kTrace + "-" + kParent + "-01-what"));
}

TEST(TraceContext, KeepsAStateThatIsWellFormed) {
  EXPECT_EQ(ParseTracestate("foo=1,bar=2"), "foo=1,bar=2");
  EXPECT_EQ(ParseTracestate(" foo=1 ,\t, bar=a b,tenant@vendor=!~"), "foo=1,bar=a b,tenant@vendor=!~");
  EXPECT_EQ(ParseTracestate("0tenant@vendor=1"), "0tenant@vendor=1");
  EXPECT_EQ(ParseTracestate("a_-*/9=x"), "a_-*/9=x");
  EXPECT_EQ(ParseTracestate(""), "");
}

TEST(TraceContext, DropsAStateThatIsNot) {
  for (const char* list : {"foo", "foo=", "=1", "Foo=1", "foo=1,foo=2", "foo=a=b", "0foo=1", "foo@=1",
                           "@foo=1", "foo@0bar=1", "foo=\x7f", "foo@bar@baz=1", "foo =1"})
    EXPECT_EQ(ParseTracestate(list), "") << list;
  std::string many;
  for (int i = 0; i < 32; ++i) many += (i == 0 ? "k" : ",k") + std::to_string(i) + "=1";
  EXPECT_EQ(ParseTracestate(many), many);
  EXPECT_EQ(ParseTracestate(many + ",one=more"), "");
  EXPECT_EQ(ParseTracestate(std::string(256, 'k') + "=" + std::string(256, 'v')).size(), 513u);
  EXPECT_EQ(ParseTracestate(std::string(257, 'k') + "=v"), "");
  EXPECT_EQ(ParseTracestate("k=" + std::string(257, 'v')), "");
}

TEST(TraceContext, ABadParentBeginsANewTraceWithoutTheState) {
  const auto given = ContextOf(kGood, "foo=1");
  EXPECT_EQ(given.trace_id, kTrace);
  EXPECT_EQ(given.state, "foo=1");
  EXPECT_EQ(ContextOf(kGood, "foo=1,foo=2").trace_id, kTrace);
  EXPECT_EQ(ContextOf(kGood, "foo=1,foo=2").state, "");
  for (const char* field : {"", "00-bad"}) {
    const auto begun = ContextOf(field, "foo=1");
    EXPECT_EQ(begun.trace_id.size(), 32u);
    EXPECT_EQ(begun.parent_id, "");
    EXPECT_EQ(begun.state, "");
  }
}

TEST(TraceContext, NewIdsAreWellFormedAndDiffer) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(ParseTraceparent("00-" + NewTraceId() + "-" + NewSpanId() + "-01"));
    EXPECT_TRUE(seen.insert(NewTraceId()).second);
  }
}

}  // namespace
}  // namespace cairn::telemetry
