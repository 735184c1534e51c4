#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/result.h"
#include "loop/pipeline/definition.h"
#include "loop/pipeline/item_map.h"

/// How the stages of dvc.yaml are run: the section `pipeline` of cairn.yaml. It is read from the working
/// copy, as dvc.yaml is.
namespace cairn::pipeline {

/// What a stage takes while it runs, or what all may take together. Stages are placed by it, not limited.
struct Resources {
  double cpu = 1;  ///< Processors.
  std::uint64_t memory_bytes = 0;
  unsigned gpu = 0;  ///< Whole devices; a stage finds its own in CUDA_VISIBLE_DEVICES.
};

struct Retries {
  unsigned most = 0;  ///< Tries after the first.
  std::int64_t wait_ms = 1'000;
  std::int64_t longest_ms = 300'000;

  /// Before the try that follows `failed` failed ones: `wait_ms`, doubled with each, at most `longest_ms`.
  std::int64_t WaitAfter(unsigned failed) const;
};

/// A value that a stage finds in its environment, and that stands nowhere but where this points.
struct Secret {
  std::string name;  ///< The variable that the stage sees.
  enum class From { Variable, File } from = From::Variable;
  /// The variable of Cairn's own environment, or the file (from the project's folder; its last line end is
  /// no part of the value).
  std::string source;
};

/// A secret as it is written, {env: VARIABLE} or {file: PATH}. InvalidArgument with the place for anything
/// else, the value itself above all.
Result<Secret> ReadSecret(const std::string& name, const Node& node);

struct StageSettings {
  std::int64_t timeout_ms = 0;  ///< Of each try; 0 for none.
  Retries retries;
  Resources resources;
  std::vector<Secret> secrets;
  std::vector<std::string> environment;  ///< Files that pin what is installed, relative to the project.
  bool run_cache = true;  ///< What it made of the same before is taken in place of running it (run_cache.h).
  std::optional<ItemMap> map;  ///< Run item by item; timeout and resources are then those of one call.
};

/// Where OpenLineage events go.
struct LineageTarget {
  std::string job_namespace = "cairn";
  std::string file;         ///< From the project's folder; one line an event. "" for none.
  std::string url;          ///< Takes each event by POST. "" for none.
  std::vector<Secret> key;  ///< One at most: sent as a bearer token.

  bool IsSet() const { return !file.empty() || !url.empty(); }
};

/// Which machines run the stages.
struct ExecutorSettings {
  enum class Kind {
    Local,  ///< This one.
    Ray,    ///< Those of a Ray cluster, as one job a run.
  } kind = Kind::Local;
  std::string address;  ///< Of the engine, "http://head:8265" (Ray's Jobs API), without a slash at its end.
  /// What stages read and make travels through it: a folder that every machine sees at the same place, or
  /// "s3://bucket/prefix".
  std::string store;
  std::string tracking;  ///< Where the machines reach the tracking server; "" for where this one does.
  std::string python = "python3";  ///< Of the machines, with Ray in it.
  /// Folders of the machines that stages look for programs in first, as in PATH; "" for none.
  std::string path;
  std::int64_t patience_ms = 60'000;  ///< How long the engine may be silent until a run has failed.
  std::vector<Secret> token;          ///< One at most: sent to the engine as a bearer token.
};
const char* NameOf(ExecutorSettings::Kind kind);
/// `executor` of the section `pipeline`, and the settings of the engine that it names. InvalidArgument with
/// the place.
Result<ExecutorSettings> ReadExecutor(const Node& section);

class PipelineSettings {
 public:
  const ExecutorSettings& executor() const { return executor_; }
  const LineageTarget& lineage() const { return lineage_; }
  /// The stage's own, those of the group it belongs to, or the defaults.
  const StageSettings& Of(std::string_view stage) const;
  /// Variables of Cairn's environment that hold secrets: no stage sees them but under the name it asked for.
  std::vector<std::string> SecretVariables() const;
  /// What the stages may take together where cairn.yaml says so; otherwise what `machine` has.
  Resources Within(const Resources& machine) const;
  /// InvalidArgument naming the place for settings of a stage that `definition` does not have.
  Result<> Fit(const Definition& definition) const;

 private:
  friend Result<PipelineSettings> ParsePipeline(const Node& configuration);

  struct Named {
    StageSettings settings;
    std::string where;
  };
  StageSettings all_;
  LineageTarget lineage_;
  ExecutorSettings executor_;
  std::map<std::string, Named, std::less<>> stages_;
  double cpu_ = 0;  ///< 0 in these three: not said.
  std::uint64_t memory_bytes_ = 0;
  int gpu_ = -1;  ///< Negative: not said.
};

/// InvalidArgument with the place: an unknown key, a value out of range, a file outside the project, a secret
/// that stands there itself.
Result<PipelineSettings> ParsePipeline(const Node& configuration);
/// Those of `<project>/cairn.yaml`; the defaults when there is none.
Result<PipelineSettings> ReadPipelineSettings(const std::string& project);

/// What this machine has.
Resources ResourcesHere();

}  // namespace cairn::pipeline
