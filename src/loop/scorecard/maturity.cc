#include "loop/scorecard/maturity.h"

#include <algorithm>
#include <array>

namespace cairn::scorecard {
namespace {

struct Requirement {
  int level;
  std::string_view name, missing;
  std::string_view kind;  ///< Of the events that can show it; "" while no record of this program can.
  bool (*fits)(const History&, const Moment&);
};

bool Any(const History&, const Moment&) { return true; }
bool ByTrigger(const History& history, const Moment& moment) { return history.IsAutomatic(moment); }

bool OfATriggeredRun(const History& history, const Moment& ended) {
  if (ended.event.body.Text("state") != "finished") return false;
  const Moment* started = history.RunStarted(ended.event.body.Text("run"));
  return started != nullptr && history.IsAutomatic(*started);
}

bool OfACommit(const History&, const Moment& started) {
  return !started.event.body.At("git").Text("commit").empty();
}

constexpr std::array<Requirement, 10> kRequirements{{
    {1, "continuous training",
     "No pipeline run that a trigger started has finished: give cairn.yaml a trigger, and let it fire.",
     "pipeline.run_ended", OfATriggeredRun},
    {1, "data validation", "No data set was checked against its contract: `cairn data add` does it.",
     "data.contract_checked", Any},
    {1, "model validation", "No candidate was held against the gates: `cairn model approve` begins with it.",
     "rollout.gates_judged", Any},
    {1, "metadata", "No run is on record: run the training with the tracking address set.", "run.ended", Any},
    {1, "performance monitoring", "No window of live traffic has closed: name monitors in cairn.yaml.",
     "monitoring.window_closed", Any},
    {1, "continuous delivery of models", "No version that a trigger brought has reached production.",
     "rollout.promoted", ByTrigger},
    {2, "source control of the pipeline", "No pipeline run names the commit that it was built from.",
     "pipeline.run_started", OfACommit},
    {2, "continuous integration", "No test run of the pipeline's code is on record.", "", nullptr},
    {2, "delivery of pipelines", "No pipeline version was tried in a staging place before it went live.", "",
     nullptr},
    {2, "feature store", "No feature definition is shared by training and serving.", "", nullptr},
}};

constexpr std::array<std::string_view, 3> kNames{"manual process", "ML pipeline automation",
                                                 "CI/CD pipeline automation"};

}  // namespace

Maturity MaturityOf(const History& history) {
  Maturity maturity;
  for (const Requirement& requirement : kRequirements) {
    Need need{requirement.level, requirement.name, false, requirement.missing, nullptr, nullptr};
    const auto all = history.Of(requirement.kind);
    const auto fits = [&](const Moment* moment) { return requirement.fits(history, *moment); };
    const auto first = std::find_if(all.begin(), all.end(), fits);
    need.met = first != all.end();
    if (need.met) {
      need.first = *first;
      need.evidence = *std::find_if(all.rbegin(), all.rend(), fits);
    }
    maturity.needs.push_back(need);
  }
  for (int level = 1; level <= 2; ++level) {
    const bool reached = std::all_of(maturity.needs.begin(), maturity.needs.end(),
                                     [&](const Need& need) { return need.level != level || need.met; });
    if (!reached) break;
    maturity.level = level;
    const Moment* completed = nullptr;
    for (const Need& need : maturity.needs) {
      if (need.level == level) completed = Later(completed, need.first);
    }
    maturity.reached.push_back(completed);
  }
  return maturity;
}

std::string_view Maturity::Name() const { return kNames[static_cast<std::size_t>(level)]; }

std::vector<std::string_view> Maturity::MissingForNext() const {
  std::vector<std::string_view> sentences;
  for (const Need& need : needs) {
    if (need.level == level + 1 && !need.met) sentences.push_back(need.missing);
  }
  return sentences;
}

Json Maturity::ToJson() const {
  Json missing = Json::Array(), items = Json::Array();
  for (const auto sentence : MissingForNext()) missing.Push(sentence);
  for (const Need& need : needs) {
    items.Push(Json{{"level", need.level},
                    {"name", need.name},
                    {"met", need.met},
                    {"missing", need.met ? Json() : Json(need.missing)},
                    {"evidence", need.evidence == nullptr ? Json() : Citation(*need.evidence)}});
  }
  Json trend = Json::Array();
  for (std::size_t i = 0; i < reached.size(); ++i)
    trend.Push(Json{{"level", i + 1}, {"since_ms", reached[i]->at}, {"evidence", Citation(*reached[i])}});
  return Json{{"level", level},
              {"name", Name()},
              {"missing", std::move(missing)},
              {"trend", std::move(trend)},
              {"items", std::move(items)}};
}

}  // namespace cairn::scorecard
