#include "loop/scorecard/maturity.h"

#include <algorithm>
#include <array>

namespace cairn::scorecard {
namespace {

struct Requirement {
  int level;
  std::string_view name, missing;
  const Moment* (*find)(const History&);  ///< Null while no record of this program can show it.
};

const Moment* LastWhere(const History& history, std::string_view kind,
                        bool (*fits)(const History&, const Moment&)) {
  const auto all = history.Of(kind);
  const auto found =
      std::find_if(all.rbegin(), all.rend(), [&](const Moment* moment) { return fits(history, *moment); });
  return found == all.rend() ? nullptr : *found;
}

const Moment* TriggeredRun(const History& history) {
  return LastWhere(history, "pipeline.run_ended", [](const History& all, const Moment& ended) {
    if (ended.event.body.Text("state") != "finished") return false;
    for (const Moment* started : all.Of("pipeline.run_started")) {
      if (started->event.subject == ended.event.subject && all.IsAutomatic(*started)) return true;
    }
    return false;
  });
}
const Moment* DataValidation(const History& history) { return history.Last("data.contract_checked"); }
const Moment* ModelValidation(const History& history) { return history.Last("rollout.gates_judged"); }
const Moment* Metadata(const History& history) { return history.Last("run.ended"); }
const Moment* Monitoring(const History& history) { return history.Last("monitoring.window_closed"); }
const Moment* ContinuousDelivery(const History& history) {
  return LastWhere(history, "rollout.promoted",
                   [](const History& all, const Moment& promoted) { return all.IsAutomatic(promoted); });
}

const Moment* SourceControl(const History& history) {
  return LastWhere(history, "pipeline.run_started", [](const History&, const Moment& started) {
    return !started.event.body.At("git").Text("commit").empty();
  });
}

constexpr std::array<Requirement, 10> kRequirements{{
    {1, "continuous training",
     "No pipeline run that a trigger started has finished: give cairn.yaml a trigger, and let it fire.",
     TriggeredRun},
    {1, "data validation", "No data set was checked against its contract: `cairn data add` does it.",
     DataValidation},
    {1, "model validation", "No candidate was held against the gates: `cairn model approve` begins with it.",
     ModelValidation},
    {1, "metadata", "No run is on record: run the training with the tracking address set.", Metadata},
    {1, "performance monitoring", "No window of live traffic has closed: name monitors in cairn.yaml.",
     Monitoring},
    {1, "continuous delivery of models", "No version that a trigger brought has reached production.",
     ContinuousDelivery},
    {2, "source control of the pipeline", "No pipeline run names the commit that it was built from.",
     SourceControl},
    {2, "continuous integration", "No test run of the pipeline's code is on record.", nullptr},
    {2, "delivery of pipelines", "No pipeline version was tried in a staging place before it went live.",
     nullptr},
    {2, "feature store", "No feature definition is shared by training and serving.", nullptr},
}};

constexpr std::array<std::string_view, 3> kNames{"manual process", "ML pipeline automation",
                                                 "CI/CD pipeline automation"};

}  // namespace

Maturity MaturityOf(const History& history) {
  Maturity maturity;
  for (const Requirement& requirement : kRequirements) {
    const Moment* evidence = requirement.find == nullptr ? nullptr : requirement.find(history);
    maturity.needs.push_back(
        {requirement.level, requirement.name, evidence != nullptr, requirement.missing, evidence});
  }
  for (int level = 1; level <= 2; ++level) {
    const bool reached = std::all_of(maturity.needs.begin(), maturity.needs.end(),
                                     [&](const Need& need) { return need.level != level || need.met; });
    if (!reached) break;
    maturity.level = level;
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
  return Json{
      {"level", level}, {"name", Name()}, {"missing", std::move(missing)}, {"items", std::move(items)}};
}

}  // namespace cairn::scorecard
