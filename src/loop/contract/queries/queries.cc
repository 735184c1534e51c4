#include "loop/contract/queries/queries.h"

#include <algorithm>

#include "ground/os/files.h"
#include "ground/tables/source.h"
#include "ground/vocabulary/text.h"
#include "loop/contract/queries/likeness.h"

namespace cairn::contract {
namespace {

constexpr std::size_t kMostExamples = 20;
constexpr std::size_t kMostShownColumns = 6;

/// One value of a result as text; numbers and times as they are shown elsewhere.
std::string ShownAt(const tables::Chunk& chunk, std::size_t column, std::size_t row) {
  if (chunk.IsNull(column, row)) return "(missing)";
  switch (chunk.fields()[column].type) {
    case tables::Type::Bool:
      return chunk.Bools(column)[row] ? "true" : "false";
    case tables::Type::Int:
      return std::to_string(chunk.Ints(column)[row]);
    case tables::Type::Double:
      return ShortestText(chunk.Doubles(column)[row]);
    case tables::Type::Time:
      return FormatUtc(chunk.Times(column)[row]);
    case tables::Type::Text:
      return std::string(chunk.Text(column, row));
  }
  return "";
}

std::string ShownRow(const tables::Chunk& chunk, std::size_t row) {
  std::vector<std::string> parts;
  for (std::size_t column = 0; column < std::min(kMostShownColumns, chunk.fields().size()); ++column)
    parts.push_back(chunk.fields()[column].name + "=" + ShownAt(chunk, column, row));
  return Join(parts, ", ");
}

/// The columns that an SQL text speaks of; the first few where it names none.
std::string ColumnsIn(std::string_view sql, const Contract& contract) {
  std::string list;
  std::size_t count = 0;
  for (const bool named : {true, false}) {
    for (const ColumnRule& column : contract.columns) {
      if (count >= kMostShownColumns || (named && sql.find(column.name) == std::string_view::npos)) continue;
      list += (list.empty() ? "" : ", ") + tables::Identifier(column.name);
      ++count;
    }
    if (count > 0) break;
  }
  return list.empty() ? "*" : list;
}

bool AnyMasked(const Contract& contract) {
  return std::any_of(contract.columns.begin(), contract.columns.end(),
                     [](const ColumnRule& column) { return column.Masked(); });
}

/// A key column's text as a value that compares with the other table's.
std::string Comparable(const std::string& expression, const ColumnRule* rule) {
  const ColumnType type = rule ? rule->type : ColumnType::String;
  if (type == ColumnType::Integer || type == ColumnType::Number)
    return "TRY_CAST(" + expression + " AS DOUBLE)";
  if (type == ColumnType::Timestamp) return "TRY_CAST(" + expression + " AS TIMESTAMP)";
  if (type == ColumnType::Date) return "TRY_CAST(" + expression + " AS DATE)";
  return "CAST(" + expression + " AS VARCHAR)";
}

}  // namespace

Result<std::vector<std::string>> FilesOf(const Other& other, const Contract& contract,
                                         const Conditions& conditions) {
  if (!other.dataset.empty()) {
    if (conditions.dataset) return conditions.dataset(other.dataset);
    return Error{Reason::NotFound,
                 "data set '" + other.dataset + "' is known to a store only, and this check has none"};
  }
  std::string place = other.file;
  if (!other.table.empty()) {
    if (const auto given = conditions.tables.find(other.table); given != conditions.tables.end())
      return std::vector{given->second};
    const auto placed = contract.places.find(other.table);
    if (placed == contract.places.end())
      return Error{Reason::NotFound, "where the table '" + other.table + "' lies is not known: say --table " +
                                         other.table + "=FILE"};
    place = placed->second;
  }
  const std::string folder = CAIRN_TRY(os::RealPath(conditions.folder.empty() ? "." : conditions.folder));
  const auto paths = CAIRN_TRY(OpenFiles({os::JoinPath(folder, place)}, {})).paths();
  for (const auto& path : paths) {
    if (!CAIRN_TRY(os::RealPath(path)).starts_with(folder + "/"))
      return Error{Reason::Denied, "'" + place + "' lies outside of the folder that this contract may read"};
  }
  return paths;
}

Queries::Queries(tables::Engine& engine, const std::vector<std::string>& files, const Contract& contract,
                 const Conditions& conditions)
    : engine_(engine), files_(files), contract_(contract), conditions_(conditions) {}

Result<Sandbox*> Queries::TheSandbox() {
  if (!sandbox_) sandbox_ = CAIRN_TRY(Sandbox::Open(files_, contract_, conditions_));
  return sandbox_.get();
}

Result<Reply> Queries::Ask(const Rule& rule) {
  if (const auto* value = std::get_if<QueryValue>(&rule.test)) return AskValue(*value, rule);
  if (const auto* rows = std::get_if<QueryRows>(&rule.test)) return AskRows(*rows, rule);
  if (const auto* condition = std::get_if<Condition>(&rule.test)) return AskCondition(*condition);
  if (const auto* other = std::get_if<InOther>(&rule.test)) return AskOther(*other);
  if (const auto* like = std::get_if<LikeOther>(&rule.test)) return AskLikeness(*like, rule);
  return Error{Reason::InvalidArgument, "it is not about such a column"};
}

Result<Reply> Queries::AskValue(const QueryValue& test, const Rule& rule) {
  Sandbox& sandbox = *CAIRN_TRY(TheSandbox());
  Reply reply;
  std::size_t rows = 0;
  std::string found;
  CAIRN_TRY(
      sandbox.Scan(sandbox.Filled(test.query, rule.column), [&](const tables::Chunk& chunk) -> Result<> {
        rows += chunk.rows();
        if (rows > 1 || chunk.fields().size() != 1)
          return Error{Reason::Unprocessable, "the query gives more than one value, and it must give one"};
        if (chunk.rows() == 0 || chunk.IsNull(0, 0)) return Done{};
        found = ShownAt(chunk, 0, 0);
        const auto type = chunk.fields()[0].type;
        if (type != tables::Type::Text && type != tables::Type::Time)
          reply.finding.figure = chunk.Doubles(0)[0];
        return Done{};
      }));
  if (rows == 0) return Error{Reason::Unprocessable, "the query gives no row, and it must give one value"};
  if (test.text) {
    reply.finding.holds = found == *test.text;
    reply.finding.remark = "it is '" + found + "'";
  } else if (!reply.finding.figure && !found.empty()) {
    return Error{Reason::Unprocessable, "the query gives a text, and a number was expected"};
  }
  return reply;
}

Result<Reply> Queries::RowsOf(const std::string& select, bool masked) {
  Sandbox& sandbox = *CAIRN_TRY(TheSandbox());
  Reply reply;
  reply.masked = masked;
  CAIRN_TRY(sandbox.Scan(select, [&](const tables::Chunk& chunk) -> Result<> {
    for (std::size_t row = 0; row < chunk.rows() && reply.examples.size() < kMostExamples; ++row)
      reply.examples.push_back({ShownRow(chunk, row), 0});
    reply.finding.unexpected += static_cast<std::int64_t>(chunk.rows());
    return Done{};
  }));
  return reply;
}

Result<Reply> Queries::AskRows(const QueryRows& test, const Rule& rule) {
  Sandbox& sandbox = *CAIRN_TRY(TheSandbox());
  // Which columns a query's values come from is not known: with one masked column, none are shown.
  return RowsOf(sandbox.Filled(test.query, rule.column), AnyMasked(contract_));
}

Result<Reply> Queries::AskCondition(const Condition& test) {
  Sandbox& sandbox = *CAIRN_TRY(TheSandbox());
  const std::string sql = sandbox.Filled(test.sql, ""), from = " FROM " + sandbox.view();
  auto reply = CAIRN_TRY(RowsOf("SELECT " + ColumnsIn(sql, contract_) + from + " WHERE NOT (" + sql + "\n)",
                                AnyMasked(contract_)));
  CAIRN_TRY(sandbox.Scan("SELECT count(*)" + from + " WHERE (" + sql + "\n) IS NOT NULL",
                         [&](const tables::Chunk& chunk) -> Result<> {
                           reply.finding.considered = chunk.Ints(0)[0];
                           return Done{};
                         }));
  return reply;
}

Result<Reply> Queries::AskOther(const InOther& test) {
  const auto files = CAIRN_TRY(FilesOf(test.other, contract_, conditions_));
  const std::string other = CAIRN_TRY(Sandbox::TextsOf(files));
  const auto own = CAIRN_TRY(tables::Source::Open(CAIRN_TRY(OpenFiles(files_, {})).paths(), [] {
    tables::ReadOptions options;
    options.all_text = true;
    return options;
  }()));
  std::string shown, there, equal;
  for (std::size_t i = 0; i < test.columns.size(); ++i) {
    const ColumnRule* rule = contract_.Find(test.columns[i]);
    const std::string key = Comparable("d." + tables::Identifier(test.columns[i]), rule);
    const std::string and_then = i == 0 ? "" : " AND ";
    shown += (i == 0 ? "d." : ", d.") + tables::Identifier(test.columns[i]);
    there += and_then + key + " IS NOT NULL";
    equal += and_then + key + " = " + Comparable("o." + tables::Identifier(test.other_columns[i]), rule);
  }
  const std::string from = " FROM " + own.Relation() + " AS d WHERE " + there;
  const std::string exists = "EXISTS (SELECT 1 FROM " + other + " AS o WHERE " + equal + ")";
  tables::Limits limits;
  limits.stop = conditions_.stop;
  Reply reply;
  reply.masked = std::any_of(test.columns.begin(), test.columns.end(), [&](const std::string& name) {
    return contract_.Find(name) && contract_.Find(name)->Masked();
  });
  CAIRN_TRY(engine_.Scan(
      "SELECT " + shown + from + " AND " + (test.disjoint ? "" : "NOT ") + exists,
      [&](const tables::Chunk& chunk) -> Result<> {
        for (std::size_t row = 0; row < chunk.rows() && reply.examples.size() < kMostExamples; ++row)
          reply.examples.push_back({ShownRow(chunk, row), 0});
        reply.finding.unexpected += static_cast<std::int64_t>(chunk.rows());
        return Done{};
      },
      {}, limits));
  reply.finding.considered = CAIRN_TRY(engine_.Query("SELECT count(*)" + from, {}, limits))[0].Int(0);
  return reply;
}

Result<Reply> Queries::AskLikeness(const LikeOther& test, const Rule& rule) {
  Reply reply;
  std::vector<std::string> files;
  if (test.other.counts.IsNull()) files = CAIRN_TRY(FilesOf(test.other, contract_, conditions_));
  reply.finding = CAIRN_TRY(Liken({engine_, files_, files, contract_, rule.column, conditions_.stop}, test));
  return reply;
}

}  // namespace cairn::contract
