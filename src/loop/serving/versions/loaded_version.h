#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/runtime/features.h"
#include "loop/runtime/scores.h"
#include "loop/serving/service.h"

namespace cairn::serving {

/// A version in memory with all that is known about it beforehand. Plain after Make; safe from any thread.
class LoadedVersion {
 public:
  /// Runs it once on empty values, so that the first request is not the slow one. Unsupported or
  /// Unprocessable when it takes no columns or gives no score.
  /// The turnstile must outlive it.
  static Result<std::shared_ptr<const LoadedVersion>> Make(const std::string& model, StoredVersion stored,
                                                           const Batching& batching,
                                                           runtime::Turnstile& turnstile);

  const Offer& offer() const { return *offer_; }
  const std::shared_ptr<const Offer>& shared_offer() const { return offer_; }
  bool Reads(std::string_view column) const;
  /// Whether Run may wait, for other requests or for another process.
  bool waits() const { return line_ != nullptr; }
  /// Whether it would be loaded the same way by these settings.
  bool RunsBy(const Settings& settings) const {
    return (!model_->waits() || worker_ == settings.worker) && batching_ == settings.batching;
  }
  const Pace& pace() const { return pace_; }
  std::int64_t Waiting() const { return line_ ? turnstile_.Waiting(*line_) : 0; }

  struct Outcome {
    /// When not Answered its turn never came, and the rest is empty.
    runtime::Ran::Fate fate = runtime::Ran::Fate::Answered;
    runtime::Batch outputs;
    std::vector<double> scores;
    std::int64_t run_ns = 0;
    Execution execution;
  };
  /// Unprocessable naming the column that is missing or of the wrong kind.
  Result<runtime::Batch> Bind(const Question& question) const;
  /// Internal when the model fails, or gives scores that are none.
  Result<Outcome> Run(const runtime::Batch& inputs, std::size_t rows, const runtime::Turn& turn) const;

 private:
  LoadedVersion(runtime::Binder binder, runtime::ScoreOutput score, runtime::Turnstile& turnstile)
      : binder_(std::move(binder)), score_(std::move(score)), turnstile_(turnstile) {}
  Result<runtime::Ran> RunModel(const runtime::Batch& inputs, std::size_t rows,
                                const runtime::Turn& turn) const;
  Result<> CheckScores(const std::vector<double>& scores, std::size_t rows) const;
  bool TakesText(std::size_t column) const;

  std::shared_ptr<const runtime::Model> model_;
  std::shared_ptr<const Offer> offer_;
  runtime::Binder binder_;
  runtime::ScoreOutput score_;
  runtime::WorkerSettings worker_;
  Batching batching_;
  Pace pace_;
  runtime::Turnstile& turnstile_;
  runtime::OwnedLine line_;  ///< Null: each request runs at once.
  bool probability_ = false;
};

}  // namespace cairn::serving
