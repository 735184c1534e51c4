#include "loop/profile/profile.h"

#include <algorithm>

#include "ground/tables/source.h"
#include "loop/profile/file/profile_file.h"
#include "loop/profile/report/outlining.h"
#include "loop/profile/report/report.h"
#include "loop/profile/table/selection.h"
#include "loop/profile/table/table.h"

namespace cairn::profile {
namespace {

/// Texts stay texts (007 is no 7); all other types are found out, so that what breaks the contract is seen as
/// it is.
tables::ReadOptions OptionsFor(const contract::Contract& contract) {
  tables::ReadOptions options;
  for (const contract::ColumnRule& rule : contract.columns) {
    if (rule.type == contract::ColumnType::String) options.types.emplace(rule.name, tables::Type::Text);
  }
  return options;
}

Result<tables::Source> OpenFiles(tables::Engine& engine, const std::vector<std::string>& files,
                                 const contract::Contract& contract) {
  const auto plain = CAIRN_TRY(tables::Source::Open(files));
  tables::ReadOptions options = OptionsFor(contract);
  if (options.types.empty() || plain.format() != tables::Format::Csv) return plain;
  // The engine refuses a type for a column that is not there.
  const auto fields = CAIRN_TRY(engine.Sniff(plain));
  std::erase_if(options.types, [&](const auto& entry) {
    return std::none_of(fields.begin(), fields.end(),
                        [&](const tables::Field& field) { return field.name == entry.first; });
  });
  return tables::Source::Open(files, options);
}

}  // namespace

struct TableProfile::State {
  Table table;
  std::string target;
};

TableProfile::TableProfile(std::unique_ptr<State> state) : state_(std::move(state)) {}
TableProfile::TableProfile(TableProfile&&) noexcept = default;
TableProfile& TableProfile::operator=(TableProfile&&) noexcept = default;
TableProfile::~TableProfile() = default;

Result<TableProfile> TableProfile::Of(tables::Engine& engine, const std::vector<std::string>& files,
                                      const Subject& subject, const Options& options) {
  const auto source = CAIRN_TRY(OpenFiles(engine, files, subject.contract));
  auto fields = CAIRN_TRY(engine.Sniff(source));
  const std::string sql = "SELECT " + Selection(fields) + " FROM " + source.Relation();
  auto state = std::make_unique<State>();
  Crew crew(options.threads == 0 ? os::Processors() : options.threads);
  state->table = Table(fields, subject.target, options);
  state->target = state->table.target ? subject.target : "";
  Intake intake(state->table, crew);
  CAIRN_TRY(engine.ScanAhead(
      sql,
      [&](const tables::Chunk& chunk) -> Result<> {
        intake.Take(chunk);
        return Done{};
      },
      [&] { intake.End(); }, {.stop = options.stop}));
  return TableProfile(std::move(state));
}

Result<> TableProfile::Merge(TableProfile next) { return state_->table.Merge(next.state_->table); }

Json TableProfile::Report(const Subject& subject) {
  Subject told = subject;
  told.target = state_->target;
  return ReportOf(state_->table, told, 0);
}

profile::Outline TableProfile::Outline() { return OutlineOf(state_->table); }

std::string TableProfile::Bytes() { return WriteTable(state_->table); }

Result<TableProfile> TableProfile::FromBytes(std::string_view bytes) {
  auto state = std::make_unique<State>();
  state->table = CAIRN_TRY(ReadTable(bytes));
  if (state->table.target) state->target = state->table.target_column()->name();
  return TableProfile(std::move(state));
}

std::string TableProfile::target() const { return state_->target; }

Result<Json> Profile(tables::Engine& engine, const std::vector<std::string>& files, const Subject& subject,
                     const Options& options) {
  auto profile = CAIRN_TRY(TableProfile::Of(engine, files, subject, options));
  return profile.Report(subject);
}

}  // namespace cairn::profile
