#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::evaluation {

/// Tests that may be looked at after every request: under the null hypothesis P(sup E >= 1/alpha) <= alpha
/// (Ville), whatever the number of looks. Plain values, not safe from several threads at once; the same
/// observations in the same order give the same state bit for bit.

/// A mixture of likelihood ratios "the odds are rho times what the share says" over a fixed grid of rho.
class OddsMixture {
 public:
  explicit OddsMixture(std::vector<double> ratios);

  /// One event that fell to the canary or not, when the canary's share of the traffic was `share` (0..1). An
  /// event whose side was certain (share 0 or 1) says nothing and changes nothing.
  void Multiply(bool is_canary, double share);
  /// Mean over the grid; at least 0, starts at 1.
  double EValue() const;
  /// One per ratio: ln of the product so far.
  std::span<const double> log_products() const { return log_products_; }
  /// InvalidArgument when there is not one finite number per ratio.
  Result<Done> Restore(std::span<const double> log_products);

 private:
  void UseShare(double share);

  std::vector<double> ratios_;
  std::vector<double> log_products_;
  double share_ = -1;  ///< That the two lists below are for.
  std::vector<double> log_if_canary_;
  std::vector<double> log_if_not_;
};

/// Error-rate guard of a canary: "the canary is no worse" against "its bad answers come more often than its
/// share of the traffic". Looks only at bad answers, so a base rate that moves over the day does not matter,
/// nor a share that changes between requests. Needs each request (or each unit, counted once) assigned at
/// random by itself.
class ErrorRateGuard {
 public:
  explicit ErrorRateGuard(double alpha = 0.01);

  /// `share`: the chance this request had to go to the canary. Good answers are only counted.
  void Observe(bool is_canary, bool bad, double share);
  double EValue() const { return mixture_.EValue(); }
  /// The greatest so far; what Ville's inequality bounds.
  double Peak() const { return peak_; }
  bool ShouldAbort() const { return peak_ >= 1 / alpha_; }
  double alpha() const { return alpha_; }

  /// Counts, e-value, peak and the sufficient statistics: enough to go on after a restart or to judge the
  /// verdict again.
  Json ToJson() const;
  /// InvalidArgument when `state` is not what ToJson gave.
  static Result<ErrorRateGuard> FromJson(const Json& state);

 private:
  double alpha_;
  OddsMixture mixture_;
  double peak_ = 1;
  std::int64_t canary_ = 0, canary_bad_ = 0, others_ = 0, others_bad_ = 0;
};

/// Sample-ratio check: does the canary get the share of the requests it should? Two-sided, over all requests.
/// A hit means that the split itself is broken: pause, never promote.
class SampleRatioCheck {
 public:
  explicit SampleRatioCheck(double alpha = 0.001);

  void Observe(bool is_canary, double share);
  double EValue() const { return mixture_.EValue(); }
  double Peak() const { return peak_; }
  bool SplitIsBroken() const { return peak_ >= 1 / alpha_; }

  Json ToJson() const;
  static Result<SampleRatioCheck> FromJson(const Json& state);

 private:
  double alpha_;
  OddsMixture mixture_;
  double peak_ = 1;
  std::int64_t canary_ = 0, others_ = 0;
  double expected_canary_ = 0;
};

}  // namespace cairn::evaluation
