#include "loop/tracking/sentence.h"

#include <algorithm>
#include <bit>

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

Error InFilter(Error error) {
  if (error.reason == Reason::InvalidArgument)
    error.message = "Invalid clause(s) in filter string: " + error.message;
  return error;
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

std::string Sentence::Written() const {
  std::string written = text_;
  for (const auto& value : values_) {
    const auto& state = value.state();
    written += static_cast<char>('0' + state.index());
    if (const auto* whole = std::get_if<std::int64_t>(&state)) written += std::to_string(*whole);
    if (const auto* text = std::get_if<std::string>(&state)) written += std::to_string(text->size()) + *text;
    // By its bits: another text of the same number would do no harm, the same text of another would.
    if (const auto* real = std::get_if<double>(&state))
      written += std::to_string(std::bit_cast<std::uint64_t>(*real));
    if (const auto* bytes = std::get_if<sql::Bytes>(&state))
      written += std::to_string(bytes->content.size()) + bytes->content;
  }
  return written;
}

Result<std::string> Sentence::Plan(sql::Connection& connection) const {
  const bool sqlite = connection.engine() == sql::Engine::Sqlite;
  std::string lines;
  for (const auto& row :
       CAIRN_TRY(connection.Run((sqlite ? "EXPLAIN QUERY PLAN " : "EXPLAIN ") + text_, values_)))
    lines += row.Text(sqlite ? 3 : 0) + "\n";
  return lines;
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
  using Kind = query::Condition::Kind;
  if (condition.kind == Kind::Comparison) return compile(condition.comparison);
  std::string joined;
  for (const auto& part : condition.parts) {
    if (!joined.empty()) joined += condition.kind == Kind::Any ? " OR " : " AND ";
    joined += CAIRN_TRY(CompileCondition(part, compile));
  }
  if (joined.empty()) return std::string("1 = 1");
  // A comparison with a missing value is neither true nor false to SQL.
  return condition.kind == Kind::Not ? "((" + joined + ") IS NOT TRUE)" : "(" + joined + ")";
}

Result<query::Condition> ReadFilter(std::string_view filter) {
  auto parsed = query::ParseFilter(filter);
  if (!parsed) return InFilter(parsed.error());
  return parsed;
}

Result<std::string> CompileRead(const query::Condition& condition, const CompileOne& compile) {
  auto compiled = CompileCondition(condition, compile);
  if (!compiled) return InFilter(compiled.error());
  return compiled;
}

Result<std::string> CompileFilter(std::string_view filter, const CompileOne& compile) {
  return CompileRead(CAIRN_TRY(ReadFilter(filter)), compile);
}

Result<std::string> CompareText(const sql::Connection& connection, Sentence& sentence,
                                std::string_view column, const query::Comparison& comparison,
                                std::string_view what, Lists lists) {
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
      if (lists == Lists::Taken) return left + " IN " + sentence.BindList(values);
      break;
    case Comparator::NotIn:
      if (lists == Lists::Taken) return left + " NOT IN " + sentence.BindList(values);
      break;
    case Comparator::IsNull:
    case Comparator::IsNotNull:
    case Comparator::Less:
    case Comparator::LessOrEqual:
    case Comparator::Greater:
    case Comparator::GreaterOrEqual:
      break;
  }
  return BadComparator(comparison, what,
                       lists == Lists::Taken ? "= != LIKE ILIKE IN NOT IN" : "= != LIKE ILIKE");
}

bool WithNumber(const query::Comparison& comparison) {
  const bool list = comparison.comparator == Comparator::In || comparison.comparator == Comparator::NotIn;
  return !list && comparison.values.size() == 1 && comparison.values.front().kind == Literal::Kind::Number;
}

Result<std::string> CompareNumericText(const sql::Connection& connection, Sentence& sentence,
                                       std::string_view column, const query::Comparison& comparison,
                                       std::string_view what) {
  if (!IsOrdering(comparison.comparator)) return BadComparator(comparison, what, "= != > >= < <=");
  const std::string left(column);
  const auto compared = " " + std::string(NameOf(comparison.comparator)) + " ";
  const auto number = sentence.Bind(comparison.values.front().number);
  if (connection.engine() == sql::Engine::Sqlite) {
    // Beside a REAL, a text that is a number compares as one, and any other text is above all numbers.
    return "(" + left + compared + "CAST(" + number + " AS REAL) AND " + left + " <= CAST(9e999 AS REAL))";
  }
  // CASE, because a cast of anything else would fail the whole search.
  return "(CASE WHEN " + left +
         " ~ "
         "'^\\s*[-+]?(\\d{1,200}(\\.\\d{0,100})?|\\.\\d{1,100}|(\\d{1,9}(\\.\\d{0,24})?|\\.\\d{1,24})[eE][-+]"
         "?[0-2]?"
         "\\d{1,2})\\s*$' THEN CAST(" +
         left + " AS DOUBLE PRECISION)" + compared + number + " ELSE FALSE END)";
}

Result<std::string> CompareInteger(Sentence& sentence, std::string_view column,
                                   const query::Comparison& comparison, std::string_view what,
                                   Fractions fractions) {
  if (!IsOrdering(comparison.comparator)) return BadComparator(comparison, what, "= != > >= < <=");
  const auto& literal = comparison.values.front();
  if (literal.kind != Literal::Kind::Number) return ExpectedNumber(literal, what);
  if (!literal.whole && fractions == Fractions::Refused) {
    return query::Refused(literal.position, "Invalid value for numeric attribute '" + std::string(what) +
                                                "': expected a whole number, found " + literal.text);
  }
  auto value = literal.whole ? sql::Value(literal.integer) : sql::Value(literal.number);
  // A fraction bound beside an integer column would be read as an integer by PostgreSQL.
  const std::string left =
      literal.whole ? std::string(column) : "CAST(" + std::string(column) + " AS DOUBLE PRECISION)";
  return left + " " + NameOf(comparison.comparator) + " " + sentence.Bind(std::move(value));
}

Result<std::string> CompareMetric(Sentence& sentence, std::string_view column, std::string_view is_nan,
                                  const query::Comparison& comparison) {
  if (!IsOrdering(comparison.comparator)) return BadComparator(comparison, "a metric", "= != > >= < <=");
  const auto& literal = comparison.values.front();
  if (literal.kind != Literal::Kind::Number) return ExpectedNumber(literal, "metric");
  const std::string nan(is_nan);
  const auto compared =
      std::string(column) + " " + NameOf(comparison.comparator) + " " + sentence.Bind(literal.number);
  if (comparison.comparator == Comparator::NotEqual) return "(" + nan + " OR " + compared + ")";
  return "(NOT (" + nan + ") AND " + compared + ")";
}

Result<> RefuseFunction(const query::Identifier& name) {
  if (name.function.empty()) return {};
  return query::Refused(name.position,
                        "a function such as " + name.function + "() is taken of a run's metric alone");
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
