#include <algorithm>
#include <iterator>

#include "ground/query/cursor.h"
#include "ground/query/query.h"
#include "ground/vocabulary/text.h"

namespace cairn::query {
namespace {

constexpr const char* kComparators = "a comparator (= != > >= < <= LIKE ILIKE IN IS)";

struct Spelling {
  const char* written;
  Comparator comparator;
};
constexpr Spelling kSymbols[] = {{"=", Comparator::Equal},   {"!=", Comparator::NotEqual},
                                 {"<", Comparator::Less},    {"<=", Comparator::LessOrEqual},
                                 {">", Comparator::Greater}, {">=", Comparator::GreaterOrEqual}};

Result<Literal> ParseValue(Cursor& cursor) {
  const auto& token = cursor.Here();
  const bool quoted_name = token.kind == Token::Kind::Name && token.written.front() == '"';
  if (token.kind == Token::Kind::Number || token.kind == Token::Kind::Text || quoted_name) {
    return cursor.Take().literal;
  }
  if (token.kind == Token::Kind::Name) {
    return cursor.Expected("a number or a text in single or double quotes");
  }
  return cursor.Expected("a number or a quoted text");
}

Result<std::vector<Literal>> ParseList(Cursor& cursor) {
  if (!cursor.TookSymbol("(")) return cursor.Expected("'(' and a list of values");
  std::vector<Literal> values;
  do {
    values.push_back(CAIRN_TRY(ParseValue(cursor)));
  } while (cursor.TookSymbol(","));
  if (!cursor.TookSymbol(")")) return cursor.Expected("',' or ')'");
  return values;
}

/// What follows the comparator, together with it.
Result<> ParseRest(Cursor& cursor, Comparison& comparison) {
  comparison.comparator_position = cursor.Here().position;
  if (cursor.Took("IS")) {
    comparison.comparator = cursor.Took("NOT") ? Comparator::IsNotNull : Comparator::IsNull;
    if (!cursor.Took("NULL")) return cursor.Expected("NULL");
    return {};
  }
  const bool negated = cursor.Took("NOT");
  if (cursor.Took("IN")) {
    comparison.comparator = negated ? Comparator::NotIn : Comparator::In;
    comparison.values = CAIRN_TRY(ParseList(cursor));
    return {};
  }
  if (negated) return cursor.Expected("IN after NOT");
  if (cursor.Took("LIKE")) {
    comparison.comparator = Comparator::Like;
  } else if (cursor.Took("ILIKE")) {
    comparison.comparator = Comparator::ILike;
  } else {
    const auto* found = std::find_if(std::begin(kSymbols), std::end(kSymbols),
                                     [&](const Spelling& s) { return cursor.Here().IsSymbol(s.written); });
    if (found == std::end(kSymbols)) return cursor.Expected(kComparators);
    comparison.comparator = found->comparator;
    cursor.Take();
  }
  comparison.values.push_back(CAIRN_TRY(ParseValue(cursor)));
  return {};
}

Result<Condition> ParseComparison(Cursor& cursor) {
  if (cursor.Here().kind != Token::Kind::Name) return cursor.Expected("a name such as metrics.loss");
  Condition condition;
  condition.kind = Condition::Kind::Comparison;
  condition.comparison.name = cursor.Take().name;
  CAIRN_TRY(ParseRest(cursor, condition.comparison));
  return condition;
}

}  // namespace

Result<Condition> ParseFilter(std::string_view text) {
  Cursor cursor(CAIRN_TRY(Tokenize(text)));
  Condition all;
  if (cursor.AtEnd()) return all;
  do {
    all.parts.push_back(CAIRN_TRY(ParseComparison(cursor)));
  } while (cursor.Took("AND"));
  if (!cursor.AtEnd()) return cursor.Expected("AND or the end");
  return all;
}

Error Refused(std::size_t position, std::string what) {
  return {Reason::InvalidArgument, "at position " + std::to_string(position) + ": " + std::move(what) + "."};
}

const char* NameOf(Comparator comparator) {
  switch (comparator) {
    case Comparator::Equal:
      return "=";
    case Comparator::NotEqual:
      return "!=";
    case Comparator::Less:
      return "<";
    case Comparator::LessOrEqual:
      return "<=";
    case Comparator::Greater:
      return ">";
    case Comparator::GreaterOrEqual:
      return ">=";
    case Comparator::Like:
      return "LIKE";
    case Comparator::ILike:
      return "ILIKE";
    case Comparator::In:
      return "IN";
    case Comparator::NotIn:
      return "NOT IN";
    case Comparator::IsNull:
      return "IS NULL";
    case Comparator::IsNotNull:
      return "IS NOT NULL";
  }
  return "=";
}

bool IsOrdering(Comparator comparator) { return comparator <= Comparator::GreaterOrEqual; }

}  // namespace cairn::query
