#include <charconv>
#include <iterator>
#include <set>

#include "server/mlflow/messages.h"
#include "server/mlflow/resources.h"

namespace cairn::mlflow {
namespace {

using tracking::Runs;

constexpr std::int64_t kMostPoints = 25'000;
constexpr std::int64_t kMostSampled = 2'500;
constexpr std::size_t kMostRuns = 100;

Json ListOf(const std::vector<tracking::Metric>& metrics) {
  auto list = Json::Array();
  for (const auto& metric : metrics) list.Push(ToJson(metric));
  return list;
}

/// Tens of thousands of points are some megabytes: written at once, without a tree of values between. The
/// run, which the question named, is not repeated.
std::string TextOf(const tracking::Page<tracking::Point>& page, std::string_view key) {
  constexpr std::size_t kAboutOne = 60;
  std::string begin = "{\"key\":", text = "{";
  AppendJsonString(begin, key);
  begin += ",\"value\":";
  text.reserve((kAboutOne + begin.size()) * page.items.size() + page.next.size());
  const auto whole = [&](std::string_view name, std::int64_t number) {
    char digits[24];
    text += name;
    text.append(digits, std::to_chars(digits, std::end(digits), number).ptr);
  };
  for (const auto& point : page.items) {
    text += text.size() == 1 ? "\"metrics\":[" : ",";
    text += begin;
    AppendJsonDouble(text, point.value);
    whole(",\"timestamp\":", point.at_ms);
    whole(",\"step\":", point.step);
    text += '}';
  }
  if (!page.items.empty()) text += ']';
  if (!page.next.empty()) {
    text += ",\"next_page_token\":";
    AppendJsonString(text, page.next);
  }
  return text += '}';
}

Result<std::string> GetHistory(Runs& runs, const Fields& fields) {
  const auto id = CAIRN_TRY(fields.RequiredTextOf("run_id", "run_uuid"));
  const auto key = CAIRN_TRY(fields.RequiredText("metric_key"));
  const auto limit = CAIRN_TRY(fields.Int("max_results"));
  if (limit && *limit <= 0) return fields.Invalid("max_results", *limit, "it must be at least 1");
  const auto page =
      CAIRN_TRY(runs.History(id, key, limit.value_or(0), CAIRN_TRY(fields.TextOrEmpty("page_token"))));
  return TextOf(page, key);
}

Result<std::vector<std::string>> RunIds(const Fields& fields, std::string_view name) {
  auto ids = CAIRN_TRY(fields.Texts(name));
  if (ids.empty()) return fields.Missing(name);
  if (ids.size() > kMostRuns) return fields.Invalid(name, ids.size(), "at most 100 runs may be named");
  return ids;
}

/// The elder call of pages: everything of several runs, up to a number.
Result<Json> GetHistoryBulk(Runs& runs, const Fields& fields) {
  const auto named = CAIRN_TRY(RunIds(fields, "run_id"));
  const std::set<std::string> ids(named.begin(), named.end());
  const auto key = CAIRN_TRY(fields.RequiredText("metric_key"));
  auto left = std::min(kMostPoints, CAIRN_TRY(fields.IntWithin("max_results", 0, INT64_MAX, kMostPoints)));
  auto list = Json::Array();
  for (const auto& id : ids) {
    if (left == 0) break;
    const auto page = CAIRN_TRY(runs.History(id, key, left, ""));
    for (const auto& point : page.items) list.Push(ToJson(tracking::MetricOf(point, id, key)));
    left -= static_cast<std::int64_t>(page.items.size());
  }
  return Json{{"metrics", std::move(list)}};
}

Result<Json> GetHistoryBulkInterval(Runs& runs, const Fields& fields) {
  Runs::Interval interval;
  interval.runs = CAIRN_TRY(RunIds(fields, "run_ids"));
  interval.key = CAIRN_TRY(fields.RequiredText("metric_key"));
  interval.first_step = CAIRN_TRY(fields.Int("start_step"));
  interval.last_step = CAIRN_TRY(fields.Int("end_step"));
  if (interval.first_step && interval.last_step && *interval.first_step > *interval.last_step) {
    return fields.Invalid("start_step", *interval.first_step, "it must not lie behind end_step");
  }
  interval.limit = CAIRN_TRY(fields.IntWithin("max_results", 1, kMostSampled, kMostSampled));
  Json answer = Json::Object();
  SetList(answer, "metrics", ListOf(CAIRN_TRY(runs.Sampled(interval))));
  return answer;
}

}  // namespace

Endpoints MetricEndpoints(tracking::Tracking& tracking) {
  const auto to = [&runs = tracking.runs](auto operation) -> Operation {
    return [&runs, operation](const Fields& fields) { return operation(runs, fields); };
  };
  Endpoint history{"GET", "metrics/get-history", nullptr};
  history.text = [&runs = tracking.runs](const Fields& fields) { return GetHistory(runs, fields); };
  Endpoint sampled{"GET", "metrics/get-history-bulk-interval", to(GetHistoryBulkInterval)};
  history.repeats = sampled.repeats = Repeats::Kept;
  return {history,
          {"GET", "metrics/get-history-bulk", to(GetHistoryBulk), http::Lane::Read, "2.0", Twins::AjaxOnly},
          sampled};
}

}  // namespace cairn::mlflow
