#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/runtime/features.h"
#include "loop/runtime/scores.h"
#include "loop/serving/service.h"
#include "loop/serving/versions/output_check.h"

namespace cairn::serving {

/// A version in memory with all that is known about it beforehand. Plain after Make; safe from any thread.
class LoadedVersion {
 public:
  /// Runs it once on empty values, so that the first request is not the slow one. Unsupported or
  /// Unprocessable when it takes no columns or gives no score.
  /// The turnstile must outlive it. `heap_before`: os::HeapInUse() before it was read; 0 leaves its memory
  /// unmeasured.
  static Result<std::shared_ptr<const LoadedVersion>> Make(const std::string& model, StoredVersion stored,
                                                           const Settings& settings,
                                                           runtime::Turnstile& turnstile,
                                                           std::uint64_t heap_before = 0);

  /// Its memory goes back to the system.
  ~LoadedVersion();

  const Offer& offer() const { return *offer_; }
  const std::shared_ptr<const Offer>& shared_offer() const { return offer_; }
  bool Reads(std::string_view column) const;
  /// Whether Run may wait, for other requests or for another process.
  bool waits() const { return line_ != nullptr; }
  /// Whether it would be loaded the same way by these settings.
  bool RunsBy(const Settings& settings) const {
    return (!model_->waits() || worker_ == settings.worker) && batching_ == settings.batching &&
           rules_ == settings.outputs;
  }
  const Pace& pace() const { return pace_; }
  /// What it takes: of the heap as it was loaded, or of its processes now.
  std::uint64_t bytes() const { return model_->waits() ? model_->memory_bytes() : heap_bytes_; }
  const OutputCheck& outputs() const { return check_; }
  /// What an answer of its that broke a rule did, as a sentence.
  std::string Sentence(const Breach& broken) const;
  std::int64_t Waiting() const { return line_ ? turnstile_.Waiting(*line_) : 0; }

  struct Outcome {
    /// When not Answered its turn never came, and the rest is empty.
    runtime::Ran::Fate fate = runtime::Ran::Fate::Answered;
    runtime::Batch outputs;
    std::vector<double> scores;
    std::int64_t run_ns = 0;
    Execution execution;
    std::optional<Breach> broken;  ///< The rule about outputs that the answer breaks: it must not be given.
  };
  /// Unprocessable naming the column that is missing or of the wrong kind.
  Result<runtime::Batch> Bind(const Question& question) const;
  /// Internal when the model fails, or gives scores that are none for each row.
  Result<Outcome> Run(const runtime::Batch& inputs, std::size_t rows, const runtime::Turn& turn) const;

 private:
  LoadedVersion(runtime::Binder binder, runtime::ScoreOutput score, OutputCheck check,
                runtime::Turnstile& turnstile)
      : binder_(std::move(binder)),
        score_(std::move(score)),
        check_(std::move(check)),
        turnstile_(turnstile) {}
  Result<runtime::Ran> RunModel(const runtime::Batch& inputs, std::size_t rows,
                                const runtime::Turn& turn) const;
  bool TakesText(std::size_t column) const;

  std::shared_ptr<const runtime::Model> model_;
  std::shared_ptr<const Offer> offer_;
  runtime::Binder binder_;
  runtime::ScoreOutput score_;
  OutputCheck check_;
  runtime::WorkerSettings worker_;
  Batching batching_;
  OutputRules rules_;
  Pace pace_;
  std::uint64_t heap_bytes_ = 0;
  runtime::Turnstile& turnstile_;
  runtime::OwnedLine line_;  ///< Null: each request runs at once.
};

}  // namespace cairn::serving
