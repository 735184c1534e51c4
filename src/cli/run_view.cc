#include "cli/run_view.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "ground/os/clock.h"
#include "ground/os/terminal.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"

namespace cairn::cli {
namespace {

constexpr std::array<std::string_view, 9> kAttributes = {"id",   "run_id",  "name",  "experiment", "status",
                                                         "user", "started", "ended", "took"};
constexpr std::array<std::string_view, 3> kGroups = {"metrics", "params", "tags"};
constexpr std::int64_t kPage = 1000;

}  // namespace

std::string RunPath(std::string_view run, std::string_view rest) {
  return "/api/v1/runs/" + PercentEncode(run) + std::string(rest);
}

std::string Minute(std::int64_t at_ms) {
  if (at_ms == 0) return "";
  std::string text = FormatUtc(at_ms).substr(0, 16);
  text[10] = ' ';
  return text;
}

std::string TookOf(const Json& run) {
  const auto start = run.Int("start_ms");
  if (start == 0) return "";
  const bool ended = run.At("end_ms").IsInt();
  if (!ended && run.Text("status") != "RUNNING") return "";
  const auto end = ended ? run.Int("end_ms") : os::SystemClock().Now();
  return FormatDuration(std::max<std::int64_t>(0, end - start));
}

std::string CellOf(const Json& value) {
  if (value.IsNumber()) return Shown(value.AsDouble());
  return value.IsString() ? value.AsString() : "";
}

std::string ColumnOf(const Json& run, const std::string& column) {
  const auto dot = column.find('.');
  if (dot != std::string::npos) return CellOf(run.At(column.substr(0, dot)).At(column.substr(dot + 1)));
  if (column == "id") return run.Text("run_id").substr(0, 8);
  if (column == "started") return Minute(run.Int("start_ms"));
  if (column == "ended") return Minute(run.Int("end_ms"));
  if (column == "took") return TookOf(run);
  if (column == "status" && run.Bool("deleted")) return run.Text("status") + ", deleted";
  return run.Text(column);
}

Result<> CheckColumn(const std::string& column) {
  const auto dot = column.find('.');
  const std::string first = column.substr(0, dot);
  const bool known = dot == std::string::npos
                         ? std::find(kAttributes.begin(), kAttributes.end(), first) != kAttributes.end()
                         : std::find(kGroups.begin(), kGroups.end(), first) != kGroups.end();
  if (known) return Done{};
  return Error{Reason::InvalidArgument,
               "there is no column '" + column +
                   "': write id, run_id, name, experiment, status, user, started, ended, took, metrics.KEY, "
                   "params.KEY or tags.KEY." +
                   (dot == std::string::npos ? Suggestion(first, kAttributes) : Suggestion(first, kGroups))};
}

std::vector<double> ValuesOf(const Json& series) {
  std::vector<double> values;
  for (const Json& point : series.At("points").items())
    values.push_back(point.At("value").IsNumber() ? point.Double("value") : std::nan(""));
  return values;
}

std::size_t BarsFor(const std::vector<Json>& series) {
  // What stands beside the name: the last value, its step, the first value, and the gaps.
  constexpr std::size_t kBeside = 40, kFewest = 8;
  if (!os::IsTerminal(os::kStandardOutput)) return kMostBars;
  std::size_t longest = 6;
  for (const Json& one : series) longest = std::max(longest, CodePoints(one.Text("key")));
  const auto width = static_cast<std::size_t>(os::WidthOf(os::kStandardOutput));
  return std::clamp(width > longest + kBeside ? width - longest - kBeside : 0, kFewest, kMostBars);
}

std::vector<std::string> KeysOf(std::span<const Json> runs, std::string_view group) {
  std::set<std::string> keys;
  for (const Json& run : runs) {
    for (const auto& [key, value] : run.At(group).members()) keys.insert(key);
  }
  return {keys.begin(), keys.end()};
}

bool Differs(std::span<const Json> runs, const std::string& column) {
  const auto dot = column.find('.');
  const auto value = [&](const Json& run) -> const Json& {
    return dot == std::string::npos ? run.At(column)
                                    : run.At(column.substr(0, dot)).At(column.substr(dot + 1));
  };
  return std::any_of(runs.begin(), runs.end(),
                     [&](const Json& run) { return !(value(run) == value(runs[0])); });
}

const std::string_view kFilterGrammar =
    "A filter joins comparisons with AND, OR, NOT and parentheses. Compared are metrics.KEY (its last value; "
    "min(metrics.KEY), max(…), first(…) and last(…) take another one), params.KEY, tags.KEY and the "
    "attributes "
    "run_id, run_name, user_id, status, artifact_uri, start_time and end_time, by =, !=, <, <=, >, >=, LIKE, "
    "ILIKE and IN. Texts stand in quotes, keys with spaces in back ticks. A parameter is compared as a "
    "number "
    "when the number stands without quotes. Times are in milliseconds since 1970.\n\n"
    "Examples:\n"
    "  cairn runs list --filter \"params.lr <= 0.1 and (metrics.loss < 0.3 or min(metrics.loss) < 0.2)\" "
    "--order metrics.loss\n"
    "  cairn runs list --filter \"not status = 'FAILED' and start_time > 1767225600000\" --columns "
    "id,name,metrics.auc";

std::vector<Flag> ChoosingFlags() {
  return {
      {"--experiment", "NAME", "Only runs of this experiment (name or id; may be repeated)"},
      {"--filter", "FILTER", "Only runs for which this holds: \"metrics.loss < 0.3 and params.lr = '0.1'\""},
      {"--order", "ORDER", "By what: \"metrics.loss\", \"start_time DESC\" (may be repeated; newest first)"},
      {"--deleted", "", "Those marked as deleted instead of the active ones"},
      {"--all", "", "Deleted ones as well"}};
}

std::string QuestionOf(const Arguments& arguments) {
  std::string question;
  for (const auto& name : arguments.All("--experiment"))
    question += "experiment=" + PercentEncode(name) + "&";
  for (const auto& order : arguments.All("--order")) question += "order=" + PercentEncode(order) + "&";
  if (arguments.Has("--filter")) question += "filter=" + PercentEncode(arguments.Text("--filter")) + "&";
  if (arguments.Has("--all")) return question + "view=all";
  return question + (arguments.Has("--deleted") ? "view=deleted" : "view=active");
}

Result<std::vector<Json>> ChosenRuns(Session& session, const Arguments& arguments, std::int64_t limit) {
  std::vector<Json> runs;
  const std::string question = "/api/v1/runs?" + QuestionOf(arguments);
  std::string token;
  do {
    const auto left = limit == 0 ? kPage : std::min(kPage, limit - static_cast<std::int64_t>(runs.size()));
    const Json page = CAIRN_TRY(
        session.Get(question + "&limit=" + std::to_string(left) + "&token=" + PercentEncode(token)));
    runs.insert(runs.end(), page.At("items").items().begin(), page.At("items").items().end());
    token = page.Text("next");
  } while (!token.empty() && (limit == 0 || static_cast<std::int64_t>(runs.size()) < limit));
  return runs;
}

}  // namespace cairn::cli
