#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "ground/tables/engine.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "ledger/governance/configuration.h"
#include "loop/data/catalogue.h"
#include "loop/evaluation/judged_table.h"
#include "loop/registry/registry.h"
#include "loop/tracking/tracking.h"

/// How good a version is on rows that somebody names: asked for at any time, measured here, kept with the
/// digests of what was measured. Decides nothing; the gates make their own examination (rollout).
namespace cairn::assessment {

/// What is to be measured, and on what.
struct Question {
  std::string model;            ///< Registered; "" where columns of the rows say what was predicted.
  std::int64_t version = 0;     ///< 0: the newest.
  std::string dataset;          ///< Or `file`: exactly one.
  std::string dataset_version;  ///< Number or alias; "": the newest.
  std::string file;             ///< CSV, Parquet or JSON lines, on this machine; a pattern for several.
  enum class Part {
    Unseen,  ///< The sealed rows, whose opening goes on record; where nothing was sealed, Training.
    Training,
  } part = Part::Unseen;
  /// What is empty here is taken from the data set's entry in the accepted configuration: target, positive.
  evaluation::JudgedColumns columns;
  std::vector<std::string> slices, groups;
  evaluation::SuiteSettings settings;  ///< Without a cost: the accepted charter's.
  std::optional<double> threshold;     ///< Instead of the one on record.
  bool rescoring = true;               ///< Robustness and importance, where a model answers.
};

/// What a version must reach, said before it is measured.
struct Plan {
  std::string model;
  std::optional<double> threshold;  ///< At which rows are decided.
  std::string metric;               ///< "" for none, else with `min` or `max`.
  std::optional<double> min, max;
};

/// The report on columns that hold predictions, without a store: evaluation::RunSuite's, with "on" and
/// "threshold_record". InvalidArgument when the question names a model or a data set; the errors of reading
/// and of the suite.
Result<Json> AssessFile(tables::Engine& engine, const Question& question);

/// Safe from any thread.
class Assessments {
 public:
  struct Rooms {
    sql::Database& database;
    const os::Clock& clock;
    governance::Configurations& configurations;
    data::Catalogue& catalogue;
    registry::Registry& registry;
    tracking::Tracking& tracking;
  };
  explicit Assessments(Rooms rooms) : rooms_(rooms) {}

  /// Puts a plan on record before the result: event "evaluation.planned". InvalidArgument when it says
  /// nothing, a threshold outside 0..1, bounds without a metric or a metric without bounds; NotFound without
  /// the model. Gives {"event", "at_ms", "model", "threshold", "metric", "min", "max"}.
  Result<Json> Record(const Plan& plan, std::string_view actor);

  /// Measures and keeps: evaluation::RunSuite's report with "id", "event", "model", "version", "manifest",
  /// "run", "on", "threshold_record", "bound", "seal", and where a model answered "robustness" and
  /// "importance". The newest plan of the model says at which threshold rows are decided, and which figure
  /// must keep which bound, with its whole interval; else model.threshold of the accepted configuration; else
  /// the question, and the report says that nothing was on record. Event "evaluation.made", and the figures
  /// on the version's run as metrics "evaluation.NAME", in one story. Nothing is kept where no model is
  /// named.
  ///
  /// InvalidArgument for a question that contradicts itself; NotFound without the version, the data set or
  /// the file; Corrupt when the version's files are not what was registered; Denied when its code may not
  /// run; Unprocessable when rows and model do not fit; Unsupported for a model that cannot be served here.
  Result<Json> Assess(const Question& question, std::string_view actor);

  /// What was kept of a version, newest first, without the pictures; version 0 means all of the model's.
  Result<std::vector<Json>> List(std::string_view model, std::int64_t version) const;
  /// A whole report. NotFound.
  Result<Json> Find(std::string_view id) const;

 private:
  Rooms rooms_;
};

}  // namespace cairn::assessment
