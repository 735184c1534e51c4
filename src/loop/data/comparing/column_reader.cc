#include "loop/data/comparing/column_reader.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "ground/tables/source.h"
#include "ground/vocabulary/text.h"

namespace cairn::data {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
/// Evidently takes whole numbers of so many values for categories.
constexpr std::size_t kWholeCategories = 10;

bool IsNumeric(tables::Type type) { return type == tables::Type::Int || type == tables::Type::Double; }

/// Whether there are no more distinct values than `most`; stops as soon as there are.
bool FewValues(const std::vector<double>& values, std::size_t most) {
  std::set<double> seen;
  double last = kNan;
  for (const double value : values) {
    if (value == last || !std::isfinite(value)) continue;
    last = value;
    if (seen.insert(value).second && seen.size() > most) return false;
  }
  return true;
}

}  // namespace

Result<ComparedColumn> ColumnReader::Read(const std::string& name, tables::Type reference,
                                          tables::Type current) const {
  if (IsNumeric(current) || (IsNumeric(reference) && current == tables::Type::Text))
    return ReadNumbers(name, reference, current);
  return ReadTexts(name);
}

Result<std::vector<double>> ColumnReader::Numbers(const Side& side, const std::string& name) const {
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(side.rows));
  CAIRN_TRY(engine_.Scan("SELECT " + tables::Identifier(name) + " FROM " + side.relation,
                         [&](const tables::Chunk& chunk) -> Result<> {
                           if (!IsNumeric(chunk.fields()[0].type)) {  // A column without any value.
                             values.resize(values.size() + chunk.rows(), kNan);
                             return Done{};
                           }
                           const auto read = chunk.Doubles(0);
                           values.insert(values.end(), read.begin(), read.end());
                           if (chunk.Validity(0).empty()) return Done{};
                           const std::size_t first = values.size() - read.size();
                           for (std::size_t row = 0; row < read.size(); ++row) {
                             if (chunk.IsNull(0, row)) values[first + row] = kNan;
                           }
                           return Done{};
                         }));
  return values;
}

Result<ColumnReader::Grouped> ColumnReader::Group(const Side& side, const std::string& name) const {
  Grouped grouped;
  const std::string column = tables::Identifier(name);
  CAIRN_TRY(
      engine_.Scan("SELECT " + column + "::VARCHAR, count(*) FROM " + side.relation + " GROUP BY " + column,
                   [&](const tables::Chunk& chunk) -> Result<> {
                     const auto rows = chunk.Ints(1);
                     for (std::size_t row = 0; row < chunk.rows(); ++row) {
                       if (chunk.IsNull(0, row)) {
                         grouped.missing += rows[row];
                         continue;
                       }
                       grouped.groups[std::string(chunk.Text(0, row))] += rows[row];
                       grouped.rows += rows[row];
                     }
                     return Done{};
                   }));
  return grouped;
}

Result<std::vector<std::int32_t>> ColumnReader::Codes(
    const Side& side, const std::string& name,
    const std::unordered_map<std::string, std::int32_t>& bins) const {
  std::vector<std::int32_t> codes;
  CAIRN_TRY(engine_.Scan("SELECT " + tables::Identifier(name) + "::VARCHAR FROM " + side.relation,
                         [&](const tables::Chunk& chunk) -> Result<> {
                           for (std::size_t row = 0; row < chunk.rows(); ++row) {
                             if (chunk.IsNull(0, row)) {
                               codes.push_back(-1);
                               continue;
                             }
                             const auto found = bins.find(std::string(chunk.Text(0, row)));
                             codes.push_back(found == bins.end() ? -1 : found->second);
                           }
                           return Done{};
                         }));
  return codes;
}

Result<ComparedColumn> ColumnReader::ReadNumbers(const std::string& name, tables::Type reference,
                                                 tables::Type current) const {
  std::vector<double> before = CAIRN_TRY(Numbers(reference_, name)),
                      after = CAIRN_TRY(Numbers(current_, name));
  const bool chunks = policy_ == comparison::Policy::Kind::Nannyml;
  comparison::NumberColumn column;
  column.name = name;
  const bool few = policy_ == comparison::Policy::Kind::Evidently && current == tables::Type::Int &&
                   FewValues(after, kWholeCategories);
  if (chunks) column.reference_rows = before, column.current_rows = after;
  column.reference = comparison::Sample(std::move(before));
  column.current = comparison::Sample(std::move(after));
  column.missing = {column.reference.dropped(), column.current.dropped()};
  // As pandas reads them: whole numbers with gaps are no longer whole.
  const bool whole = reference == tables::Type::Int && current == tables::Type::Int;
  const bool gaps = column.missing.reference + column.missing.current > 0;
  column.kind = whole && !gaps ? comparison::NumberKind::Whole : comparison::NumberKind::Real;
  if (!few || column.missing.current > 0 || column.reference.empty() || column.current.empty())
    return ComparedColumn(std::move(column));
  comparison::CategoryColumn categories{
      name, {}, CAIRN_TRY(comparison::CountPerValue(column.reference, column.current)), column.missing};
  std::vector<double> values;
  std::ranges::set_union(column.reference.sorted(), column.current.sorted(), std::back_inserter(values));
  values.erase(std::unique(values.begin(), values.end()), values.end());
  for (const double value : values) categories.labels.push_back(ShortestText(value));
  return ComparedColumn(std::move(categories));
}

Result<ComparedColumn> ColumnReader::ReadTexts(const std::string& name) const {
  const Grouped before = CAIRN_TRY(Group(reference_, name)), after = CAIRN_TRY(Group(current_, name));
  const comparison::MissingRows missing{before.missing, after.missing};
  const bool chunks = policy_ == comparison::Policy::Kind::Nannyml;
  const bool categories = chunks || policy_ == comparison::Policy::Kind::Tfdv;
  if (!categories && 2 * static_cast<std::int64_t>(after.groups.size()) > after.rows && after.rows > 0) {
    comparison::TextColumn texts{name, {}, {}, missing};
    for (const auto& [text, rows] : before.groups) texts.reference.Add(text, rows);
    for (const auto& [text, rows] : after.groups) texts.current.Add(text, rows);
    return ComparedColumn(std::move(texts));
  }
  comparison::CategoryColumn column{name, {}, {}, missing};
  std::set<std::string_view> labels;
  for (const auto& [text, rows] : before.groups) labels.insert(text);
  for (const auto& [text, rows] : after.groups) labels.insert(text);
  std::unordered_map<std::string, std::int32_t> bins;
  for (const std::string_view label : labels) {
    const std::string key(label);
    const auto in = [&key](const Groups& groups) {
      const auto found = groups.find(key);
      return found == groups.end() ? std::int64_t{0} : found->second;
    };
    if (chunks) bins.emplace(key, static_cast<std::int32_t>(column.labels.size()));
    column.counts.reference.push_back(in(before.groups));
    column.counts.current.push_back(in(after.groups));
    column.labels.push_back(key);
  }
  if (chunks) {
    column.reference_rows = CAIRN_TRY(Codes(reference_, name, bins));
    column.current_rows = CAIRN_TRY(Codes(current_, name, bins));
  }
  return ComparedColumn(std::move(column));
}

}  // namespace cairn::data
