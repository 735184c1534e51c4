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
  static Result<std::shared_ptr<const LoadedVersion>> Make(const std::string& model, StoredVersion stored);

  const Offer& offer() const { return *offer_; }
  const std::shared_ptr<const Offer>& shared_offer() const { return offer_; }
  bool Reads(std::string_view column) const;
  bool waits() const { return model_->waits(); }
  /// Whether it would be loaded the same way by these settings.
  bool RunsBy(const runtime::WorkerSettings& worker) const { return !waits() || worker_ == worker; }

  struct Outcome {
    runtime::Batch outputs;
    std::vector<double> scores;
  };
  /// Unprocessable naming the column that is missing or of the wrong kind.
  Result<runtime::Batch> Bind(const Question& question) const;
  /// Internal when the model fails, or gives scores that are none.
  Result<Outcome> Run(const runtime::Batch& inputs, std::size_t rows) const;

 private:
  LoadedVersion(runtime::Binder binder, runtime::ScoreOutput score)
      : binder_(std::move(binder)), score_(std::move(score)) {}
  bool TakesText(std::size_t column) const;

  std::shared_ptr<const runtime::Model> model_;
  std::shared_ptr<const Offer> offer_;
  runtime::Binder binder_;
  runtime::ScoreOutput score_;
  runtime::WorkerSettings worker_;
  bool probability_ = false;
};

}  // namespace cairn::serving
