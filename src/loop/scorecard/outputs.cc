#include "loop/scorecard/outputs.h"

#include <algorithm>
#include <array>
#include <map>

#include "ground/vocabulary/time.h"
#include "loop/scorecard/rubric/rubric.h"

namespace cairn::scorecard {
namespace {

const Moment* LastCommit(const History& history) { return history.LastCommitted(); }
const Moment* LastPackage(const History& history) { return history.Last("registry.version_packaged"); }
const Moment* LastPipeline(const History&) { return nullptr; }
const Moment* LastTriggered(const History& history) {
  const auto added = history.Of("registry.version_added");
  const auto found = std::find_if(added.rbegin(), added.rend(),
                                  [&](const Moment* one) { return history.CameByTrigger(*one); });
  return found == added.rend() ? nullptr : *found;
}
const Moment* LastService(const History& history) {
  return Later(history.Last("rollout.promoted"), history.Last("serving.loaded"));
}
/// A monitor gives a trigger by what it sees; a quiet window is an output too: nothing is to be done.
const Moment* LastWatch(const History& history) {
  return Later(history.Last("monitoring.alert_raised"), history.Last("monitoring.window_closed"));
}

struct Place {
  std::string_view stage, gives, never;
  const Moment* (*last)(const History&);
};

constexpr std::array<Place, 6> kPlaces{{
    {"development", "source", "No pipeline run names the commit that it was built from.", LastCommit},
    {"continuous integration", "packages", "No version was ever packed (`cairn model package`).",
     LastPackage},
    {"delivery of the pipeline", "deployed pipeline",
     "Pipelines are not delivered from place to place yet; the pipeline of the project is the one that runs.",
     LastPipeline},
    {"triggering", "registered model", "No version came from a run that a trigger began.", LastTriggered},
    {"delivery of the model", "prediction service", "No version was promoted or loaded.", LastService},
    {"monitoring", "trigger", "No window of live traffic has closed.", LastWatch},
}};

std::string DigestIn(const Moment& moment) {
  const Json& body = moment.event.body;
  for (const char* name : {"package", "manifest", "digest"}) {
    if (!body.Text(name).empty()) return body.Text(name);
  }
  return body.At("git").Text("commit");
}

}  // namespace

std::vector<StageOutput> OutputsOf(const History& history, TimeMs now, std::int64_t cadence_ms) {
  std::vector<StageOutput> outputs;
  for (const Place& place : kPlaces) {
    StageOutput output{place.stage, place.gives, place.last(history), "", true, std::string(place.never)};
    if (output.last != nullptr) {
      output.digest = DigestIn(*output.last);
      output.overdue = output.last->at < now - cadence_ms;
      output.why = SentenceOf(*output.last) + ", on " + FormatDate(output.last->at) +
                   (output.overdue ? ": longer ago than the cadence allows." : ".");
    }
    outputs.push_back(std::move(output));
  }
  return outputs;
}

Json ToJson(const StageOutput& output) {
  return Json{
      {"stage", output.stage},     {"gives", output.gives},
      {"overdue", output.overdue}, {"digest", output.digest.empty() ? Json() : Json(output.digest)},
      {"why", output.why},         {"evidence", output.last == nullptr ? Json() : Citation(*output.last)}};
}

Json Lacking() {
  std::map<std::string_view, std::vector<std::string>> tests;
  for (const Entry& entry : Rubric()) {
    if (!entry.lacks.empty()) tests[entry.lacks].emplace_back(entry.id);
  }
  Json items = Json::Array();
  items.Push(Json{{"what", "the labelling of rows by people: labels come in by `POST /api/v1/labels` alone"},
                  {"tests", Json::Array()}});
  for (const auto& [what, waiting] : tests) {
    Json names = Json::Array();
    for (const auto& name : waiting) names.Push(name);
    items.Push(Json{{"what", what}, {"tests", std::move(names)}});
  }
  return items;
}

}  // namespace cairn::scorecard
