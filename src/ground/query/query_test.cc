#include "ground/query/query.h"

#include <gtest/gtest.h>

namespace cairn::query {
namespace {

Comparison Only(std::string_view text) {
  auto parsed = ParseFilter(text);
  EXPECT_TRUE(parsed) << text << ": " << (parsed ? "" : parsed.error().message);
  if (!parsed || parsed->parts.size() != 1) return {};
  return parsed->parts.front().comparison;
}

/// The tree, written with every parenthesis.
std::string Shape(const Condition& condition) {
  if (condition.kind == Condition::Kind::Comparison) return condition.comparison.name.key;
  if (condition.kind == Condition::Kind::Not) return "not " + Shape(condition.parts.at(0));
  std::string shape;
  for (const auto& part : condition.parts) {
    if (!shape.empty()) shape += condition.kind == Condition::Kind::All ? " & " : " | ";
    shape += Shape(part);
  }
  return "(" + shape + ")";
}

std::string Complaint(std::string_view text) {
  auto parsed = ParseFilter(text);
  if (parsed) return "accepted";
  EXPECT_EQ(parsed.error().reason, Reason::InvalidArgument);
  return parsed.error().message;
}

TEST(Filter, ABlankOneAlwaysHolds) {
  EXPECT_TRUE(ParseFilter("")->parts.empty());
  EXPECT_TRUE(ParseFilter(" \n\t ")->parts.empty());
}

TEST(Filter, NamesAreSplitAtTheFirstDot) {
  struct Case {
    const char* text;
    const char* prefix;
    const char* key;
  };
  for (const auto& c :
       {Case{"metrics.rmse > 1", "metrics", "rmse"}, Case{"tags.mlflow.user = 'x'", "tags", "mlflow.user"},
        Case{"status = 'x'", "", "status"}, Case{"params.`a b` = 'x'", "params", "a b"},
        Case{"params.\"a.b c\" = 'x'", "params", "a.b c"}, Case{"`run name` = 'x'", "", "run name"},
        Case{"metrics.val/loss-1 < 2", "metrics", "val/loss-1"},
        Case{"metrics.größe < 2", "metrics", "größe"}}) {
    const auto found = Only(c.text);
    EXPECT_EQ(found.name.prefix, c.prefix) << c.text;
    EXPECT_EQ(found.name.key, c.key) << c.text;
  }
}

TEST(Filter, EveryComparatorIsReadInAnyCase) {
  struct Case {
    const char* text;
    Comparator comparator;
    std::size_t values;
  };
  for (const auto& c :
       {Case{"a = 1", Comparator::Equal, 1}, Case{"a!=1", Comparator::NotEqual, 1},
        Case{"a<1", Comparator::Less, 1}, Case{"a<=1", Comparator::LessOrEqual, 1},
        Case{"a>1", Comparator::Greater, 1}, Case{"a>=1", Comparator::GreaterOrEqual, 1},
        Case{"a like 'x%'", Comparator::Like, 1}, Case{"a ILike 'x%'", Comparator::ILike, 1},
        Case{"a in ('x', \"y\")", Comparator::In, 2}, Case{"a Not In ('x')", Comparator::NotIn, 1},
        Case{"a is null", Comparator::IsNull, 0}, Case{"a IS NOT NULL", Comparator::IsNotNull, 0}}) {
    const auto found = Only(c.text);
    EXPECT_EQ(found.comparator, c.comparator) << c.text;
    EXPECT_EQ(found.values.size(), c.values) << c.text;
  }
}

TEST(Filter, NumbersKeepTheirKind) {
  EXPECT_TRUE(Only("a = -12").values[0].whole);
  EXPECT_EQ(Only("a = -12").values[0].integer, -12);
  EXPECT_FALSE(Only("a > 1e-3").values[0].whole);
  EXPECT_DOUBLE_EQ(Only("a > 1e-3").values[0].number, 0.001);
  EXPECT_DOUBLE_EQ(Only("a > .5").values[0].number, 0.5);
  EXPECT_DOUBLE_EQ(Only("a > +2.5").values[0].number, 2.5);
  EXPECT_EQ(Only("a > 9007199254740993").values[0].integer, 9007199254740993);
}

TEST(Filter, TextsKeepWhatStandsBetweenTheQuotes) {
  EXPECT_EQ(Only("a = 'it \"is\" AND so'").values[0].text, "it \"is\" AND so");
  EXPECT_EQ(Only("a = \"it's\"").values[0].text, "it's");
  EXPECT_EQ(Only("a = ''").values[0].text, "");
}

TEST(Filter, AndJoinsConditionsInOrder) {
  const auto all = ParseFilter("metrics.a > 1 AND params.b = 'x' and c IS NULL");
  ASSERT_TRUE(all);
  ASSERT_EQ(all->parts.size(), 3u);
  EXPECT_EQ(all->parts[1].comparison.name.key, "b");
  EXPECT_EQ(all->parts[2].comparison.name.position, 38u);
}

TEST(Filter, NotBindsTighterThanAndAndAndTighterThanOr) {
  const std::pair<const char*, const char*> cases[] = {
      {"a = 1", "(a)"},
      {"(a = 1)", "(a)"},
      {"((a = 1 and b = 2))", "(a & b)"},
      {"a = 1 OR b = 2 AND c = 3", "((a | (b & c)))"},
      {"(a = 1 or b = 2) and c = 3", "((a | b) & c)"},
      {"NOT a = 1 AND b = 2", "(not a & b)"},
      {"not (a = 1 OR not b in ('x'))", "(not (a | not b))"},
      {"a = 1 OR b = 2 OR c = 3", "((a | b | c))"},
  };
  for (const auto& [text, shape] : cases) {
    const auto parsed = ParseFilter(text);
    ASSERT_TRUE(parsed) << text << ": " << parsed.error().message;
    EXPECT_EQ(parsed->kind, Condition::Kind::All) << text;
    EXPECT_EQ(Shape(*parsed), shape) << text;
  }
}

TEST(Filter, AFunctionStandsAroundAName) {
  EXPECT_EQ(Only("Min(metrics.`val loss`) < 1").name.function, "min");
  EXPECT_EQ(Only("Min(metrics.`val loss`) < 1").name.key, "val loss");
  EXPECT_EQ(Only("metrics.min < 1").name.function, "");
  EXPECT_EQ(Only("a IN ('x', 'y',)").values.size(), 2u);
}

TEST(Filter, AndsThatJoinNothingArePassedOver) {
  for (const char* text : {"a = 1 AND", "AND a = 1", "and AND a = 1 AND and", "AND"})
    EXPECT_EQ(Complaint(text), "accepted") << text;
  EXPECT_EQ(Only("AND a = 1 AND").name.key, "a");
  EXPECT_EQ(ParseFilter("a = 1 AND AND b = 2 AND")->parts.size(), 2u);
  EXPECT_TRUE(ParseFilter("AND")->parts.empty());
}

TEST(Filter, SpacesThatDoNotBreakAreSpaces) {
  const std::string no_break = "\xC2\xA0";
  EXPECT_EQ(Only(no_break + "metrics.loss" + no_break + ">" + no_break + "0.5" + no_break).name.key, "loss");
  EXPECT_EQ(Only("tags.a = 'x" + no_break + "y'").values.front().text, "x" + no_break + "y");
  EXPECT_EQ(ParseFilter("a = 1" + no_break + "AND" + no_break + "b = 2")->parts.size(), 2u);
}

TEST(Filter, APrefixMayBeQuotedToo) {
  EXPECT_EQ(Only("`metrics`.loss < 1").name.prefix, "metrics");
  EXPECT_EQ(Only("`metrics`.loss < 1").name.key, "loss");
  EXPECT_EQ(Only("\"tags\".`a b` = 'x'").name.key, "a b");
  EXPECT_NE(Complaint("tags.a = \"x\".y"), "accepted") << "a name is no value";
}

TEST(Filter, TwoQuotesInARowAreInsideAndStayTwo) {
  EXPECT_EQ(Only("tags.a = 'it''s'").values.front().text, "it''s");
  EXPECT_EQ(Only("tags.a = ''''").values.front().text, "''");
  EXPECT_EQ(Only("tags.a = ''").values.front().text, "");
  EXPECT_EQ(Only("tags.a IN ('', 'b''')").values.back().text, "b''");
  EXPECT_EQ(Complaint("tags.a = '''"), "at position 10: the quote ' is not closed.");
}

TEST(Filter, BoundsAreKept) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '(') + "a = 1" + std::string(depth, ')');
  };
  EXPECT_EQ(Complaint(nested(kMaxDepth)), "accepted");
  EXPECT_EQ(Complaint(nested(kMaxDepth + 1)), "at position 66: conditions are nested more than 64 deep.");
  EXPECT_EQ(Complaint(nested(15'000)), "at position 66: conditions are nested more than 64 deep.");
  std::string nots, many = "a = 1", list = "a IN ('x'";
  for (std::size_t i = 0; i <= kMaxDepth; ++i) nots += "NOT ";
  EXPECT_NE(Complaint(nots + "a = 1"), "accepted");
  for (std::size_t i = 1; i < kMaxComparisons; ++i) many += " OR a = 1";
  EXPECT_EQ(Complaint(many), "accepted");
  EXPECT_NE(Complaint(many + " OR a = 1").find("more than 500 comparisons"), std::string::npos);
  for (std::size_t i = 1; i < kMaxListValues; ++i) list += ",'x'";
  EXPECT_EQ(Complaint(list + ")"), "accepted");
  EXPECT_NE(Complaint(list + ",'x')").find("more than 10000 values"), std::string::npos);
  EXPECT_NE(Complaint(std::string(kMaxTokens + 1, '(')).find("words and signs"), std::string::npos);
  EXPECT_NE(Complaint(std::string(kMaxFilterBytes + 1, ' ')).find("longer than"), std::string::npos);
}

TEST(Filter, AWrongOneGetsThePlaceAndWhatWasExpected) {
  EXPECT_EQ(Complaint("params.a = foo"),
            "at position 12: expected a number or a text in single or double quotes, found 'foo'.");
  EXPECT_EQ(Complaint("a = 1 b = 2"), "at position 7: expected AND, OR or the end, found 'b'.");
  EXPECT_EQ(Complaint("a = 1 OR"), "at position 9: expected a name such as metrics.loss, found the end.");
  EXPECT_EQ(Complaint("a = 1 AND OR b = 2"),
            "at position 11: expected a name such as metrics.loss, found 'OR'.");
  EXPECT_EQ(Complaint("(a = 1"), "at position 7: expected AND, OR or ')', found the end.");
  EXPECT_EQ(Complaint("a = 1)"), "at position 6: expected AND, OR or the end, found ')'.");
  EXPECT_EQ(Complaint("()"), "at position 2: expected a name such as metrics.loss, found ')'.");
  EXPECT_EQ(Complaint("min(metrics.a < 1"), "at position 15: expected ')', found '<'.");
  EXPECT_EQ(Complaint("min() < 1"), "at position 5: expected a name such as metrics.loss, found ')'.");
  EXPECT_EQ(Complaint("NOT"), "at position 4: expected a name such as metrics.loss, found the end.");
  EXPECT_EQ(Complaint("metrics.a >"), "at position 12: expected a number or a quoted text, found the end.");
  EXPECT_EQ(Complaint("metrics.a 3").substr(0, 34), "at position 11: expected a compara");
  EXPECT_EQ(Complaint("a = 'x"), "at position 5: the quote ' is not closed.");
  EXPECT_EQ(Complaint("a = 1.2.3"), "at position 5: '1.2.3' is not a number.");
  EXPECT_EQ(Complaint("a = 1; DROP"), "at position 6: ';' has no meaning here.");
  EXPECT_EQ(Complaint("a IN ()"), "at position 7: expected a number or a quoted text, found ')'.");
  EXPECT_EQ(Complaint("a IN ('x'"), "at position 10: expected ',' or ')', found the end.");
  EXPECT_EQ(Complaint("a NOT LIKE 'x'"), "at position 7: expected IN after NOT, found 'LIKE'.");
  EXPECT_EQ(Complaint("metrics. > 1"), "at position 9: expected a key after 'metrics.'.");
  EXPECT_EQ(Complaint("metrics.a = 1 AND `metrics`. > 1"),
            "at position 29: expected a key after 'metrics.'.");
  EXPECT_EQ(Complaint("(a = 1 AND)"), "at position 11: expected a name such as metrics.loss, found ')'.");
  EXPECT_NE(Complaint("a IS NOT 'x'"), "accepted");
  EXPECT_NE(Complaint("a == 1"), "accepted");
}

TEST(Order, TakesANameAndADirection) {
  EXPECT_TRUE(ParseOrder("metrics.loss")->ascending);
  EXPECT_TRUE(ParseOrder("metrics.loss asc")->ascending);
  EXPECT_FALSE(ParseOrder("params.`a b` DESC")->ascending);
  EXPECT_EQ(ParseOrder("params.`a b` DESC")->name.key, "a b");
  EXPECT_EQ(ParseOrder("start_time")->name.prefix, "");
  EXPECT_EQ(ParseOrder("max(metrics.acc) DESC")->name.function, "max");
}

TEST(Order, RefusesWhatFollows) {
  EXPECT_FALSE(ParseOrder(""));
  EXPECT_FALSE(ParseOrder("a b"));
  EXPECT_FALSE(ParseOrder("a DESC ASC"));
  EXPECT_FALSE(ParseOrder("'a'"));
  EXPECT_FALSE(ParseOrder("a > 1"));
}

}  // namespace
}  // namespace cairn::query
