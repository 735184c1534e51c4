#pragma once

#include <span>
#include <string>
#include <string_view>

#include "loop/tracking/search/match_counts.h"
#include "loop/tracking/search/run_question.h"
#include "loop/tracking/sentence.h"

namespace cairn::tracking {

/// Where a statement takes its runs from, before anything else is looked at.
struct RunSource {
  enum class Kind {
    Runs,     ///< From the experiments.
    Filter,   ///< From what satisfies `by`, a comparison of a parameter, a metric or the parent tag.
    Started,  ///< From the experiments, in the order in which they started.
    Numbers,  ///< From the values, in order, of the metric that the ordering begins with.
    NaNs,     ///< From those whose latest value of it is NaN.
    Missing,  ///< From the experiments as they started, without those that have the metric.
  };
  Kind kind = Kind::Runs;
  const query::Comparison* by = nullptr;
};

/// The source from which the fewest have to be looked at, when `page` runs are wanted.
Result<RunSource> ChooseSource(sql::Connection& connection, const RunQuestion& question, MatchCounts& counts,
                               std::int64_t page);

/// Equality by the beginning of a value that the index by value has, which settles it for what is shorter.
/// For the rest NOT <> instead of =, because SQLite would put the one into the other, which hides the index.
std::string SameValue(Sentence& sentence, std::string_view table, const std::string& value);

/// FROM and WHERE of what satisfies a comparison that a source can be made of, with "d.run" for its run; ""
/// when none can be made of it.
std::string SourceOf(Sentence& sentence, const RunQuestion& question, const query::Comparison& comparison);

/// "r.experiment = $1", or IN a list.
std::string InExperiments(Sentence& sentence, std::string_view column,
                          std::span<const ExperimentId> experiments);
/// "o.key = $3": which metric a row of metric_latest is about.
std::string OfKey(Sentence& sentence, const RunQuestion& question, std::string_view table,
                  const std::string& key);

}  // namespace cairn::tracking
