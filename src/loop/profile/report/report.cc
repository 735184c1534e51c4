#include "loop/profile/report/report.h"

#include <algorithm>

#include "ground/vocabulary/text.h"
#include "loop/profile/report/correlations.h"
#include "loop/profile/report/figures.h"
#include "loop/profile/report/missing.h"
#include "loop/profile/report/warnings.h"
#include "loop/profile/values/hash.h"

namespace cairn::profile {
namespace {

/// Classes that are drawn into the pictures of the other columns, at most.
constexpr std::size_t kDrawnClasses = 6;

/// The rows of each class (in the sample) in each bin or top value of a column.
Json ByClass(const Table& table, std::size_t index, const Target& target, const ColumnView& view) {
  if (target.class_names().empty() || target.class_names().size() > kDrawnClasses || view.Masks())
    return Json();
  const SampledColumn column(table, table.columns[index], index);
  const Json& inner = view.figures.At("inner_histogram");
  const auto& edges = (inner.IsObject() ? inner : view.figures.At("histogram")).At("edges").items();
  const auto& top = view.figures.At("top").items();
  const bool by_value = !column.number || (!top.empty() && top.size() <= kDrawnValues);
  const std::size_t bins = by_value ? top.size() : edges.empty() ? 0 : edges.size() - 1;
  std::vector<std::vector<std::int64_t>> counts(target.class_names().size(), std::vector<std::int64_t>(bins));
  std::vector<std::uint64_t> hashes;
  for (const Json& value : top) {
    const auto number = column.number ? ParseDouble(value.Text("value")) : Result<double>(0.0);
    hashes.push_back(column.number ? HashOf(number ? *number : 0.0) : HashOf(value.Text("value")));
  }
  for (std::size_t row = 0; row < column.rows(); ++row) {
    const auto of_class = target.classes()[row];
    if (of_class < 0 || column.IsMissing(row) || bins == 0) continue;
    std::size_t bin = 0;
    if (!by_value) {
      if (column.numbers[row] < edges.front().AsDouble() || column.numbers[row] > edges.back().AsDouble())
        continue;
      const auto above =
          std::upper_bound(edges.begin(), edges.end(), column.numbers[row],
                           [](double value, const Json& edge) { return value < edge.AsDouble(); });
      bin = above == edges.begin()
                ? 0
                : std::min<std::size_t>(static_cast<std::size_t>(above - edges.begin()) - 1, bins - 1);
    } else {
      const auto hash = column.number ? HashOf(column.numbers[row])
                                      : column.levels[static_cast<std::size_t>(column.codes[row])];
      bin = static_cast<std::size_t>(std::find(hashes.begin(), hashes.end(), hash) - hashes.begin());
      if (bin == bins) continue;
    }
    ++counts[static_cast<std::size_t>(of_class)][bin];
  }
  Json lists = Json::Array();
  for (const auto& of_class : counts) lists.Push(ListOf(of_class));
  return lists;
}

Json ClassesOf(const std::vector<std::pair<std::string, std::int64_t>>& classes, std::int64_t rows) {
  Json list = Json::Array();
  for (const auto& [value, count] : classes) {
    list.Push(
        Json{{"value", value},
             {"rows", count},
             {"share", static_cast<double>(count) / static_cast<double>(std::max<std::int64_t>(rows, 1))}});
  }
  return list;
}

/// The target's values with their rows, by name; none when they are many.
std::vector<std::pair<std::string, std::int64_t>> ClassesIn(Table& table) {
  Column* column = table.target_column();
  if (!column || column->Distinct().count > static_cast<std::int64_t>(kFewValues)) return {};
  auto classes = RankedValues(*column, kFewValues);
  std::sort(classes.begin(), classes.end());
  return classes;
}

class Report {
 public:
  Report(Table& table, const Subject& subject, Crew& crew) : table_(table), subject_(subject), crew_(crew) {}

