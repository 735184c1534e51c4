#include "loop/contract/queries/sandbox.h"

#include <algorithm>
#include <array>

#include "ground/os/files.h"
#include "ground/tables/source.h"
#include "loop/contract/queries/queries.h"
#include "loop/contract/scan/layout.h"

namespace cairn::contract {
namespace {

constexpr std::array<std::string_view, 4> kTableWords = {"object", "table", "model", "schema"};
constexpr std::array<std::string_view, 3> kColumnWords = {"property", "column", "field"};
constexpr std::string_view kUnnamed = "data";

/// A CSV column's text in the column's own type, null where it does not convert.
std::string Typed(const std::string& name, const ColumnRule* rule) {
  const std::string column = tables::Identifier(name);
  const auto as = [&](std::string_view type) {
    return "TRY_CAST(" + column + " AS " + std::string(type) + ")";
  };
  if (!rule || !rule->format.empty()) return column;
  switch (rule->type) {
    case ColumnType::Integer:
      return as("BIGINT");
    case ColumnType::Number:
      return as("DOUBLE");
    case ColumnType::Boolean:
      return as("BOOLEAN");
    case ColumnType::Timestamp:
      return as("TIMESTAMP");
    case ColumnType::Date:
      return as("DATE");
    case ColumnType::Time:
      return as("TIME");
    case ColumnType::Any:
    case ColumnType::String:
    case ColumnType::Array:
    case ColumnType::Object:
      break;
  }
  return column;
}

/// The files by the paths under which the engine is allowed to read them.
Result<std::vector<std::string>> RealPaths(const std::vector<std::string>& files) {
  std::vector<std::string> real;
  const auto source = CAIRN_TRY(OpenFiles(files, {}));
  for (const auto& path : source.paths()) real.push_back(CAIRN_TRY(os::RealPath(path)));
  return real;
}

/// `{word}` or `${word}` at the front of `text`, alone or in quotes: how long it is, and the word.
std::pair<std::size_t, std::string_view> PlaceholderAt(std::string_view text) {
  std::size_t at = 0;
  const char quote = !text.empty() && (text[0] == '"' || text[0] == '`') ? text[0] : '\0';
  if (quote) ++at;
  if (at < text.size() && text[at] == '$') ++at;
  if (at >= text.size() || text[at] != '{') return {0, {}};
  const auto end = text.find('}', at);
  if (end == std::string_view::npos) return {0, {}};
  const auto word = text.substr(at + 1, end - at - 1);
  at = end + 1;
  if (quote) {
    if (at >= text.size() || text[at] != quote) return {0, {}};
    ++at;
  }
  return {at, word};
}

template <std::size_t size>
bool Among(const std::array<std::string_view, size>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

Result<std::unique_ptr<Sandbox>> Sandbox::Open(const std::vector<std::string>& files,
                                               const Contract& contract, const Conditions& conditions) {
  tables::Engine::Options options;
  options.threads = 0;
  options.folders = std::vector<std::string>{};
  const auto own = CAIRN_TRY(RealPaths(files));
  options.files = own;
  std::vector<std::pair<std::string, std::string>> others;
  const auto allow = [&](const std::string& name) -> Result<> {
    Other other;
    other.table = name;
    for (auto& path : CAIRN_TRY(RealPaths(CAIRN_TRY(FilesOf(other, contract, conditions))))) {
      options.files.push_back(path);
      others.emplace_back(name, std::move(path));
    }
    return Done{};
  };
  // A table that is not there troubles only the rules that name it.
  for (const auto& [name, file] : conditions.tables) (void)allow(name);
  for (const auto& [name, place] : contract.places)
    if (!conditions.tables.count(name) && name != contract.table) (void)allow(name);
  tables::Limits limits;
  limits.stop = conditions.stop;
  limits.time = conditions.query_time;
  limits.only_reads = true;
  std::unique_ptr<Sandbox> sandbox(
      new Sandbox(CAIRN_TRY(tables::Engine::Open(options)),
                  contract.table.empty() ? std::string(kUnnamed) : contract.table, limits));
  CAIRN_TRY(sandbox->AddTable(own, contract));
  sandbox->AddOthers(others);
  return sandbox;
}

Result<> Sandbox::AddTable(const std::vector<std::string>& files, const Contract& contract) {
  tables::ReadOptions options;
  options.all_text = true;
  const auto source = CAIRN_TRY(tables::Source::Open(files, options));
  std::string columns = "*";
  if (source.format() == tables::Format::Csv) {
    columns.clear();
    for (const auto& field : CAIRN_TRY(engine_->Sniff(source)))
      columns += (columns.empty() ? "" : ", ") + Typed(field.name, contract.Find(field.name)) + " AS " +
                 tables::Identifier(field.name);
  }
  CAIRN_TRY(engine_->Query("CREATE VIEW " + view() + " AS SELECT " + columns + " FROM " + source.Relation()));
  return Done{};
}

void Sandbox::AddOthers(const std::vector<std::pair<std::string, std::string>>& others) {
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < others.size(); ++i) {
    paths.push_back(others[i].second);
    if (i + 1 < others.size() && others[i + 1].first == others[i].first) continue;
    if (const auto source = tables::Source::Open(paths); source && others[i].first != table_)
      (void)engine_->Query("CREATE VIEW " + tables::Identifier(others[i].first) + " AS SELECT * FROM " +
                           source->Relation());
    paths.clear();
  }
}

Result<> Sandbox::Scan(const std::string& select, const std::function<Result<>(const tables::Chunk&)>& take) {
  return engine_->Scan(select, take, {}, limits_);
}

std::string Sandbox::view() const { return tables::Identifier(table_); }

std::string Sandbox::Filled(std::string_view query, std::string_view column) const {
  std::string filled;
  for (std::size_t at = 0; at < query.size();) {
    const auto [length, word] = PlaceholderAt(query.substr(at));
    const bool table = Among(kTableWords, word), own = !column.empty() && Among(kColumnWords, word);
    if (length > 0 && (table || own)) {
      filled += table ? view() : tables::Identifier(column);
      at += length;
    } else {
      filled += query[at++];
    }
  }
  while (!filled.empty() && (filled.back() == ';' || filled.back() == ' ' || filled.back() == '\n'))
    filled.pop_back();
  return filled;
}

Result<std::string> Sandbox::TextsOf(const std::vector<std::string>& files) {
  tables::ReadOptions options;
  options.all_text = true;
  return CAIRN_TRY(tables::Source::Open(CAIRN_TRY(RealPaths(files)), options)).Relation();
}

}  // namespace cairn::contract
