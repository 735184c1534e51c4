#include "loop/profile/personal_columns.h"

#include <algorithm>
#include <memory>

#include "ground/os/pool.h"
#include "ground/tables/source.h"
#include "ground/vocabulary/text.h"
#include "loop/profile/column/column.h"
#include "loop/profile/report/personal_data.h"
#include "loop/profile/table/selection.h"

namespace cairn::profile {
namespace {

/// For values that are kept to be asked once each, of all columns and threads.
constexpr std::size_t kMemory = std::size_t{256} << 20;
constexpr std::size_t kLeastMemory = 16 << 10;
/// Neither a telephone nor a payment card has a number below.
constexpr std::string_view kLeastNumber = "1000000";

bool IsNumber(tables::Type type) { return type == tables::Type::Int || type == tables::Type::Double; }

/// Only texts, and numbers that are long enough, can be personal: the others are not read.
Result<std::vector<tables::Field>> Candidates(tables::Engine& engine, const std::string& relation,
                                              const std::vector<tables::Field>& fields) {
  std::vector<std::string> asked;
  for (const auto& field : fields) {
    if (IsNumber(field.type))
      asked.push_back("max(" + tables::Identifier(field.name) + ") >= " + std::string(kLeastNumber));
  }
  std::vector<bool> long_enough;
  if (!asked.empty()) {
    const auto answer = CAIRN_TRY(engine.Query("SELECT " + Join(asked, ", ") + " FROM " + relation));
    for (const auto& column : answer.columns()) long_enough.push_back(!column.IsNull(0) && column.Bool(0));
  }
  std::vector<tables::Field> candidates;
  auto number = long_enough.begin();
  for (const auto& field : fields) {
    if (IsNumber(field.type) ? *number++ : field.type == tables::Type::Text) candidates.push_back(field);
  }
  return candidates;
}

class Reading final : public tables::Visitor {
 public:
  Reading(const std::vector<tables::Field>& fields, std::size_t bytes) {
    for (const auto& field : fields) columns_.emplace_back(field, bytes, INT64_MAX);
  }
  Result<> Take(const tables::Chunk& chunk) override {
    for (std::size_t i = 0; i < columns_.size(); ++i) columns_[i].Take(chunk, i, slice_);
    return Done{};
  }
  std::vector<Column>& columns() { return columns_; }

 private:
  std::vector<Column> columns_;
  Slice slice_;
};

}  // namespace

Result<PersonalColumns> FindPersonal(tables::Engine& engine, const std::string& relation,
                                     const std::vector<tables::Field>& fields) {
  auto candidates = CAIRN_TRY(Candidates(engine, relation, fields));
  PersonalColumns found;
  if (candidates.empty()) return found;
  const std::string select = "SELECT " + Selection(candidates) + " FROM " + relation;
  const std::size_t bytes = std::max(kLeastMemory, kMemory / candidates.size() / os::Processors());
  const auto readings =
      CAIRN_TRY(engine.Visit(select, [&] { return std::make_unique<Reading>(candidates, bytes); }));
  if (readings.empty()) return found;
  auto& columns = dynamic_cast<Reading&>(*readings.front()).columns();
  for (std::size_t i = 1; i < readings.size(); ++i) {
    auto& others = dynamic_cast<Reading&>(*readings[i]).columns();
    for (std::size_t column = 0; column < columns.size(); ++column)
      CAIRN_TRY(columns[column].Merge(others[column]));
  }
  for (Column& column : columns) {
    std::vector<std::string> kinds;
    for (const PersonalData& data : PersonalDataIn(column)) kinds.emplace_back(PluralOf(data.kind));
    if (!kinds.empty()) found.emplace(column.name(), Join(kinds, ", "));
  }
  return found;
}

Result<PersonalColumns> FindPersonal(tables::Engine& engine, const std::vector<std::string>& files) {
  const auto source =
      CAIRN_TRY(files.size() == 1 ? tables::Source::Open(files.front()) : tables::Source::Open(files));
  return FindPersonal(engine, source.Relation(), CAIRN_TRY(engine.Sniff(source)));
}

}  // namespace cairn::profile
