#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ground/vocabulary/time.h"

/// What tracking keeps, as plain values.
namespace cairn::tracking {

struct Tag {
  std::string key;
  std::string value;
};

struct Param {
  std::string key;
  std::string value;
};

/// "0" is the experiment Default; others are 18-digit integers made from the time.
using ExperimentId = std::int64_t;

struct Experiment {
  ExperimentId id = 0;
  std::string name;
  std::string artifact_location;  ///< A URI; runs' artifacts live below it.
  bool deleted = false;
  TimeMs created_ms = 0;
  TimeMs updated_ms = 0;  ///< Moved by rename, delete and restore.
  std::vector<Tag> tags;
};

/// One measured value. Identity within a run: key, time, step, value.
struct Metric {
  std::string key;
  double value = 0;  ///< May be NaN. Infinities are kept as the largest finite numbers.
  TimeMs at_ms = 0;
  std::int64_t step = 0;
  std::string model_id;  ///< The logged model that it also describes, or "".
  std::string dataset_name;
  std::string dataset_digest;
  std::string run_id;  ///< Filled when read of a model or of several runs.
};

/// One value of a metric whose run and key are known. No -0.
struct Point {
  std::int64_t step = 0;
  TimeMs at_ms = 0;
  double value = 0;  ///< May be NaN.
};

/// The point as a metric of a run.
Metric MetricOf(const Point& point, std::string_view run_id, std::string_view key);

/// What becomes of values of parameters and tags that are longer than what is kept.
enum class LongValues { Cut, Refused };

/// Which of many points stand for all: those spread evenly over the rows, as MLflow's pages draw them, or
/// those among which no extreme is lost.
enum class Sampling { Even, Extremes };

struct Dataset {
  std::string name;
  std::string digest;
  std::string source_type;
  std::string source;
  std::optional<std::string> schema;
  std::optional<std::string> profile;
};

/// A data set that a run read.
struct DatasetInput {
  Dataset dataset;
  std::vector<Tag> tags;
};

struct ModelOutput {
  std::string model_id;
  std::int64_t step = 0;
};

enum class RunStatus { Running = 1, Scheduled, Finished, Failed, Killed };
/// "RUNNING".
const char* NameOf(RunStatus status);
std::optional<RunStatus> RunStatusOf(std::string_view name);

/// A run without what was logged to it.
struct RunInfo {
  std::string id;  ///< 32 hexadecimal digits.
  ExperimentId experiment = 0;
  std::string name;
  std::string user;
  RunStatus status = RunStatus::Running;
  TimeMs start_ms = 0;
  std::optional<TimeMs> end_ms;
  std::string artifact_uri;
  bool deleted = false;
};

struct Run {
  RunInfo info;
  std::vector<Metric> metrics;  ///< One per key: the largest by (step, time, value).
  std::vector<Param> params;
  std::vector<Tag> tags;
  std::vector<DatasetInput> inputs;
  std::vector<std::string> input_models;
  std::vector<ModelOutput> outputs;
};

enum class ModelStatus { Pending = 1, Ready, UploadFailed };

/// A model as it was logged, before anybody registered it.
struct LoggedModel {
  std::string id;  ///< "m-" and 32 hexadecimal digits.
  ExperimentId experiment = 0;
  std::string name;
  std::string type;
  std::string source_run;
  std::string artifact_uri;
  ModelStatus status = ModelStatus::Pending;
  bool deleted = false;
  TimeMs created_ms = 0;
  TimeMs updated_ms = 0;
  std::vector<Tag> tags;
  std::vector<Param> params;
  std::vector<Metric> metrics;
};

enum class View { Active, Deleted, All };

/// Part of an answer, and where the rest begins.
template <class T>
struct Page {
  std::vector<T> items;
  std::string next;  ///< Opaque; "" when there is no more.
};

}  // namespace cairn::tracking
