#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "ground/tables/engine.h"
#include "ground/tables/source.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "ground/vocabulary/time.h"
#include "loop/batch/input_drift.h"
#include "loop/batch/parts.h"
#include "loop/runtime/format.h"

/// Answers that are made ahead: a version answers every row of a table, and the answers are looked up by key.
namespace cairn::batch {

class AnswerTableWriter;

struct Wanted {
  std::string batch;  ///< The name under which answers are looked up.
  std::string model;
  std::int64_t version = 0;
  std::string manifest;  ///< Digest of the version's files.
  std::string input;     ///< A file, a pattern as tables::Source takes it, or a folder of files.
  std::string output;
  tables::Format format = tables::Format::Parquet;  ///< Of the output.
  std::vector<std::string> key;                     ///< Columns by whose values together a row is found.
  std::vector<std::string> keep = {};               ///< Columns that go along.
  Json reference = {};  ///< What inputs are compared with, as InputDrift::Against takes it.
  Json how = {};        ///< Whatever else the answers depend on.
  TimeMs now = 0;
  std::optional<TimeMs> stamped = {};  ///< In place of `now`.
};

/// One batch on its way, in this order: Begin, Score, Drift, Write, Put. A process that dies anywhere leaves
/// what it finished to the next call of the same, which goes on there and comes to the same bytes. Nothing is
/// seen at the output before Put. One thread at a time.
///
/// The output has a row for each row of the input, in its order: the key's columns, those kept, one for each
/// output, and `model_version` ("churn/3"). One of Parquet says more in its metadata: cairn.batch,
/// cairn.model, cairn.version, cairn.manifest, cairn.input (SHA-256), cairn.began.
class Batch {
 public:
  /// Reads the input once for its digest, unless it is remembered and was not touched. InvalidArgument for an
  /// output within the input; Conflict while another process makes the same; the errors of tables::Source.
  static Result<std::unique_ptr<Batch>> Begin(Wanted wanted);

  /// Why what was finished of a batch with the same output is not used; "" when there was nothing, or it is.
  const std::string& discarded() const { return parts_.discarded(); }
  std::int64_t rows() const { return parts_.rows(); }  ///< That are finished.
  bool complete() const { return parts_.complete(); }

  /// The errors of serving::ScoreRows; Unprocessable for a row without a key, and for an input without rows.
  Result<> Score(const runtime::LoadedFolder& model, std::stop_token stop = {});
  /// As InputDrift::Report.
  Json Drift() const;

  /// What is said about the batch: {"batch", "model", "version", "manifest", "input", "inputs", "key",
  /// "rows", "began", "drift"}.
  Json Stamp(const Json& drift) const;

  struct Made {
    Json stamp;           ///< Of the table of answers: as above, with `output` and, where given, `decision`.
    std::string answers;  ///< Path of the table of answers.
  };
  /// Makes the output and the table of answers, not yet where they are seen. `decision` says who
  /// publishes despite drift, {"reason", "by"}; null where nobody has to.
  /// Unprocessable naming a key that more than one row has, and those rows; Conflict when the input was
  /// changed meanwhile.
  Result<Made> Write(const Json& drift, const Json& decision = {});
  /// The output appears, whole and on disk, in place of what was there; what was kept for a next call goes.
  Result<> Put();

 private:
  Batch(Wanted wanted, std::vector<std::string> paths, tables::Source source, Parts parts, InputDrift drift);
  Result<> Identify();
  Result<> CheckUntouched() const;
  Result<> WriteRows(const std::string& relation, AnswerTableWriter& writer);
  Result<> WriteOutput(const std::string& relation);
  std::string Staged() const;

  Wanted wanted_;
  std::vector<std::string> paths_;
  tables::Source source_;
  Parts parts_;
  InputDrift drift_;
  std::unique_ptr<tables::Engine> engine_;
  Json files_;         ///< Of the input: path, stamp and digest of each.
  std::string input_;  ///< SHA-256 of them all.
};

}  // namespace cairn::batch
