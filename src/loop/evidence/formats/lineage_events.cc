#include "loop/evidence/formats/lineage_events.h"

#include <algorithm>

#include "ground/vocabulary/text.h"
#include "loop/pipeline/open_lineage.h"

namespace cairn::evidence {
namespace {

constexpr const char* kProducer = "urn:cairn:evidence";
constexpr const char* kNamespace = "cairn";
constexpr const char* kSpec = "https://openlineage.io/spec/";

Json Facet(const std::string& version, const std::string& name, Json members) {
  members.Set("_producer", kProducer);
  return members.Set("_schemaURL", kSpec + ("facets/" + version + "/") + name + ".json#/$defs/" + name);
}

Json VersionFacets(const std::string& digest, const char* type) {
  return Json{{"version", Facet("1-0-1", "DatasetVersionDatasetFacet", Json{{"datasetVersion", digest}})},
              {"datasetType", Facet("1-0-1", "DatasetTypeDatasetFacet", Json{{"datasetType", type}})}};
}

Json ModelSet(const Dossier& dossier, const char* facets) {
  return Json{{"namespace", kNamespace},
              {"name", "model/" + dossier.Name()},
              {"facets", VersionFacets("sha256:" + dossier.version.manifest, "MODEL")},
              {facets, Json::Object()}};
}

Json DataSets(const Dossier& dossier, const std::string& part) {
  Json sets = Json::Array();
  for (const auto& used : dossier.data) {
    if (used.part != part) continue;
    sets.Push(Json{{"namespace", kNamespace},
                   {"name", "dataset/" + used.version.dataset},
                   {"facets", VersionFacets("sha256:" + used.version.digest, "TABLE")},
                   {"inputFacets", Json::Object()}});
  }
  return sets;
}

/// A job that began and came to its end.
struct Deed {
  std::string id, job, type;
  TimeMs began = 0, ended = 0;
  std::string end = "COMPLETE";
  Json facets = Json::Object(), inputs = Json::Array(), outputs = Json::Array();
};

Json EventOf(const Deed& deed, const std::string& state, TimeMs at) {
  const Json type =
      Facet("2-0-4", "JobTypeJobFacet",
            Json{{"processingType", "BATCH"}, {"integration", "CAIRN"}, {"jobType", deed.type}});
  return Json{
      {"eventType", state},
      {"eventTime", FormatUtc(at)},
      {"producer", kProducer},
      {"schemaURL", std::string(kSpec) + "2-0-2/OpenLineage.json#/$defs/RunEvent"},
      {"run", Json{{"runId", deed.id}, {"facets", deed.facets}}},
      {"job", Json{{"namespace", kNamespace}, {"name", deed.job}, {"facets", Json{{"jobType", type}}}}},
      {"inputs", deed.inputs},
      {"outputs", state == "START" ? Json::Array() : deed.outputs}};
}

void Add(const Deed& deed, std::vector<Json>& events) {
  events.push_back(EventOf(deed, "START", deed.began));
  events.push_back(EventOf(deed, deed.end, deed.ended));
}

void AddTraining(const Dossier& dossier, std::vector<Json>& events) {
  const auto& run = *dossier.run;
  Deed deed{pipeline::LineageIdOf("run", run.info.id), "train." + dossier.version.model, "TRAINING",
            run.info.start_ms, run.info.end_ms.value_or(dossier.version.created_ms)};
  if (run.info.status == tracking::RunStatus::Failed) deed.end = "FAIL";
  if (run.info.status == tracking::RunStatus::Killed) deed.end = "ABORT";
  Json parameters = Json::Array();
  for (const auto& param : run.params) parameters.Push(Json{{"key", param.key}, {"value", param.value}});
  deed.facets.Set("executionParameters",
                  Facet("1-0-0", "ExecutionParametersRunFacet", Json{{"parameters", std::move(parameters)}}));
  deed.inputs = DataSets(dossier, "training");
  Add(deed, events);
}

void AddExamination(const Dossier& dossier, std::vector<Json>& events) {
  const auto& rollout = *dossier.rollout;
  const TimeMs decided = dossier.decision ? dossier.decision->created_at : rollout.changed_ms;
  Deed deed{pipeline::LineageIdOf("rollout", rollout.id), "examine." + dossier.version.model, "EVALUATION",
            rollout.began_ms, std::max(rollout.began_ms, decided)};
  Json tests = Json::Array();
  if (dossier.decision) {
    for (const auto& rule : dossier.decision->rules)
      tests.Push(Json{{"name", rule.name},
                      {"status", rule.passed ? "pass" : "fail"},
                      {"severity", "error"},
                      {"description", rule.detail},
                      {"expected", rule.bound.Dump()},
                      {"actual", rule.value.Dump()}});
  }
  deed.facets.Set("test", Facet("1-0-1", "TestRunFacet", Json{{"tests", std::move(tests)}}));
  deed.inputs = DataSets(dossier, "evaluation");
  deed.inputs.Push(ModelSet(dossier, "inputFacets"));
  Add(deed, events);
}

}  // namespace

std::vector<Json> VersionEvents(const Dossier& dossier) {
  std::vector<Json> events;
  if (dossier.pipeline) events = pipeline::LineageEvents(*dossier.pipeline, kNamespace);
  if (dossier.run) AddTraining(dossier, events);
  Deed registered{pipeline::LineageIdOf("model", dossier.Name()), "register." + dossier.version.model,
                  "REGISTRATION", dossier.version.created_ms, dossier.version.created_ms};
  registered.inputs = DataSets(dossier, "training");
  registered.outputs.Push(ModelSet(dossier, "outputFacets"));
  Add(registered, events);
  if (dossier.rollout) AddExamination(dossier, events);
  std::stable_sort(events.begin(), events.end(),
                   [](const Json& a, const Json& b) { return a.Text("eventTime") < b.Text("eventTime"); });
  return events;
}

}  // namespace cairn::evidence
