#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "loop/evaluation/odds_evidence.h"
#include "loop/serving/canary_record.h"
#include "loop/serving/service.h"
#include "loop/serving/traffic/awaited_labels.h"
#include "loop/serving/traffic/awaited_pairs.h"
#include "loop/serving/traffic/latency_window.h"
#include "loop/serving/versions/loaded_version.h"

namespace cairn::serving {

/// Which requests are drawn, for a canary or for the log: each with the chance that the share is,
/// independently. Equal seeds draw equally. Safe from any thread.
class TrafficSplit {
 public:
  explicit TrafficSplit(std::uint64_t seed) : seed_(seed) {}
  bool Draws(double share);

 private:
  const std::uint64_t seed_;
  std::atomic<std::uint64_t> drawn_ = 0;
};

/// What was answered, and still waits for its label.
struct Awaited {
  explicit Awaited(std::uint64_t seed) : labels(seed), pairs(seed) {}
  AwaitedLabels labels;
  AwaitedPairs pairs;
};

/// A version on trial beside production: its share of the requests and what is seen of both. It gets no more
/// requests from the moment on that its record shows a fault. Safe from any thread.
class Canary {
 public:
  /// Goes on from `record`, whose limits hold, and with what is awaited. `seed` decides which requests it
  /// gets.
  Canary(std::shared_ptr<const LoadedVersion> version, double share, CanaryRecord record, std::uint64_t seed,
         Awaited awaited);
  /// Awaits nothing yet.
  Canary(std::shared_ptr<const LoadedVersion> version, double share, CanaryRecord record, std::uint64_t seed)
      : Canary(std::move(version), share, std::move(record), seed, Awaited(seed)) {}

  const LoadedVersion& version() const { return *version_; }
  /// Where one request goes, and the chance it had to go to the canary.
  struct Draw {
    bool is_drawn = false;  ///< False once it has ended: production answers, and nothing is counted.
    bool to_canary = false;
    double share = 0;
  };
  Draw Next();
  void SetShare(double share) { share_ = share; }
  /// How one request went that was drawn, whichever side it fell to; `scores` of one that did not fail.
  void Observe(const Draw& draw, bool bad, std::int64_t micros, std::span<const double> scores);
  /// The scores of a drawn request that did not fail, under its id, for labels that come later.
  void Await(const Draw& draw, std::string_view id, std::span<const double> scores);
  /// A label, as AwaitedLabels::Take and AwaitedPairs::Take have it. What loses more than production's
  /// answers ends at once.
  void ObserveLabel(std::string_view id, double label);
  /// Whether it is a shadow now: its share is 0, and production's answers are put to it as well.
  bool IsShadow() const { return share_ == 0 && !ended_; }
  /// What both said to the request of that id; nothing from one that failed. Where only one of them failed,
  /// it was the canary with chance one half at most if it is no worse: that is evidence of the same form.
  void ObserveShadow(std::string_view id, const std::optional<std::vector<double>>& canary,
                     const std::optional<std::vector<double>>& production);
  void LeaveOut();
  CanaryState State() const;

 private:
  CanaryRecord RecordNow() const;
  void Count(const AwaitedLabels::Loss& loss);
  void Count(const AwaitedPairs::Losses& losses);

  const std::shared_ptr<const LoadedVersion> version_;
  std::atomic<double> share_;
  TrafficSplit split_;
  std::atomic<bool> ended_ = false;
  LatencyWindow canary_times_, production_times_;
  mutable std::mutex mutex_;
  CanaryRecord record_;  ///< Its lists are those of the evidence, which go into a copy.
  evaluation::OddsEvidence bad_, slow_, drawn_, losses_;
  Awaited awaited_;
};

}  // namespace cairn::serving
