#include "loop/scorecard/principles.h"

#include <algorithm>
#include <array>
#include <map>

#include "ground/vocabulary/time.h"
#include "loop/scorecard/test_score.h"

namespace cairn::scorecard {
namespace {

/// The newest record of a check, and whether it was good.
struct Seen {
  const Moment* moment = nullptr;
  bool good = false;
};

using Look = Seen (*)(const History&, const TestScore&);

/// The newest event of a kind that `counts`, judged by `good`.
template <class Counts, class Good>
Seen Newest(const History& history, std::string_view kind, const Counts& counts, const Good& good) {
  const auto all = history.Of(kind);
  const auto found = std::find_if(all.rbegin(), all.rend(), [&](const Moment* one) { return counts(*one); });
  return found == all.rend() ? Seen{} : Seen{*found, good(**found)};
}
bool Any(const Moment&) { return true; }

Seen Later(const Seen& a, const Seen& b) { return scorecard::Later(a.moment, b.moment) == a.moment ? a : b; }

Seen VersionedData(const History& history, const TestScore&) {
  const auto named = [](const Moment& one) { return !one.event.body.Text("digest").empty(); };
  return Later(
      Newest(history, "data.version_added", Any, named),
      Newest(history, "data.verified", Any, [](const Moment& one) { return one.event.body.Bool("sound"); }));
}
Seen VersionedModel(const History& history, const TestScore&) {
  return Newest(history, "registry.version_added", Any,
                [](const Moment& one) { return !one.event.body.Text("manifest").empty(); });
}
Seen VersionedCode(const History& history, const TestScore&) {
  return Newest(history, "pipeline.run_started", Any, [](const Moment& one) {
    const Json& git = one.event.body.At("git");
    return !git.Text("commit").empty() && !git.Bool("dirty");
  });
}

Seen TestedData(const History& history, const TestScore&) {
  return Newest(history, "data.contract_checked", Any,
                [](const Moment& one) { return one.event.body.Bool("passed"); });
}
Seen TestedModel(const History& history, const TestScore&) {
  return Newest(history, "rollout.gates_judged", Any,
                [](const Moment& one) { return one.event.body.Bool("passed"); });
}
/// What the rubric found about one of its tests.
Seen OfTest(const TestScore& score, std::string_view id) {
  const ScoredTest* test = score.Find(id);
  if (test == nullptr || test->points == 0 || test->evidence.empty()) return {};
  return {test->evidence.back(), test->passing.IsBool() && test->passing.AsBool()};
}
Seen TestedCode(const History&, const TestScore& score) {
  return Later(OfTest(score, "T-I2"), OfTest(score, "T-D7"));
}

Seen AutomaticData(const History& history, const TestScore&) {
  return Newest(
      history, "pipeline.stage_ended", [&](const Moment& one) { return history.IsAutomatic(one); },
      [](const Moment& one) { return one.event.body.At("exit").IsInt() && one.event.body.Int("exit") == 0; });
}
Seen AutomaticModel(const History& history, const TestScore&) {
  return Newest(
      history, "registry.version_added", [&](const Moment& one) { return history.CameByTrigger(one); }, Any);
}
Seen AutomaticCode(const History& history, const TestScore&) {
  return Newest(
      history, "pipeline.run_ended",
      [&](const Moment& one) {
        const Moment* run = history.RunStarted(one.event.body.Text("run"));
        const std::string on = run == nullptr ? "" : run->event.body.At("trigger").Text("on");
        return on == "training_code" || on == "application_code" || on == "ci";
      },
      [](const Moment& one) { return one.event.body.Text("state") == "finished"; });
}

Seen RepeatableData(const History& history, const TestScore&) {
  return Newest(history, "data.verified", Any,
                [](const Moment& one) { return one.event.body.Bool("sound"); });
}
/// By stage, the digests of what its runs made.
std::map<std::string, std::string> MadeBy(const History& history, const std::string& run) {
  std::map<std::string, std::string> made;
  for (const Moment* ended : history.Of("pipeline.stage_ended")) {
    const Json& body = ended->event.body;
    if (body.Text("run") == run && body.At("lineage").Find("to") != nullptr)
      made[body.Text("stage")] = body.At("lineage").At("to").Canonical();
  }
  return made;
}
Seen RepeatableModel(const History& history, const TestScore&) {
  const auto replays = [&](const Moment& one) {
    const Moment* run = history.RunStarted(one.event.body.Text("run"));
    return run != nullptr && run->event.body.At("trigger").Text("on") == "replay";
  };
  return Newest(history, "pipeline.run_ended", replays, [&](const Moment& one) {
    const std::string replay = one.event.body.Text("run");
    const auto again = MadeBy(history, replay),
               first = MadeBy(history, history.RunStarted(replay)->event.body.At("trigger").Text("name"));
    return !again.empty() && std::all_of(again.begin(), again.end(), [&](const auto& stage) {
      const auto was = first.find(stage.first);
      return was != first.end() && was->second == stage.second;
    });
  });
}
Seen RepeatableCode(const History& history, const TestScore&) {
  return Newest(history, "registry.version_packaged", Any, Any);
}

Seen DeployedData(const History& history, const TestScore&) {
  const Moment* checked = history.Last("data.contract_checked");
  return Newest(history, "serving.loaded", Any, [&](const Moment& one) {
    const std::string contract = one.event.body.Text("contract");
    return !contract.empty() && checked != nullptr && checked->event.body.Text("contract") == contract;
  });
}
Seen DeployedModel(const History& history, const TestScore&) {
  return Newest(history, "serving.loaded", Any, Any);
}
Seen DeployedCode(const History& history, const TestScore&) {
  return Newest(history, "rollout.promoted", Any,
                [&](const Moment& promoted) { return !history.CommitBehind(promoted).empty(); });
}

Seen Watched(const History& history, std::string_view kind) {
  return Newest(
      history, "monitoring.window_closed",
      [&](const Moment& one) { return one.event.body.Text("kind") == kind; }, WithinBounds);
}
Seen WatchedData(const History& history, const TestScore&) { return Watched(history, "drift"); }
Seen WatchedModel(const History& history, const TestScore&) { return Watched(history, "quality"); }
Seen WatchedCode(const History&, const TestScore& score) { return OfTest(score, "T-O6"); }

struct Asked {
  std::string_view principle, level, check;
  Look look;
};

constexpr std::array<Asked, 18> kGrid{{
    {"versioning", "data", "a version of a data set, named by its digest", VersionedData},
    {"versioning", "model", "a registered version whose files are under a manifest", VersionedModel},
    {"versioning", "code", "a pipeline run on a commit without changes", VersionedCode},
    {"testing", "data", "new data held against its contract, and kept it", TestedData},
    {"testing", "model", "a candidate held against the gates, and passed them", TestedModel},
    {"testing", "code", "tests of the code run on its commit (T-I2, T-D7), and passed", TestedCode},
    {"automation", "data", "a stage that a trigger began, finished", AutomaticData},
    {"automation", "model", "a version that a trigger brought", AutomaticModel},
    {"automation", "code", "a pipeline run that a change of the code began, finished", AutomaticCode},
    {"reproducibility", "data", "a version read again and found as it was (`cairn data verify`)",
     RepeatableData},
    {"reproducibility", "model", "a run replayed with equal digests (`cairn replay`)", RepeatableModel},
    {"reproducibility", "code", "a version packed with its environment (`cairn model package`)",
     RepeatableCode},
    {"deployment", "data", "requests held against the contract that the newest data was held against",
     DeployedData},
    {"deployment", "model", "a version loaded for serving", DeployedModel},
    {"deployment", "code", "a promoted version whose commit is on record", DeployedCode},
    {"monitoring", "data", "a window of live inputs within its bound", WatchedData},
    {"monitoring", "model", "a window of live quality within its bound", WatchedModel},
    {"monitoring", "code", "speed and memory watched for regressions (T-O6), and none found", WatchedCode},
}};

Cell CellOf(const Asked& asked, const Seen& seen, TimeMs oldest) {
  Cell cell{asked.principle, asked.level, asked.check, false, "It is not on record.", seen.moment};
  if (seen.moment == nullptr) return cell;
  const std::string when = " on " + FormatDate(seen.moment->at) + ": " + SentenceOf(*seen.moment) + ".";
  if (seen.moment->at < oldest) {
    cell.why = "Too long ago," + when;
  } else {
    cell.green = seen.good;
    cell.why = std::string(seen.good ? "Done" : "Not good") + when;
  }
  return cell;
}

}  // namespace

Result<std::vector<Cell>> PrinciplesOf(const History& history, const Node* configuration, TimeMs now) {
  const Settings settings = configuration == nullptr ? Settings() : CAIRN_TRY(ParseScorecard(*configuration));
  const TestScore score = CAIRN_TRY(Judge(history, configuration, now));
  std::vector<Cell> cells;
  for (const Asked& asked : kGrid)
    cells.push_back(CellOf(asked, asked.look(history, score), now - settings.cadence_ms));
  return cells;
}

Json ToJson(const std::vector<Cell>& cells) {
  Json items = Json::Array();
  std::int64_t green = 0;
  for (const Cell& cell : cells) {
    green += cell.green;
    items.Push(Json{{"principle", cell.principle},
                    {"level", cell.level},
                    {"check", cell.check},
                    {"green", cell.green},
                    {"why", cell.why},
                    {"evidence", cell.evidence == nullptr ? Json() : Citation(*cell.evidence)}});
  }
  return Json{{"green", green}, {"of", cells.size()}, {"items", std::move(items)}};
}

}  // namespace cairn::scorecard