  Json Make() {
    if (table_.target) target_.emplace(table_);
    views_.resize(table_.columns.size());
    RowTally::Findings repeated;
    crew_.ForEach(views_.size() + 1, [&](std::size_t i) {
      if (i == 0)
        repeated = table_.tally.Find();
      else
        DescribeColumn(i - 1);
    });
    const Json correlations = CorrelationsOf(table_, crew_);
    const auto together = MissingTogetherIn(table_);
    const auto classes = ClassesIn(table_);
    Json warnings = WarningList(repeated, classes, together, correlations);
    Json columns = Json::Array();
    std::vector<Json::Member> reference;
    std::int64_t missing = 0;
    for (auto& view : views_) {
      missing += view.column->missing();
      columns.Push(std::move(view.figures));
      reference.emplace_back(view.column->name(), std::move(view.reference));
    }
    const bool masked = table_.target && views_[*table_.target].Masks();
    return Json{{"format", 2},
                {"dataset", subject_.dataset},
                {"target", table_.target ? subject_.target : ""},
                {"basis", Json{{"rows", table_.rows}, {"sample_rows", table_.sample.rows()}}},
                {"table", Json{{"rows", table_.rows},
                               {"columns", columns.items().size()},
                               {"duplicate_rows", repeated.duplicates},
                               {"label_conflicts", repeated.conflicts},
                               {"repeated_exact", repeated.exact},
                               {"duplicate_rows_error", repeated.duplicates_error},
                               {"missing_cells", missing},
                               {"classes", masked ? Json::Array() : ClassesOf(classes, table_.rows)},
                               {"drawn_classes", DrawnClasses(masked)}}},
                {"columns", std::move(columns)},
                {"missing", MissingOf(table_, together)},
                {"correlations", correlations},
                {"warnings", std::move(warnings)},
                {"reference", Json::Object(std::move(reference))}};
  }

 private:
  void DescribeColumn(std::size_t i) {
    ColumnView& view = views_[i];
    Describe(table_.columns[i], view);
    if (target_ && i != table_.target) {
      view.association = target_->With(i);
      view.figures.Set("association", view.association->ToJson());
      view.figures.Set("by_class", ByClass(table_, i, *target_, view));
    } else {
      view.figures.Set("association", Json()).Set("by_class", Json());
    }
  }

  Json DrawnClasses(bool masked) const {
    Json names = Json::Array();
    if (!target_ || masked || target_->class_names().size() > kDrawnClasses) return names;
    for (const auto& name : target_->class_names()) names.Push(name);
    return names;
  }

  Json WarningList(const RowTally::Findings& repeated,
                   const std::vector<std::pair<std::string, std::int64_t>>& classes,
                   const std::vector<MissingTogether>& together, const Json& correlations) {
    std::vector<Warning> warnings;
    for (std::size_t i = 0; i < views_.size(); ++i) {
      const bool asked = table_.target && i != table_.target;
      auto more = WarningsOf(views_[i], subject_.contract.Find(table_.columns[i].name()),
                             asked ? &table_.shifts[i] : nullptr);
      std::move(more.begin(), more.end(), std::back_inserter(warnings));
    }
    TableFacts facts;
    facts.rows = table_.rows, facts.target = table_.target ? subject_.target : "", facts.repeated = repeated;
    facts.classes = classes, facts.correlations = &correlations;
    for (const auto& group : together) {
      auto& names = facts.together.emplace_back();
      for (const auto column : group.columns) names.push_back(table_.columns[column].name());
      facts.together_rows.push_back(group.rows);
    }
    auto more = WarningsOf(facts);
    std::move(more.begin(), more.end(), std::back_inserter(warnings));
    SortByWeight(warnings);
    Json list = Json::Array();
    for (const auto& warning : warnings) list.Push(warning.ToJson());
    return list;
  }

  Table& table_;
  const Subject& subject_;
  Crew& crew_;
  std::optional<Target> target_;
  std::vector<ColumnView> views_;
};

}  // namespace

Json ReportOf(Table& table, const Subject& subject, unsigned threads) {
  Crew crew(threads == 0 ? os::Processors() : threads);
  return Report(table, subject, crew).Make();
}

}  // namespace cairn::profile
