#include <algorithm>
#include <cstdio>
#include <optional>

#include "cli/data_transfer.h"
#include "cli/dvc/answers.h"
#include "cli/dvc/commands.h"
#include "cli/dvc/line.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/text.h"
#include "loop/repository/checkout.h"

namespace cairn::cli::dvc {
namespace {

using repository::TransferReport;

constexpr Option kOfPush[] = {{"r", "remote", Takes::Value},
                              {"j", "jobs", Takes::Value},
                              {"a", "all-branches"},
                              {"T", "all-tags"},
                              {"A", "all-commits"},
                              {"d", "with-deps"},
                              {"R", "recursive"},
                              {"", "no-run-cache"},
                              {"", "run-cache"},
                              Uncovered("glob")};
constexpr Option kOfFetch[] = {{"r", "remote", Takes::Value},
                               {"j", "jobs", Takes::Value},
                               {"a", "all-branches"},
                               {"T", "all-tags"},
                               {"A", "all-commits"},
                               {"d", "with-deps"},
                               {"R", "recursive"},
                               {"", "no-run-cache"},
                               {"", "run-cache"},
                               Uncovered("max-size", Takes::Value),
                               Uncovered("type", Takes::Value)};
constexpr Option kOfPull[] = {
    {"r", "remote", Takes::Value}, {"j", "jobs", Takes::Value}, {"a", "all-branches"}, {"T", "all-tags"},
    {"A", "all-commits"},          {"d", "with-deps"},          {"f", "force"},        {"R", "recursive"},
    {"", "no-run-cache"},          {"", "allow-missing"},       {"", "run-cache"},     Uncovered("glob")};
constexpr Option kOfStatus[] = {{"r", "remote", Takes::Value},
                                {"j", "jobs", Takes::Value},
                                {"a", "all-branches"},
                                {"T", "all-tags"},
                                {"A", "all-commits"},
                                {"d", "with-deps"},
                                {"R", "recursive"},
                                {"c", "cloud"},
                                {"", "json"},
                                {"", "no-updates"}};
constexpr Grammar kPush{"push", kOfPush}, kFetch{"fetch", kOfFetch}, kPull{"pull", kOfPull},
    kCloudStatus{"status", kOfStatus};

Result<TransferWish> WishOf(const Line& line) {
  TransferWish wish;
  wish.scope.branches = line.Has("all-branches");
  wish.scope.tags = line.Has("all-tags");
  wish.scope.commits = line.Has("all-commits");
  wish.targets = line.rest;
  wish.remote = line.Text("remote");
  wish.with_deps = line.Has("with-deps");
  wish.runs = line.Has("run-cache") && !line.Has("no-run-cache");
  wish.quiet = line.Has("quiet");
  if (line.Has("jobs"))
    wish.jobs = static_cast<unsigned>(std::max<std::int64_t>(1, CAIRN_TRY(ParseInt(line.Text("jobs")))));
  return wish;
}

void WarnOfMissing(const TransferReport& report, const Line& line) {
  if (report.missing.empty() || line.quiet()) return;
  std::string names;
  for (const auto& object : report.missing) names += "\nmd5: " + object.id.md5;
  Warn("Some of the cache files do not exist neither locally nor on remote. Missing cache files:" + names);
}

/// What was done, unless -q was given.
void SaySummary(const std::string& summary, const Line& line) {
  if (!line.quiet()) Say(summary.empty() ? "Everything is up to date." : summary);
}

void NameFailures(const TransferReport& report) {
  for (const auto& failure : report.failed)
    std::fprintf(stderr, "ERROR: failed to transfer '%s' - %s\n", failure.object.id.md5.c_str(),
                 failure.error.message.c_str());
}

/// What a line asks to be moved, in the repository that it was given in.
struct Order {
  Here here;
  Line line;
  TransferWish wish;
};
/// Nothing, with the exit code in `code`, for a line or a repository that is wrong.
std::optional<Order> ReadOrder(Words words, const Grammar& grammar, int& code) {
  auto line = ReadLine(words, grammar);
  if (!line) {
    code = Usage(line.error());
    return std::nullopt;
  }
  auto here = Open(code);
  if (!here) return std::nullopt;
  auto wish = WishOf(*line);
  if (!wish) {
    code = Usage(wish.error());
    return std::nullopt;
  }
  return Order{*std::move(here), *std::move(line), *std::move(wish)};
}

/// As DVC, which moves nothing then and says so.
bool LacksRemote(const Here& here, const TransferWish& wish) {
  if (!wish.remote.empty() || here.configuration.Find("core", "remote")) return false;
  if (!wish.quiet) Warn("No remote provided and no default remote set.");
  return true;
}

int FetchOrPull(Words words, bool place) {
  int code = 0;
  const std::string failed =
      place ? "failed to pull data from the cloud - " : "failed to fetch data from the cloud - ";
  const auto order = ReadOrder(words, place ? kPull : kFetch, code);
  if (!order) return code;
  const auto& [here, line, wish] = *order;
  auto report =
      LacksRemote(here, wish) ? Result<Transferred>(Transferred{}) : Transfer(here, wish, Direction::Fetch);
  if (!report) return Fail(kFailed, failed + report.error().message);
  WarnOfMissing(*report, line);
  NameFailures(*report);
  if (!report->failed.empty())
    return Fail(kFailed, failed + std::to_string(report->failed.size()) + " files failed to download");
  if (!place) {
    SaySummary(Summary({{report->moved, "fetched"}}), line);
    return 0;
  }
  const auto unsaved = line.Has("force") ? repository::Unsaved::Overwrite : repository::Unsaved::Refuse;
  const auto pulled = PlaceFetched(here, wish, unsaved, *std::move(report));
  if (!pulled) return Fail(kFailed, failed + pulled.error().message);
  const auto& placed = pulled->placed;
  if (const auto tree = OpenTree(code); tree && !line.quiet()) SayChanges(placed, *tree);
  const std::string summary = Summary({{pulled->fetched.moved, "fetched"},
                                       {placed.added.size(), "added"},
                                       {placed.modified.size(), "modified"},
                                       {placed.deleted.size(), "deleted"}});
  SaySummary(summary, line);
  return FailureOf(placed, failed, line.Has("allow-missing") ? Absent::Allowed : Absent::Failure);
}

}  // namespace

int Push(Words words) {
  int code = 0;
  const auto order = ReadOrder(words, kPush, code);
  if (!order) return code;
  const auto& [here, line, wish] = *order;
  auto report =
      LacksRemote(here, wish) ? Result<Transferred>(Transferred{}) : Transfer(here, wish, Direction::Push);
  if (!report) return Fail(kFailed, "failed to push data to the cloud - " + report.error().message);
  WarnOfMissing(*report, line);
  NameFailures(*report);
  if (!report->failed.empty())
    return Fail(kFailed, "failed to push data to the cloud - " + std::to_string(report->failed.size()) +
                             " files failed to upload");
  SaySummary(Summary({{report->moved, "pushed"}}), line);
  return 0;
}

int Pull(Words words) { return FetchOrPull(words, true); }
int Fetch(Words words) { return FetchOrPull(words, false); }

int CloudStatus(Words words) {
  int code = 0;
  const auto line = ReadLine(words, kCloudStatus);
  if (!line) return Usage(line.error());
  const auto here = Open(code);
  if (!here) return code;
  const auto wish = WishOf(*line);
  if (!wish) return Usage(wish.error());
  const auto chosen = ChosenBy(*here, *wish);
  if (!chosen) return Fail(kOther, chosen.error().message);
  const auto difference = repository::Compare(
      {here->Cache(), here->configuration, *chosen, wish->remote, wish->jobs, false, {}, {}});
  if (!difference) return Fail(kOther, difference.error().message);
  Json items = Json::Object();
  const auto tell = [&](const std::vector<repository::ObjectOfPath>& objects, const std::string& state) {
    for (const auto& object : objects) {
      items.Set(object.path, state);
      if (!line->Has("json") && !line->Has("quiet")) {
        const std::string head = "\t" + state + ":";
        Say(head + std::string(head.size() < 21 ? 21 - head.size() : 1, ' ') + object.path);
      }
    }
  };
  tell(difference->only_here, "new");
  tell(difference->only_there, "deleted");
  tell(difference->missing, "missing");
  if (line->Has("json")) {
    SayJson(items);
  } else if (items.members().empty() && !line->Has("quiet")) {
    Say("Cache and remote '" +
        (wish->remote.empty() ? here->configuration.Find("core", "remote").value_or("") : wish->remote) +
        "' are in sync.");
  }
  return line->Has("quiet") && !items.members().empty() ? kFailed : 0;
}

}  // namespace cairn::cli::dvc
