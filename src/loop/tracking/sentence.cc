#include "loop/tracking/sentence.h"

#include <algorithm>

#include "ground/query/query.h"

namespace cairn::tracking {
namespace {

using query::Comparator;
using query::Literal;

constexpr std::size_t kChunks[] = {1, 16, 128, 500};

Error BadComparator(const query::Comparison& comparison, std::string_view what, std::string_view allowed) {
  return query::Refused(comparison.comparator_position,
                        "Invalid comparison operator '" + std::string(NameOf(comparison.comparator)) +
                            "': " + std::string(what) + " is compared with " + std::string(allowed));
}

Error ExpectedNumber(const Literal& literal, std::string_view what) {
  return query::Refused(literal.position, "Expected numeric value type for " + std::string(what) +
                                              ", found the text '" + literal.text + "'");
}

}  // namespace

std::string Sentence::Bind(sql::Value value) {
  values_.push_back(std::move(value));
  return "$" + std::to_string(values_.size());
}

std::string Sentence::BindList(std::span<const sql::Value> values) {
  std::string list = "(";
  for (const auto& value : values) {
    if (list.size() > 1) list += ", ";
    list += Bind(value);
  }
  return list + ")";
}

Result<> ForChunks(std::span<const sql::Value> values,
                   const std::function<Result<>(Sentence&, const std::string& list)>& work) {
  while (!values.empty()) {
    const auto taken = std::min(values.size(), kChunks[std::size(kChunks) - 1]);
    const auto length =
        *std::find_if(std::begin(kChunks), std::end(kChunks), [&](std::size_t n) { return n >= taken; });
    std::vector<sql::Value> chunk(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(taken));
    chunk.resize(length, chunk.back());
    Sentence sentence;
    const auto list = sentence.BindList(chunk);
    CAIRN_TRY(work(sentence, list));
    values = values.subspan(taken);
  }
  return {};
}

Result<std::string> CompileCondition(const query::Condition& condition, const CompileOne& compile) {
  switch (condition.kind) {
    case query::Condition::Kind::Comparison:
      return compile(condition.comparison);
    case query::Condition::Kind::All:
      break;
  }
  std::string all;
  for (const auto& part : condition.parts) {
    if (!all.empty()) all += " AND ";
    all += CAIRN_TRY(CompileCondition(part, compile));
  }
  return all.empty() ? std::string("1 = 1") : "(" + all + ")";
}

Result<std::string> CompileFilter(std::string_view filter, const CompileOne& compile) {
  const auto wrapped = [](Error error) -> Error {
    if (error.reason == Reason::InvalidArgument)
      error.message = "Invalid clause(s) in filter string: " + error.message;
    return error;
  };
  const auto parsed = query::ParseFilter(filter);
  if (!parsed) return wrapped(parsed.error());
  auto compiled = CompileCondition(*parsed, compile);
  if (!compiled) return wrapped(std::move(compiled).error());
  return compiled;
}

Result<std::string> CompareText(const sql::Connection& connection, Sentence& sentence,
                                std::string_view column, const query::Comparison& comparison,
                                std::string_view what) {
  std::vector<sql::Value> values;
  for (const auto& literal : comparison.values) {
    if (literal.kind == Literal::Kind::Number) {
      return query::Refused(literal.position, "Expected a quoted string value for " + std::string(what) +
                                                  ", found " + literal.text +
                                                  ". Use either single or double quotes");
    }
    values.emplace_back(literal.text);
  }
  const std::string left(column);
  switch (comparison.comparator) {
    case Comparator::Equal:
      return left + " = " + sentence.Bind(values[0]);
    case Comparator::NotEqual:
      return left + " <> " + sentence.Bind(values[0]);
    case Comparator::Like:
      return connection.Like(column, sentence.Bind(values[0]));
    case Comparator::ILike:
      return connection.ILike(column, sentence.Bind(values[0]));
    case Comparator::In:
      return left + " IN " + sentence.BindList(values);
    case Comparator::NotIn:
      return left + " NOT IN " + sentence.BindList(values);
    case Comparator::IsNull:
      return left + " IS NULL";
    case Comparator::IsNotNull:
      return left + " IS NOT NULL";
    case Comparator::Less:
    case Comparator::LessOrEqual:
    case Comparator::Greater:
    case Comparator::GreaterOrEqual:
      break;
  }
  return BadComparator(comparison, what, "= != LIKE ILIKE IN NOT IN");
}

Result<std::string> CompareInteger(Sentence& sentence, std::string_view column,
                                   const query::Comparison& comparison, std::string_view what) {
  if (!IsOrdering(comparison.comparator)) return BadComparator(comparison, what, "= != > >= < <=");
  const auto& literal = comparison.values.front();
  if (literal.kind != Literal::Kind::Number) return ExpectedNumber(literal, what);
  auto value = literal.whole ? sql::Value(literal.integer) : sql::Value(literal.number);
  // A fraction bound beside an integer column would be read as an integer by PostgreSQL.
  const std::string left =
      literal.whole ? std::string(column) : "CAST(" + std::string(column) + " AS DOUBLE PRECISION)";
  return left + " " + NameOf(comparison.comparator) + " " + sentence.Bind(std::move(value));
}

Result<std::string> CompareMetric(Sentence& sentence, std::string_view table,
                                  const query::Comparison& comparison) {
  if (!IsOrdering(comparison.comparator)) return BadComparator(comparison, "a metric", "= != > >= < <=");
  const auto& literal = comparison.values.front();
  if (literal.kind != Literal::Kind::Number) return ExpectedNumber(literal, "metric");
  const std::string prefix(table);
  const auto compared =
      prefix + ".value " + NameOf(comparison.comparator) + " " + sentence.Bind(literal.number);
  if (comparison.comparator == Comparator::NotEqual) return "(" + prefix + ".is_nan = 1 OR " + compared + ")";
  return "(" + prefix + ".is_nan = 0 AND " + compared + ")";
}

Error UnknownKey(const query::Identifier& name, std::string_view known) {
  return query::Refused(name.position, "Invalid attribute key '" + name.key + "' specified; valid keys are " +
                                           std::string(known));
}

Error UnknownPrefix(const query::Identifier& name, std::string_view known) {
  return query::Refused(name.position,
                        "Invalid entity type '" + name.prefix + "'; valid ones are " + std::string(known));
}

Error InOrder(std::string_view written, Error error) {
  if (error.reason == Reason::InvalidArgument) {
    error.message = "Invalid order_by clause '" + std::string(written) + "': " + error.message;
  }
  return error;
}

}  // namespace cairn::tracking
