#include "loop/pipeline/open_lineage.h"

#include <algorithm>

#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "loop/pipeline/run_events.h"
#include "loop/repository/outside.h"

namespace cairn::pipeline {
namespace {

constexpr const char* kProducer = "urn:cairn:pipeline";
constexpr const char* kSpec = "https://openlineage.io/spec/";

/// "facets/1-0-1/ErrorMessageRunFacet" as the address of the definition of that name.
std::string SchemaOf(const std::string& facet) {
  return kSpec + facet + ".json#/$defs/" + os::BaseName(facet);
}

Json Facet(const std::string& schema, Json members) {
  members.Set("_producer", kProducer);
  members.Set("_schemaURL", schema.starts_with("urn:") ? schema : SchemaOf(schema));
  return members;
}

Json JobOf(const std::string& job_namespace, const std::string& name, const char* type,
           const RunRecord& run) {
  Json facets{
      {"jobType", Facet("facets/2-0-4/JobTypeJobFacet",
                        Json{{"processingType", "BATCH"}, {"integration", "CAIRN"}, {"jobType", type}})}};
  if (!run.source.commit.empty()) {
    facets.Set(
        "sourceCodeLocation",
        Facet("facets/1-1-0/SourceCodeLocationJobFacet",
              Json{{"type", "git"}, {"url", "file://" + run.project}, {"version", run.source.commit}}));
  }
  return Json{{"namespace", job_namespace}, {"name", name}, {"facets", std::move(facets)}};
}

/// By OpenLineage's naming: "file" and the path; of an address what stands before its path, and the path.
/// That of a bucket has no '/' before it.
std::pair<std::string, std::string> NameOf(const RunRecord& run, const std::string& path) {
  if (!repository::IsAddress(path)) return {"file", os::JoinPath(run.project, path)};
  const auto slash = std::min(path.find('/', path.find("://") + 3), path.size());
  return {path.substr(0, slash),
          path.substr(std::min(path.size(), slash + (path.starts_with("s3://") ? 1 : 0)))};
}

Json DatasetOf(const RunRecord& run, const LockedPath& path) {
  auto [at, name] = NameOf(run, path.path);
  return Json{{"namespace", std::move(at)},
              {"name", std::move(name)},
              {"facets", Json{{"version", Facet("facets/1-0-1/DatasetVersionDatasetFacet",
                                                Json{{"datasetVersion", path.told_by + ":" + path.md5}})}}}};
}

Json InputsOf(const RunRecord& run, const StageRecord& stage) {
  Json inputs = Json::Array();
  for (const auto& path : stage.reads) {
    Json input = DatasetOf(run, path);
    input.Set("inputFacets", Json::Object());
    inputs.Push(std::move(input));
  }
  return inputs;
}

Json OutputsOf(const RunRecord& run, const StageRecord& stage) {
  Json outputs = Json::Array();
  for (const auto& path : stage.makes) {
    Json statistics{{"size", static_cast<std::int64_t>(path.size.value_or(0))}};
    if (path.nfiles) statistics.Set("fileCount", *path.nfiles);
    Json output = DatasetOf(run, path);
    output.Set("outputFacets",
               Json{{"outputStatistics",
                     Facet("facets/1-0-2/OutputStatisticsOutputDatasetFacet", std::move(statistics))}});
    outputs.Push(std::move(output));
  }
  return outputs;
}

struct Moment {
  TimeMs at = 0;
  std::string type;
};

Json EventOf(const Moment& moment, const std::string& id, Json facets, const Json& job) {
  return Json{{"eventType", moment.type},
              {"eventTime", FormatUtc(moment.at)},
              {"producer", kProducer},
              {"schemaURL", std::string(kSpec) + "2-0-2/OpenLineage.json#/$defs/RunEvent"},
              {"run", Json{{"runId", id}, {"facets", std::move(facets)}}},
              {"job", job},
              {"inputs", Json::Array()},
              {"outputs", Json::Array()}};
}

Json ErrorFacet(const std::string& message) {
  return Facet("facets/1-0-1/ErrorMessageRunFacet",
               Json{{"message", message}, {"programmingLanguage", "shell"}});
}

std::string EndOf(RunState state) {
  return state == RunState::Finished ? "COMPLETE" : state == RunState::Killed ? "ABORT" : "FAIL";
}
std::string EndOf(StageState state) {
  return state == StageState::Finished ? "COMPLETE" : state == StageState::Killed ? "ABORT" : "FAIL";
}

void AddStage(const RunRecord& run, const StageRecord& stage, const std::string& job_namespace,
              const std::string& pipeline, std::vector<Json>& events) {
  const std::string id = LineageIdOf(run.id, stage.name);
  const Json job = JobOf(job_namespace, pipeline + "." + stage.name, "STAGE", run);
  Json facets{{"parent", Facet("facets/1-2-0/ParentRunFacet",
                               Json{{"run", Json{{"runId", run.id}}},
                                    {"job", Json{{"namespace", job_namespace}, {"name", pipeline}}}})}};
  Json started = EventOf({stage.started, "START"}, id, facets, job);
  started.Set("inputs", InputsOf(run, stage));
  events.push_back(std::move(started));
  if (!stage.reason.empty() && stage.state != StageState::Finished)
    facets.Set("errorMessage", ErrorFacet(stage.reason));
  Json ended = EventOf({stage.ended, EndOf(stage.state)}, id, std::move(facets), job);
  ended.Set("inputs", InputsOf(run, stage));
  ended.Set("outputs", OutputsOf(run, stage));
  events.push_back(std::move(ended));
}

Json OwnFacet(const RunRecord& run) {
  return Facet("urn:cairn:run-facet:1",
               Json{{"trigger",
                     Json{{"on", run.trigger.on}, {"name", run.trigger.name}, {"cause", run.trigger.cause}}},
                    {"actor", run.actor},
                    {"configuration", run.configuration},
                    {"data", run.data},
                    {"environment", run.environment}});
}

}  // namespace

std::string LineageIdOf(const std::string& run, const std::string& stage) {
  std::string digits = crypto::Sha256Hex(run + "/" + stage).substr(0, 32);
  // RFC 9562: version 8, made as its maker likes; variant 10.
  digits[12] = '8';
  digits[16] = "89ab"[static_cast<unsigned char>(digits[16]) % 4];
  for (const std::size_t at : {20, 16, 12, 8}) digits.insert(at, "-");
  return digits;
}

std::vector<Json> LineageEvents(const RunRecord& run, const std::string& job_namespace) {
  const std::string pipeline = os::BaseName(run.project);
  const Json job = JobOf(job_namespace, pipeline, "PIPELINE", run);
  Json facets{{"cairn", OwnFacet(run)}};
  std::vector<Json> events{EventOf({run.started, "START"}, run.id, facets, job)};
  for (const auto& stage : run.stages) {
    if (Ran(stage)) AddStage(run, stage, job_namespace, pipeline, events);
  }
  if (!run.problem.empty()) facets.Set("errorMessage", ErrorFacet(run.problem));
  events.push_back(EventOf({run.ended, EndOf(run.state)}, run.id, std::move(facets), job));
  std::stable_sort(events.begin(), events.end(),
                   [](const Json& a, const Json& b) { return a.Text("eventTime") < b.Text("eventTime"); });
  return events;
}

}  // namespace cairn::pipeline
