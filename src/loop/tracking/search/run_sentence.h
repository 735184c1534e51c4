#pragma once

#include <string>
#include <vector>

#include "loop/tracking/runs.h"
#include "loop/tracking/search/run_terms.h"
#include "loop/tracking/sentence.h"

namespace cairn::tracking {

/// One entry of an ordering, with its name's meaning.
struct RunOrder {
  std::string written;
  query::OrderTerm term;
  Entity entity = Entity::Attribute;
};

/// A search for runs, read and understood.
struct RunQuestion {
  const Runs::Search& search;
  query::Condition filter;
  std::vector<RunOrder> order;
  KeyNumbers keys;
};

/// Where a statement takes its runs from, before anything else is looked at.
struct RunSource {
  enum class Kind {
    Runs,     ///< From the experiments.
    Filter,   ///< From what satisfies `by`, a comparison of a parameter, a metric or the parent tag.
    Numbers,  ///< From a metric's values in order: `by_order`, the first entry of the ordering.
    NaNs,     ///< From those whose latest value of it is NaN.
    Missing,  ///< From the experiments, without those that have the metric.
  };
  Kind kind = Kind::Runs;
  const query::Comparison* by = nullptr;
};

inline constexpr std::string_view kParentTag = "mlflow.parentRunId";

/// Builds SELECTs for one question from one source. Errors of misuse are InvalidArgument with the place.
class RunSentence {
 public:
  RunSentence(const sql::Connection& connection, const RunQuestion& question, RunSource source)
      : connection_(connection), question_(question), source_(source) {}

  /// The runs in order.
  Result<Sentence> Select(std::int64_t limit, std::int64_t offset);
  /// How many there are.
  Result<Sentence> Count();

  /// FROM and WHERE of what satisfies a comparison that a source can be made of, with "d.run" for its run; ""
  /// when none can be made of it. Serves to count.
  static std::string Driver(Sentence& sentence, const RunQuestion& question,
                            const query::Comparison& comparison);

 private:
  Result<std::string> FromWhere(const std::string& joins);
  Result<std::string> Compile(const query::Comparison& comparison);
  Result<std::string> CompileAttribute(const query::Comparison& comparison);
  Result<std::string> CompileMetric(const query::Comparison& comparison);
  Result<std::string> CompileKeyed(std::string_view table, const query::Comparison& comparison,
                                   std::string_view what);
  Result<std::string> CompileDataset(const query::Comparison& comparison);

  Result<> Order(std::string& joins, std::string& columns);
  Result<> OrderOne(const RunOrder& order, std::size_t place, std::string& joins, std::string& columns);
  bool Walks() const {
    return source_.kind == RunSource::Kind::Numbers || source_.kind == RunSource::Kind::NaNs;
  }
  bool IsWalked(const query::Identifier& name) const;

  const sql::Connection& connection_;
  const RunQuestion& question_;
  RunSource source_;
  Sentence sentence_;
};

}  // namespace cairn::tracking
