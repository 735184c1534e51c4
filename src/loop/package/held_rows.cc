#include "loop/package/held_rows.h"

#include <algorithm>

#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"
#include "loop/evaluation/examination.h"

namespace cairn::package {
namespace {

constexpr std::size_t kMostRows = 64;

/// The data set that the configuration binds.
Result<data::Specification> Bound(const Rooms& rooms) {
  const auto accepted = CAIRN_TRY(rooms.configurations.Accepted());
  if (!accepted) return Error{Reason::NotFound, "No configuration has been accepted."};
  const Node root = CAIRN_TRY(ParseYaml(accepted->text, "the accepted cairn.yaml"));
  const std::string dataset = TextAtPath(root, "model.dataset");
  if (!dataset.empty()) return data::FindSpecification(root, dataset);
  return Error{
      Reason::NotFound,
      "The accepted configuration names no data set for the model (model.dataset), and golden vectors "
      "are rows of it."};
}

/// The version of the data set that the model says it was made from ("flights@4"), else the newest.
Result<data::DatasetVersion> DataOf(const Rooms& rooms, const std::string& dataset, const std::string& from) {
  if (from.starts_with(dataset + "@"))
    if (const auto number = ParseInt(from.substr(dataset.size() + 1)))
      if (auto found = rooms.catalogue.Find(dataset, *number)) return found;
  return rooms.catalogue.Find(dataset);
}

Json ValueOf(const tables::Column& column, std::size_t row) {
  if (column.IsNull(row)) return nullptr;
  switch (column.type()) {
    case tables::Type::Bool:
      return column.Bool(row);
    case tables::Type::Int:
      return column.Int(row);
    case tables::Type::Double:
      return column.Double(row);
    case tables::Type::Text:
      return column.Text(row);
    case tables::Type::Time:
      return column.Shown(row);
  }
  return nullptr;
}

/// Stands in a package for a value that its contract keeps back.
Json StandIn(const contract::ColumnRule& rule) {
  if (!rule.allowed.empty()) return rule.allowed.front();
  switch (rule.type) {
    case contract::ColumnType::Integer:
      return rule.min ? Json(static_cast<std::int64_t>(*rule.min)) : Json(0);
    case contract::ColumnType::Number:
      return rule.min ? Json(*rule.min) : Json(0);
    case contract::ColumnType::Boolean:
      return false;
    default:
      return "masked";
  }
}

Result<tables::Table> ReadTable(const Rooms& rooms, const std::vector<std::string>& files,
                                const data::Specification& specification) {
  auto& engine = *CAIRN_TRY(rooms.catalogue.Engine());
  auto rows = evaluation::ReadRows(engine, files, specification, evaluation::Task::Binary, kMostRows);
  if (!rows && rows.error().reason == Reason::Unprocessable)
    rows = evaluation::ReadRows(engine, files, specification, evaluation::Task::Regression, kMostRows);
  if (!rows) return rows.error();
  return std::move((*std::move(rows)).table);
}

}  // namespace

Result<HeldRows> ReadHeldRows(const Rooms& rooms, const Wanted& wanted, const registry::ModelVersion& version,
                              const serving::Offer& offer) {
  const auto specification = CAIRN_TRY(Bound(rooms));
  const auto dataset = CAIRN_TRY(DataOf(rooms, specification.name, version.data));
  const bool sealed = dataset.sealed_rows > 0;
  const auto files =
      sealed ? CAIRN_TRY(rooms.catalogue.OpenSeal(
                   dataset, wanted.actor,
                   "golden vectors of " + wanted.model + " version " + std::to_string(wanted.version)))
             : rooms.catalogue.TrainingParts(dataset);
  const auto table = CAIRN_TRY(ReadTable(rooms, files, specification));
  HeldRows held;
  held.from =
      dataset.dataset + "@" + std::to_string(dataset.version) + (sealed ? ", held back" : ", training");
  held.question.rows = std::min(table.rows(), kMostRows);
  for (const std::string& name : offer.columns) {
    const auto* column = CAIRN_TRY(table.Named(name));
    const auto* rule = specification.contract.Find(name);
    std::vector<Json> values;
    for (std::size_t row = 0; row < held.question.rows; ++row)
      values.push_back(rule && rule->Masked() ? StandIn(*rule) : ValueOf(*column, row));
    held.question.columns.emplace_back(name, std::move(values));
  }
  return held;
}

}  // namespace cairn::package
