#include "loop/tracking/search/run_source.h"

#include <algorithm>
#include <cmath>

#include "ground/query/query.h"

namespace cairn::tracking {
namespace {

using query::Comparator;

constexpr std::string_view kParentTag = "mlflow.parentRunId";

/// A condition that more runs satisfy is not looked up where the order can be walked: those that are wanted
/// may be the last of all in the order, but hardly so when they are so many.
constexpr std::int64_t kMostLookedUp = 2000;
/// Of more runs than these, a walk that finds what it wants last of all takes too long to be risked.
constexpr std::int64_t kMostWalked = 20'000;
/// Looking one run up takes as long as walking past so many.
constexpr std::int64_t kWalkedForOne = 3;
/// So many experiments are walked side by side at most; more are looked through as one heap.
constexpr std::size_t kMostLanes = 100;

class Chooser {
 public:
  Chooser(sql::Connection& connection, const RunQuestion& question, MatchCounts& counts)
      : connection_(connection), question_(question), counts_(counts) {}

  Result<RunSource> Choose(std::int64_t page) {
    using Kind = RunSource::Kind;
    const auto runs = CAIRN_TRY(RunsOfExperiments());
    const auto enough = Enough(runs, page);
    auto fewest = enough;
    RunSource source;
    for (const auto& part : question_.filter.parts) {
      if (part.kind != query::Condition::Kind::Comparison) continue;
      const auto& comparison = part.comparison;
      if (comparison.name.key == "run_id" && EntityOf(comparison.name.prefix) == Entity::Attribute &&
          (comparison.comparator == query::Comparator::Equal ||
           comparison.comparator == query::Comparator::In))
        return RunSource{};
      const auto matches = CAIRN_TRY(Matches(comparison, fewest));
      if (matches >= fewest) continue;
      fewest = matches;
      source = {Kind::Filter, &comparison};
    }
    if (fewest == enough && enough < runs) source = {Walkable(), nullptr};
    return source;
  }

 private:
  /// So many matches are not looked up. Walking has filled the page after page * runs / matches of the runs,
  /// when the matches are spread evenly.
  std::int64_t Enough(std::int64_t runs, std::int64_t page) const {
    auto enough = std::min(runs, kMostLookedUp + 1);
    if (Walkable() == RunSource::Kind::Runs || runs > kMostWalked) return enough;
    const auto even = std::sqrt(static_cast<double>(runs) * static_cast<double>(page) / kWalkedForOne);
    return even < static_cast<double>(enough) ? static_cast<std::int64_t>(even) : enough;
  }

  /// The order that an index has as well.
  RunSource::Kind Walkable() const {
    using Kind = RunSource::Kind;
    if (question_.search.experiments.size() > kMostLanes) return Kind::Runs;
    if (question_.order.empty()) return Kind::Started;
    const auto& first = question_.order.front();
    if (first.entity == Entity::Attribute) {
      const auto* attribute = AttributeOf(first.term.name.key);
      return attribute->column == "r.start_ms" ? Kind::Started : Kind::Runs;
    }
    const auto figure = FigureOf(first.term.name, first.entity);
    return first.entity == Entity::Metric && figure && figure->latest ? Kind::Numbers : Kind::Runs;
  }

  /// Counted as far as it matters.
  Result<std::int64_t> RunsOfExperiments() {
    const auto& search = question_.search;
    const std::vector<sql::Value> ids(search.experiments.begin(), search.experiments.end());
    Sentence sentence;
    sentence.Add("SELECT COUNT(*) FROM (SELECT 1 AS one FROM run WHERE experiment IN " +
                 sentence.BindList(ids));
    if (search.view != View::All)
      sentence.Add(search.view == View::Active ? " AND deleted = 0" : " AND deleted = 1");
    return Counted(std::move(sentence), kMostWalked + 1);
  }

  /// How many runs satisfy a comparison, `most` for that many and more and for what cannot be counted.
  Result<std::int64_t> Matches(const query::Comparison& comparison, std::int64_t most) {
    Sentence sentence;
    const auto driver = SourceOf(sentence, question_, comparison);
    if (driver.empty()) return most;
    sentence.Add("SELECT COUNT(*) FROM (SELECT 1 AS one FROM " + driver);
    return Counted(std::move(sentence), most);
  }

  Result<std::int64_t> Counted(Sentence sentence, std::int64_t most) {
    const auto what = sentence.Written();
    if (const auto known = counts_.Find(what, most)) return *known;
    sentence.Add(" LIMIT " + sentence.Bind(most) + ") few");
    const auto count = CAIRN_TRY(sentence.Run(connection_)).front().Int(0);
    counts_.Keep(what, most, count);
    return count;
  }

  sql::Connection& connection_;
  const RunQuestion& question_;
  MatchCounts& counts_;
};

}  // namespace

std::string InExperiments(Sentence& sentence, std::string_view column,
                          std::span<const ExperimentId> experiments) {
  if (experiments.size() == 1) return std::string(column) + " = " + sentence.Bind(experiments.front());
  const std::vector<sql::Value> ids(experiments.begin(), experiments.end());
  return std::string(column) + " IN " + sentence.BindList(ids);
}

std::string OfKey(Sentence& sentence, const RunQuestion& question, std::string_view table,
                  const std::string& key) {
  return std::string(table) + ".key = " + sentence.Bind(question.keys.Of(key));
}

std::string SameValue(Sentence& sentence, std::string_view table, const std::string& value) {
  constexpr std::size_t kIndexed = 100;
  const auto bound = sentence.Bind(value);
  const auto column = std::string(table) + ".value";
  const auto same = "substr(" + column + ", 1, 100) = substr(CAST(" + bound + " AS TEXT), 1, 100)";
  return value.size() < kIndexed ? same : same + " AND NOT (" + column + " <> " + bound + ")";
}

std::string SourceOf(Sentence& sentence, const RunQuestion& question, const query::Comparison& comparison) {
  const auto& name = comparison.name;
  const auto entity = EntityOf(name.prefix);
  if (!entity || comparison.values.size() != 1) return "";
  const auto& literal = comparison.values.front();
  const bool text = comparison.comparator == Comparator::Equal && literal.kind == query::Literal::Kind::Text;
  if (entity == Entity::Param && text && name.function.empty()) {
    return "run_param d WHERE " + InExperiments(sentence, "d.experiment", question.search.experiments) +
           " AND d.key = " + sentence.Bind(name.key) + " AND " + SameValue(sentence, "d", literal.text);
  }
  if (entity == Entity::Tag && text && name.key == kParentTag && name.function.empty()) {
    return "run_tag d WHERE d.key = '" + std::string(kParentTag) + "' AND " +
           SameValue(sentence, "d", literal.text);
  }
  if (entity == Entity::Metric && literal.kind == query::Literal::Kind::Number &&
      IsOrdering(comparison.comparator) && comparison.comparator != Comparator::NotEqual &&
      (name.function.empty() || name.function == "last")) {
    return "metric_latest d WHERE " + InExperiments(sentence, "d.experiment", question.search.experiments) +
           " AND " + OfKey(sentence, question, "d", name.key) + " AND d.is_nan = 0 AND d.value " +
           NameOf(comparison.comparator) + " " + sentence.Bind(literal.number);
  }
  return "";
}

Result<RunSource> ChooseSource(sql::Connection& connection, const RunQuestion& question, MatchCounts& counts,
                               std::int64_t page) {
  return Chooser(connection, question, counts).Choose(page);
}

}  // namespace cairn::tracking
