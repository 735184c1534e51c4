#include "loop/profile/profile.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "ground/tables/source.h"
#include "loop/profile/column/association.h"
#include "loop/profile/column/column.h"
#include "loop/profile/column/warning.h"

namespace cairn::profile {
namespace {

constexpr std::int64_t kGroupBytes = 512 << 20;
/// What a value costs while its column is in memory, copies that are sorted included.
constexpr std::int64_t kValueBytes = 24;

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

/// Reads columns of one source, a group at a time.
class Reader {
 public:
  Reader(tables::Engine& engine, const tables::Source& source)
      : engine_(engine), relation_(source.Relation()) {}

  Result<std::vector<ProfiledColumn>> Read(std::span<const tables::Field> fields) {
    std::vector<ProfiledColumn> columns;
    std::string list;
    for (const auto& field : fields) {
      columns.emplace_back(field);
      list += (list.empty() ? "" : ", ") + tables::Identifier(field.name);
    }
    CAIRN_TRY(
        engine_.Scan("SELECT " + list + " FROM " + relation_, [&](const tables::Chunk& chunk) -> Result<> {
          for (std::size_t i = 0; i < columns.size(); ++i) columns[i].Take(chunk, i);
          return Done{};
        }));
    return columns;
  }

  Result<std::int64_t> Count(const std::string& what) {
    return CAIRN_TRY(engine_.Query("SELECT count(*) FROM (SELECT " + what + " FROM " + relation_ + ")"))[0]
        .Int(0);
  }

 private:
  tables::Engine& engine_;
  std::string relation_;
};

Json ClassesOf(const comparison::CategoryCounts& classes, std::int64_t rows) {
  Json list = Json::Array();
  for (const auto& [value, count] : classes) {
    list.Push(
        Json{{"value", value},
             {"rows", count},
             {"share", static_cast<double>(count) / static_cast<double>(std::max<std::int64_t>(rows, 1))}});
  }
  return list;
}

/// Collects the report column by column.
class Report {
 public:
  Report(const Subject& subject, const ProfiledColumn* target) : subject_(subject) {
    if (target) target_.emplace(*target);
  }

  void Add(const ProfiledColumn& column) {
    std::optional<Association> association;
    if (target_ && column.name != subject_.target) association = target_->With(column);
    Json figures = FiguresOf(column);
    figures.Set("association", association ? association->ToJson() : Json());
    columns_.Push(std::move(figures));
    reference_.Set(column.name, ReferenceOf(column));
    missing_ += column.missing;
    for (auto& warning : WarningsOf(column, subject_.contract.Find(column.name), association))
      warnings_.push_back(std::move(warning));
  }

  Json Finish(std::int64_t rows, std::int64_t duplicates, const comparison::CategoryCounts& classes) {
    for (auto& warning : WarningsOf(rows, duplicates, classes, subject_.target))
      warnings_.push_back(std::move(warning));
    // What makes a model worthless comes first.
    std::stable_partition(warnings_.begin(), warnings_.end(),
                          [](const Warning& warning) { return warning.kind == "leak"; });
    Json warnings = Json::Array();
    for (const auto& warning : warnings_) warnings.Push(warning.ToJson());
    return Json{{"format", 1},
                {"dataset", subject_.dataset},
                {"target", target_ ? subject_.target : ""},
                {"table", Json{{"rows", rows},
                               {"columns", columns_.items().size()},
                               {"duplicate_rows", duplicates},
                               {"missing_cells", missing_},
                               {"classes", ClassesOf(classes, rows)}}},
                {"columns", std::move(columns_)},
                {"warnings", std::move(warnings)},
                {"reference", std::move(reference_)}};
  }

 private:
  const Subject& subject_;
  std::optional<Target> target_;
  std::vector<Warning> warnings_;
  Json columns_ = Json::Array(), reference_ = Json::Object();
  std::int64_t missing_ = 0;
};

}  // namespace

Result<Json> Profile(tables::Engine& engine, const std::vector<std::string>& files, const Subject& subject) {
  const auto source = CAIRN_TRY(OpenFiles(engine, files, subject.contract));
  const auto fields = CAIRN_TRY(engine.Sniff(source));
  Reader reader(engine, source);
  const std::int64_t rows = CAIRN_TRY(reader.Count("1"));
  const std::int64_t duplicates = rows - CAIRN_TRY(reader.Count("DISTINCT *"));
  const auto target_field = std::find_if(fields.begin(), fields.end(),
                                         [&](const auto& field) { return field.name == subject.target; });
  std::vector<ProfiledColumn> target;
  if (target_field != fields.end()) target = CAIRN_TRY(reader.Read({&*target_field, 1}));
  Report report(subject, target.empty() ? nullptr : &target.front());
  const auto group = static_cast<std::size_t>(
      std::max<std::int64_t>(1, kGroupBytes / (kValueBytes * std::max<std::int64_t>(rows, 1))));
  for (std::size_t first = 0; first < fields.size(); first += group) {
    const std::span<const tables::Field> part(fields.data() + first, std::min(group, fields.size() - first));
    for (const ProfiledColumn& column : CAIRN_TRY(reader.Read(part))) report.Add(column);
  }
  comparison::CategoryCounts classes;
  if (!target.empty() && target.front().Distinct() <= static_cast<std::int64_t>(kFewValues))
    classes = target.front().Counts(kFewValues);
  return report.Finish(rows, duplicates, classes);
}

}  // namespace cairn::profile
