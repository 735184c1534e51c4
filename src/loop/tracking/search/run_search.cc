#include <set>

#include "ground/query/query.h"
#include "loop/tracking/search/run_sentence.h"
#include "loop/tracking/search/searches.h"

namespace cairn::tracking {
namespace {

/// So many runs are looked through one by one sooner than the values of a metric of all runs are walked.
constexpr std::int64_t kFew = 4000;

Result<RunOrder> ReadOrder(const std::string& written) {
  auto term = query::ParseOrder(written);
  if (!term) return InOrder(written, term.error());
  const auto entity = EntityOf(term->name.prefix);
  if (!entity || *entity == Entity::Dataset) {
    return InOrder(written, UnknownPrefix(term->name, "metrics, params, tags, attributes"));
  }
  return RunOrder{written, *std::move(term), *entity};
}

Result<std::vector<RunOrder>> ReadOrders(const std::vector<std::string>& order_by) {
  std::vector<RunOrder> orders;
  std::set<std::string> seen;
  for (const auto& written : order_by) {
    auto order = CAIRN_TRY(ReadOrder(written));
    const auto& name = order.term.name;
    const auto function = name.function == "last" ? "" : name.function;
    if (!seen.insert(function + "(" + std::to_string(static_cast<int>(order.entity)) + name.key).second) {
      return Error{Reason::InvalidArgument, "`order_by` contains duplicate fields: '" + written + "'."};
    }
    orders.push_back(std::move(order));
  }
  return orders;
}

void CollectKeys(const query::Condition& condition, std::set<std::string>& keys) {
  for (const auto& part : condition.parts) CollectKeys(part, keys);
  if (condition.kind != query::Condition::Kind::Comparison) return;
  const auto& name = condition.comparison.name;
  if (EntityOf(name.prefix) == Entity::Metric) keys.insert(name.key);
}

Result<> ReadKeys(sql::Connection& connection, RunQuestion& question) {
  std::set<std::string> keys;
  CollectKeys(question.filter, keys);
  for (const auto& order : question.order) {
    if (order.entity == Entity::Metric) keys.insert(order.term.name.key);
  }
  return question.keys.Read(connection, keys);
}

/// Finds the runs of one question by the way that looks at the fewest.
class Finder {
 public:
  Finder(sql::Connection& connection, const RunQuestion& question)
      : connection_(connection), question_(question) {}

  Result<std::vector<StoredRun>> Find(std::int64_t limit, std::int64_t offset) {
    const auto source = CAIRN_TRY(Choose());
    if (source.kind != RunSource::Kind::Numbers) return Run(source, limit, offset);
    return Walk(limit, offset);
  }

 private:
  Result<std::vector<StoredRun>> Run(RunSource source, std::int64_t limit, std::int64_t offset) {
    const auto sentence = CAIRN_TRY(RunSentence(connection_, question_, source).Select(limit, offset));
    std::vector<StoredRun> found;
    for (const auto& row : CAIRN_TRY(sentence.Run(connection_))) found.push_back(RunOf(row));
    return found;
  }

  /// Numbers come before NaN, and NaN before what is missing, in both directions.
  Result<std::vector<StoredRun>> Walk(std::int64_t limit, std::int64_t offset) {
    using Kind = RunSource::Kind;
    std::vector<StoredRun> found;
    for (const auto kind : {Kind::Numbers, Kind::NaNs, Kind::Missing}) {
      const auto wanted = limit - static_cast<std::int64_t>(found.size());
      if (wanted == 0) break;
      auto part = CAIRN_TRY(Run({kind, nullptr}, wanted, offset));
      if (!part.empty()) {
        offset = 0;
      } else if (offset > 0 && kind != Kind::Missing) {
        const auto count = CAIRN_TRY(RunSentence(connection_, question_, {kind, nullptr}).Count());
        const auto rows = CAIRN_TRY(count.Run(connection_));
        offset -= rows.front().Int(0);
      }
      std::move(part.begin(), part.end(), std::back_inserter(found));
    }
    return found;
  }

  Result<RunSource> Choose() {
    using Kind = RunSource::Kind;
    if (CAIRN_TRY(RunsOfExperiments()) <= kFew) return RunSource{};
    RunSource source;
    auto fewest = kFew + 1;
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
    if (source.kind == Kind::Filter || question_.order.empty()) return source;
    const auto& first = question_.order.front();
    const auto figure = FigureOf(first.term.name, first.entity);
    if (first.entity == Entity::Metric && figure && figure->latest) source.kind = Kind::Numbers;
    return source;
  }

  Result<std::int64_t> RunsOfExperiments() {
    const auto& search = question_.search;
    const std::vector<sql::Value> ids(search.experiments.begin(), search.experiments.end());
    Sentence sentence;
    sentence.Add("SELECT COUNT(*) FROM (SELECT 1 AS one FROM run WHERE experiment IN " +
                 sentence.BindList(ids));
    if (search.view != View::All)
      sentence.Add(search.view == View::Active ? " AND deleted = 0" : " AND deleted = 1");
    return Counted(std::move(sentence), kFew + 1);
  }

  /// How many runs satisfy a comparison, `most` for that many and more and for what cannot be counted.
  Result<std::int64_t> Matches(const query::Comparison& comparison, std::int64_t most) {
    Sentence sentence;
    const auto driver = RunSentence::Driver(sentence, question_, comparison);
    if (driver.empty()) return most;
    sentence.Add("SELECT COUNT(*) FROM (SELECT 1 AS one FROM " + driver);
    return Counted(std::move(sentence), most);
  }

  Result<std::int64_t> Counted(Sentence sentence, std::int64_t most) {
    sentence.Add(" LIMIT " + sentence.Bind(most) + ") few");
    const auto rows = CAIRN_TRY(sentence.Run(connection_));
    return rows.front().Int(0);
  }

  sql::Connection& connection_;
  const RunQuestion& question_;
};

}  // namespace

Result<std::vector<StoredRun>> FindRuns(sql::Connection& connection, const Runs::Search& search,
                                        std::int64_t offset) {
  RunQuestion question{
      search, CAIRN_TRY(ReadFilter(search.filter)), CAIRN_TRY(ReadOrders(search.order_by)), {}};
  // Misuse is an error also where there is nothing to search.
  CAIRN_TRY(RunSentence(connection, question, {}).Select(search.limit + 1, offset));
  if (search.experiments.empty()) return std::vector<StoredRun>();
  CAIRN_TRY(ReadKeys(connection, question));
  return Finder(connection, question).Find(search.limit + 1, offset);
}

}  // namespace cairn::tracking
