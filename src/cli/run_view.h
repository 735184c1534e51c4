#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "cli/session.h"
#include "ground/vocabulary/json.h"

/// Runs as the commands about them show them.
namespace cairn::cli {

/// "/api/v1/runs/ID" and what follows.
std::string RunPath(std::string_view run, std::string_view rest = "");

/// "2013-02-01 04:05", UTC; "" for no time.
std::string Minute(std::int64_t at_ms);
/// How long the run took, or has been running so far: "3 min 20 s".
std::string TookOf(const Json& run);
/// A number in four digits, text as it is, "" for nothing.
std::string CellOf(const Json& value);

/// What a column of a table of runs shows: id, run_id, name, experiment, status, user, started, ended, took,
/// metrics.KEY, params.KEY or tags.KEY.
std::string ColumnOf(const Json& run, const std::string& column);
/// InvalidArgument, with what there is, for a column that no run can have.
Result<> CheckColumn(const std::string& column);
/// The points of a metric as values, NaN where there is no number.
std::vector<double> ValuesOf(const Json& series);
/// How many bars a history may have so that a line with the longest of these metrics' names fits the
/// terminal.
std::size_t BarsFor(const std::vector<Json>& series);
inline constexpr std::size_t kMostBars = 40;
/// The first point, the last, and the least and the greatest for each bar.
inline constexpr std::size_t kMostPoints = 2 * kMostBars + 2;

/// KEYs of `group` ("metrics", "params", "tags") among the runs, in order of the alphabet.
std::vector<std::string> KeysOf(std::span<const Json> runs, std::string_view group);
/// Whether the runs differ in the column.
bool Differs(std::span<const Json> runs, const std::string& column);

/// What a --filter may say, for the help of the commands that take one.
extern const std::string_view kFilterGrammar;
/// The flags that choose runs (--experiment, --filter, --order, --deleted, --all), and the question they
/// make: "experiment=…&filter=…".
std::vector<Flag> ChoosingFlags();
std::string QuestionOf(const Arguments& arguments);
/// The runs that were chosen, page by page, at most `limit` (0: all).
Result<std::vector<Json>> ChosenRuns(Session& session, const Arguments& arguments, std::int64_t limit);

Result<int> CompareRuns(Session& session, const Arguments& arguments);
Result<int> WatchRun(Session& session, const Arguments& arguments);
Result<int> ExportRuns(Session& session, const Arguments& arguments);

}  // namespace cairn::cli
