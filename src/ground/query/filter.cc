#include <algorithm>
#include <iterator>

#include "ground/query/cursor.h"
#include "ground/query/query.h"
#include "ground/vocabulary/text.h"

namespace cairn::query {
namespace {

constexpr const char* kComparators = "a comparator (= != > >= < <= LIKE ILIKE IN IS)";

constexpr const char* kCondition = "a name such as metrics.loss";

struct Spelling {
  const char* written;
  Comparator comparator;
};
constexpr Spelling kSymbols[] = {{"=", Comparator::Equal},   {"!=", Comparator::NotEqual},
                                 {"<", Comparator::Less},    {"<=", Comparator::LessOrEqual},
                                 {">", Comparator::Greater}, {">=", Comparator::GreaterOrEqual}};

Result<Literal> ParseValue(Cursor& cursor) {
  const auto& token = cursor.Here();
  const bool quoted_name = token.IsQuoted() && token.written.front() == '"' && token.name.prefix.empty();
  if (token.kind == Token::Kind::Number || token.kind == Token::Kind::Text || quoted_name) {
    return cursor.Take().literal;
  }
  if (token.kind == Token::Kind::Name) {
    return cursor.Expected("a number or a text in single or double quotes");
  }
  return cursor.Expected("a number or a quoted text");
}

/// Descends into a filter, and counts what is in it.
class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : cursor_(std::move(tokens)) {}
  Result<Condition> All();

 private:
  Result<Condition> ParseAny(std::size_t depth);
  Result<Condition> ParseAll(std::size_t depth);
  Result<Condition> ParseOne(std::size_t depth);
  Result<Condition> ParseNot(std::size_t depth);
  Result<Condition> ParseGroup(std::size_t depth);
  Result<Condition> ParseComparison();
  Result<> ParseRest(Comparison& comparison);
  Result<std::vector<Literal>> ParseList();
  /// Takes one AND, and any that join nothing: filters that programs put together have some, and MLflow
  /// passes over them.
  bool TookAnds();

  Cursor cursor_;
  std::size_t comparisons_ = 0, values_ = 0;
};

bool Parser::TookAnds() {
  bool took = false;
  while (cursor_.Took("AND")) took = true;
  return took;
}

Result<std::vector<Literal>> Parser::ParseList() {
  if (!cursor_.TookSymbol("(")) return cursor_.Expected("'(' and a list of values");
  std::vector<Literal> values;
  do {
    if (!values.empty() && cursor_.Here().IsSymbol(")")) break;
    if (++values_ > kMaxListValues) {
      return Refused(cursor_.Here().position,
                     "the lists hold more than " + std::to_string(kMaxListValues) + " values");
    }
    values.push_back(CAIRN_TRY(ParseValue(cursor_)));
  } while (cursor_.TookSymbol(","));
  if (!cursor_.TookSymbol(")")) return cursor_.Expected("',' or ')'");
  return values;
}

/// What follows the comparator, together with it.
Result<> Parser::ParseRest(Comparison& comparison) {
  comparison.comparator_position = cursor_.Here().position;
  if (cursor_.Took("IS")) {
    comparison.comparator = cursor_.Took("NOT") ? Comparator::IsNotNull : Comparator::IsNull;
    if (!cursor_.Took("NULL")) return cursor_.Expected("NULL");
    return {};
  }
  const bool negated = cursor_.Took("NOT");
  if (cursor_.Took("IN")) {
    comparison.comparator = negated ? Comparator::NotIn : Comparator::In;
    comparison.values = CAIRN_TRY(ParseList());
    return {};
  }
  if (negated) return cursor_.Expected("IN after NOT");
  if (cursor_.Took("LIKE")) {
    comparison.comparator = Comparator::Like;
  } else if (cursor_.Took("ILIKE")) {
    comparison.comparator = Comparator::ILike;
  } else {
    const auto* found = std::find_if(std::begin(kSymbols), std::end(kSymbols),
                                     [&](const Spelling& s) { return cursor_.Here().IsSymbol(s.written); });
    if (found == std::end(kSymbols)) return cursor_.Expected(kComparators);
    comparison.comparator = found->comparator;
    cursor_.Take();
  }
  comparison.values.push_back(CAIRN_TRY(ParseValue(cursor_)));
  return {};
}

Result<Condition> Parser::ParseComparison() {
  const auto position = cursor_.Here().position;
  if (++comparisons_ > kMaxComparisons) {
    return Refused(position,
                   "the filter holds more than " + std::to_string(kMaxComparisons) + " comparisons");
  }
  if (cursor_.Here().Is("AND") || cursor_.Here().Is("OR")) return cursor_.Expected(kCondition);
  Condition condition;
  condition.kind = Condition::Kind::Comparison;
  condition.comparison.name = CAIRN_TRY(cursor_.TakeName(kCondition));
  CAIRN_TRY(ParseRest(condition.comparison));
  return condition;
}

Result<Condition> Parser::ParseNot(std::size_t depth) {
  cursor_.Take();
  Condition negated;
  negated.kind = Condition::Kind::Not;
  negated.parts.push_back(CAIRN_TRY(ParseOne(depth + 1)));
  return negated;
}

Result<Condition> Parser::ParseGroup(std::size_t depth) {
  cursor_.Take();
  auto inner = CAIRN_TRY(ParseAny(depth + 1));
  if (!cursor_.TookSymbol(")")) return cursor_.Expected("AND, OR or ')'");
  return inner;
}

Result<Condition> Parser::ParseOne(std::size_t depth) {
  if (depth > kMaxDepth) {
    return Refused(cursor_.Here().position,
                   "conditions are nested more than " + std::to_string(kMaxDepth) + " deep");
  }
  if (cursor_.Here().Is("NOT")) return ParseNot(depth);
  return cursor_.Here().IsSymbol("(") ? ParseGroup(depth) : ParseComparison();
}

Result<Condition> Parser::ParseAll(std::size_t depth) {
  Condition all;
  do {
    all.parts.push_back(CAIRN_TRY(ParseOne(depth)));
  } while (TookAnds() && !cursor_.AtEnd());
  if (all.parts.size() > 1) return all;
  auto only = std::move(all.parts.front());
  return only;
}

Result<Condition> Parser::ParseAny(std::size_t depth) {
  Condition any;
  any.kind = Condition::Kind::Any;
  do {
    any.parts.push_back(CAIRN_TRY(ParseAll(depth)));
  } while (cursor_.Took("OR"));
  if (any.parts.size() > 1) return any;
  auto only = std::move(any.parts.front());
  return only;
}

Result<Condition> Parser::All() {
  Condition all;
  TookAnds();
  if (cursor_.AtEnd()) return all;
  auto condition = CAIRN_TRY(ParseAny(0));
  if (!cursor_.AtEnd()) return cursor_.Expected("AND, OR or the end");
  if (condition.kind == Condition::Kind::All) return condition;
  all.parts.push_back(std::move(condition));
  return all;
}

}  // namespace

Result<Condition> ParseFilter(std::string_view text) {
  if (text.size() > kMaxFilterBytes) {
    return Refused(kMaxFilterBytes + 1,
                   "the filter is longer than " + std::to_string(kMaxFilterBytes) + " bytes");
  }
  return Parser(CAIRN_TRY(Tokenize(text))).All();
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
