#include "loop/tracking/search/run_sentence.h"
#include "loop/tracking/search/searches.h"

namespace cairn::tracking {
namespace {

/// Finds the runs of one question by the way that looks at the fewest.
class Finder {
 public:
  Finder(sql::Connection& connection, const RunQuestion& question, MatchCounts& counts)
      : connection_(connection), question_(question), counts_(counts) {}

  Result<std::vector<StoredRun>> Find(std::int64_t limit, std::int64_t offset) {
    const auto source = CAIRN_TRY(ChooseSource(connection_, question_, counts_, limit + offset));
    if (source.kind != RunSource::Kind::Numbers) return Run(source, limit, offset);
    return Walk(limit, offset);
  }

 private:
  Result<std::vector<StoredRun>> Run(RunSource source, std::int64_t limit, std::int64_t offset) {
    const auto sentence = CAIRN_TRY(RunSentence(connection_, question_, source).Select(limit, offset));
    std::vector<StoredRun> found;
    CAIRN_TRY(sentence.Each(connection_, [&](const sql::Row& row) { found.push_back(RunOf(row)); }));
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

  sql::Connection& connection_;
  const RunQuestion& question_;
  MatchCounts& counts_;
};

}  // namespace

Result<std::vector<StoredRun>> FindRuns(sql::Connection& connection, const Runs::Search& search,
                                        MatchCounts& counts, std::int64_t offset) {
  const auto question = CAIRN_TRY(ReadQuestion(connection, search));
  // Misuse is an error also where there is nothing to search.
  CAIRN_TRY(RunSentence(connection, question, {}).Select(search.limit + 1, offset));
  if (search.experiments.empty()) return std::vector<StoredRun>();
  return Finder(connection, question, counts).Find(search.limit + 1, offset);
}

}  // namespace cairn::tracking
