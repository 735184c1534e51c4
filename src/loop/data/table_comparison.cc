#include "loop/data/table_comparison.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <memory>
#include <optional>

#include "ground/os/pool.h"
#include "ground/tables/source.h"
#include "ground/vocabulary/text.h"
#include "loop/data/comparing/column_reader.h"
#include "loop/data/comparing/column_report.h"
#include "loop/profile/personal_columns.h"

namespace cairn::data {
namespace {

/// A table that columns are read from one at a time: Parquet as it lies, other forms copied into the engine,
/// which would parse them again for each column.
class Readable {
 public:
  static Result<std::unique_ptr<Readable>> Open(tables::Engine& engine, const ComparedTable& table) {
    const auto source = CAIRN_TRY(table.files.size() == 1 ? tables::Source::Open(table.files.front())
                                                          : tables::Source::Open(table.files));
    std::unique_ptr<Readable> readable(new Readable(engine));
    readable->relation_ = source.Relation();
    if (source.format() != tables::Format::Parquet) {
      static std::atomic<std::int64_t> number = 0;
      readable->copy_ = "compared_" + std::to_string(++number);
      CAIRN_TRY(engine.Query("CREATE TABLE " + readable->copy_ + " AS SELECT * FROM " + readable->relation_));
      readable->relation_ = readable->copy_;
    }
    readable->rows_ = CAIRN_TRY(engine.Query("SELECT count(*) FROM " + readable->relation_))[0].Int(0);
    const auto head = CAIRN_TRY(engine.Query("SELECT * FROM " + readable->relation_ + " LIMIT 0"));
    for (const auto& column : head.columns()) readable->fields_.push_back({column.name(), column.type(), ""});
    return readable;
  }
  ~Readable() {
    // What is left behind without this is memory only, and ends with the engine.
    if (!copy_.empty()) (void)engine_.Query("DROP TABLE IF EXISTS " + copy_);
  }

  const std::string& relation() const { return relation_; }
  std::int64_t rows() const { return rows_; }
  const std::vector<tables::Field>& fields() const { return fields_; }
  const tables::Field* Find(std::string_view name) const {
    const auto found = std::ranges::find(fields_, name, &tables::Field::name);
    return found == fields_.end() ? nullptr : &*found;
  }

 private:
  explicit Readable(tables::Engine& engine) : engine_(engine) {}
  tables::Engine& engine_;
  std::string relation_, copy_;
  std::int64_t rows_ = 0;
  std::vector<tables::Field> fields_;
};

/// A column that both sides have, with its type on either.
struct Shared {
  std::string name;
  tables::Type reference, current;
};

/// Sorts the columns into those to compare, new and missing ones, and those left out.
Result<std::vector<Shared>> Choose(const Readable& reference, const Readable& current,
                                   const std::vector<std::string>& wanted, ReportFrame& frame) {
  std::vector<std::string_view> names;
  for (const auto* side : {&reference, &current})
    for (const auto& field : side->fields()) names.push_back(field.name);
  for (const auto& name : wanted) {
    if (std::ranges::find(names, name) == names.end())
      return Error{Reason::Unprocessable,
                   "neither table has a column '" + name + "'." + Suggestion(name, names)};
  }
  const auto meant = [&](const std::string& name) {
    return wanted.empty() || std::ranges::find(wanted, name) != wanted.end();
  };
  std::vector<Shared> shared;
  for (const auto& field : current.fields()) {
    if (!meant(field.name)) continue;
    const auto* before = reference.Find(field.name);
    if (before == nullptr) {
      frame.new_columns.push_back(field.name);
    } else if (field.type == tables::Type::Time && before->type == tables::Type::Time) {
      frame.left_out.Push(Json{{"column", field.name}, {"why", "times move on by themselves"}});
    } else {
      shared.push_back({field.name, before->type, field.type});
    }
  }
  for (const auto& field : reference.fields()) {
    if (meant(field.name) && current.Find(field.name) == nullptr) frame.missing_columns.push_back(field.name);
  }
  return shared;
}

bool IsNumeric(tables::Type type) { return type == tables::Type::Int || type == tables::Type::Double; }

/// Whether a column has become something else. A side without any value fits everything.
Result<bool> ChangedType(tables::Engine& engine, const Readable& reference, const Readable& current,
                         const Shared& column) {
  const bool alike =
      column.reference == column.current || (IsNumeric(column.reference) && IsNumeric(column.current));
  if (alike) return false;
  for (const auto* side : {&reference, &current}) {
    const auto values = CAIRN_TRY(
        engine.Query("SELECT count(" + tables::Identifier(column.name) + ") FROM " + side->relation()));
    if (values[0].Int(0) == 0) return false;
  }
  return true;
}

/// Which of the shared columns point at persons on either side.
Result<profile::PersonalColumns> PersonalOf(tables::Engine& engine, const Readable& reference,
                                            const Readable& current, const std::vector<Shared>& shared) {
  profile::PersonalColumns personal;
  for (const auto* side : {&reference, &current}) {
    std::vector<tables::Field> fields;
    for (const Shared& column : shared) fields.push_back(*side->Find(column.name));
    personal.merge(CAIRN_TRY(profile::FindPersonal(engine, side->relation(), fields)));
  }
  return personal;
}

LookedAt Changed(const Shared& column) {
  LookedAt looked;
  looked.drift.column = column.name;
  looked.drift.score = std::numeric_limits<double>::quiet_NaN();
  looked.drift.drifted = true;
  looked.drift.sentence = std::string("was ") + tables::NameOf(column.reference) + " and is " +
                          tables::NameOf(column.current) + " now";
  looked.type = IsNumeric(column.current) ? "number" : "category";
  return looked;
}

}  // namespace

Result<Json> CompareTables(tables::Engine& engine, const ComparedTable& reference,
                           const ComparedTable& current, const ComparisonSettings& settings) {
  const unsigned threads = settings.threads > 0 ? settings.threads : os::Processors();
  std::optional<Result<std::unique_ptr<Readable>>> sides[2];
  os::ForEachIndex(2, threads, [&](std::size_t side) {
    sides[side] = Readable::Open(engine, side == 0 ? reference : current);
  });
  const auto before = CAIRN_TRY(*std::move(sides[0])), after = CAIRN_TRY(*std::move(sides[1]));
  ReportFrame frame{reference.name, current.name, before->rows(), after->rows()};
  const auto shared = CAIRN_TRY(Choose(*before, *after, settings.columns, frame));
  const ColumnReader reader(engine, {before->relation(), before->rows()}, {after->relation(), after->rows()},
                            settings.policy.kind);
  const auto personal = CAIRN_TRY(PersonalOf(engine, *before, *after, shared));
  std::vector<LookedAt> looked(shared.size());
  std::vector<Result<Done>> ended(shared.size());
  os::ForEachIndex(shared.size(), threads, [&](std::size_t i) {
    ended[i] = [&]() -> Result<> {
      if (CAIRN_TRY(ChangedType(engine, *before, *after, shared[i]))) {
        looked[i] = Changed(shared[i]);
        return Done{};
      }
      const auto column = CAIRN_TRY(reader.Read(shared[i].name, shared[i].reference, shared[i].current));
      looked[i] = LookAt(settings.policy, column);
      looked[i].personal = personal.contains(shared[i].name);
      return Done{};
    }();
  });
  for (const auto& end : ended) CAIRN_TRY(Result<Done>(end));
  return ReportOf(settings.policy, frame, std::move(looked));
}

}  // namespace cairn::data
