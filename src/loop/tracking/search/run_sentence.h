#pragma once

#include <span>
#include <string>
#include <vector>

#include "loop/tracking/search/run_question.h"
#include "loop/tracking/search/run_source.h"
#include "loop/tracking/sentence.h"

namespace cairn::tracking {

/// Builds SELECTs for one question from one source. Errors of misuse are InvalidArgument with the place.
///
/// An index is in order within one experiment, and that of starting times within one state. So what is walked
/// in order is taken from each of them by itself, as far as the page could need it, and put together then.
class RunSentence {
 public:
  RunSentence(const sql::Connection& connection, const RunQuestion& question, RunSource source)
      : connection_(connection), question_(question), source_(source) {}

  /// The runs in order.
  Result<Sentence> Select(std::int64_t limit, std::int64_t offset);
  /// How many there are.
  Result<Sentence> Count();

 private:
  /// Runs that lie together in the source's order.
  struct Lane {
    std::span<const ExperimentId> experiments;
    View view = View::Active;
  };
  struct OrderColumn {
    std::string text;
    bool ascending = true;
  };

  std::vector<Lane> Lanes() const;
  enum class Columns { OfRun, WithOrder };
  Result<> AddLane(const Lane& lane, Columns columns);
  void AddOrderOfLane();
  void AddOrder(const std::string& table);
  Result<> AddLanesSideBySide(std::span<const Lane> lanes);
  Result<> AddLanesByThemselves(std::span<const Lane> lanes, std::int64_t longest);
  Result<std::string> FromWhere(const Lane& lane, const std::string& joins);
  Result<std::string> Filter();
  Result<std::string> Compile(const query::Comparison& comparison);
  Result<std::string> CompileAttribute(const query::Comparison& comparison);
  Result<std::string> CompileMetric(const query::Comparison& comparison);
  Result<std::string> CompileKeyed(std::string_view table, const query::Comparison& comparison,
                                   std::string_view what);
  Result<std::string> CompileDataset(const query::Comparison& comparison);

  Result<> Order(std::string& joins);
  Result<> OrderOne(const RunOrder& order, std::size_t place, std::string& joins);
  bool Walks() const {
    return source_.kind == RunSource::Kind::Numbers || source_.kind == RunSource::Kind::NaNs;
  }
  bool IsWalked(const query::Identifier& name) const;
  /// The column that holds a run's number and is known first.
  std::string Number() const;
  std::string Walked(std::string_view column) const;

  const sql::Connection& connection_;
  const RunQuestion& question_;
  RunSource source_;
  Sentence sentence_;
  std::vector<OrderColumn> order_;
};

}  // namespace cairn::tracking
