#include "loop/evaluation/sequential.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

namespace cairn::evaluation {
namespace {

constexpr int kGridPoints = 48;

std::vector<double> LogGrid(double from, double to) {
  std::vector<double> grid(kGridPoints);
  const double step = std::log(to / from) / (kGridPoints - 1);
  for (int i = 0; i < kGridPoints; ++i) grid[static_cast<std::size_t>(i)] = from * std::exp(step * i);
  return grid;
}

std::vector<double> WorseOdds() { return LogGrid(1.05, 20.0); }

/// A broken split may be off by little, and there is much traffic to see it by: the grid starts closer to 1
/// than the guard's.
std::vector<double> OddsBothWays() {
  std::vector<double> ratios = LogGrid(1.01, 20.0);
  for (int i = 0; i < kGridPoints; ++i) ratios.push_back(1 / ratios[static_cast<std::size_t>(i)]);
  return ratios;
}

Json Numbers(std::span<const double> numbers) {
  Json array = Json::Array();
  for (const double number : numbers) array.Push(number);
  return array;
}

Result<std::vector<double>> NumbersOf(const Json& array) {
  std::vector<double> numbers;
  for (const Json& item : array.items()) {
    if (!item.IsNumber())
      return Error{Reason::InvalidArgument, "the stored state of a sequential test holds no numbers"};
    numbers.push_back(item.AsDouble());
  }
  return numbers;
}

Result<Done> CheckAlpha(double alpha) {
  if (alpha > 0 && alpha < 1) return Done{};
  return Error{Reason::InvalidArgument, "the stored state of a sequential test has no alpha between 0 and 1"};
}

}  // namespace

OddsMixture::OddsMixture(std::vector<double> ratios)
    : ratios_(std::move(ratios)),
      log_products_(ratios_.size(), 0.0),
      log_if_canary_(ratios_.size()),
      log_if_not_(ratios_.size()) {}

void OddsMixture::UseShare(double share) {
  if (share == share_) return;
  share_ = share;
  for (std::size_t i = 0; i < ratios_.size(); ++i) {
    // With theta = r rho / (r rho + 1 - r): theta / r = rho / d and (1 - theta) / (1 - r) = 1 / d, where d =
    // r rho + 1 - r.
    const double log_d = std::log1p(share * (ratios_[i] - 1));
    log_if_canary_[i] = std::log(ratios_[i]) - log_d;
    log_if_not_[i] = -log_d;
  }
}

void OddsMixture::Multiply(bool is_canary, double share) {
  if (!(share > 0 && share < 1)) return;
  UseShare(share);
  const std::vector<double>& factors = is_canary ? log_if_canary_ : log_if_not_;
  for (std::size_t i = 0; i < factors.size(); ++i) log_products_[i] += factors[i];
}

double OddsMixture::EValue() const {
  const double greatest = *std::max_element(log_products_.begin(), log_products_.end());
  double sum = 0;
  for (const double log_product : log_products_) sum += std::exp(log_product - greatest);
  const double mean = std::exp(greatest + std::log(sum / static_cast<double>(log_products_.size())));
  // A number that JSON can hold, even when the evidence overflows it.
  return std::min(mean, std::numeric_limits<double>::max());
}

Result<Done> OddsMixture::Restore(std::span<const double> log_products) {
  const bool finite =
      std::all_of(log_products.begin(), log_products.end(), [](double v) { return std::isfinite(v); });
  if (log_products.size() != ratios_.size() || !finite) {
    return Error{Reason::InvalidArgument, "the stored state of a sequential test needs " +
                                              std::to_string(ratios_.size()) +
                                              " finite numbers in 'log_products'"};
  }
  log_products_.assign(log_products.begin(), log_products.end());
  return Done{};
}

ErrorRateGuard::ErrorRateGuard(double alpha) : alpha_(alpha), mixture_(WorseOdds()) {}

void ErrorRateGuard::Observe(bool is_canary, bool bad, double share) {
  ++(is_canary ? canary_ : others_);
  if (!bad) return;
  ++(is_canary ? canary_bad_ : others_bad_);
  mixture_.Multiply(is_canary, share);
  peak_ = std::max(peak_, mixture_.EValue());
}

Json ErrorRateGuard::ToJson() const {
  return Json{{"test", "error_rate_odds"}, {"alpha", alpha_},
              {"e_value", EValue()},       {"peak", peak_},
              {"abort", ShouldAbort()},    {"canary_requests", canary_},
              {"canary_bad", canary_bad_}, {"other_requests", others_},
              {"other_bad", others_bad_},  {"log_products", Numbers(mixture_.log_products())}};
}

Result<ErrorRateGuard> ErrorRateGuard::FromJson(const Json& state) {
  CAIRN_TRY(CheckAlpha(state.Double("alpha")));
  ErrorRateGuard guard(state.Double("alpha"));
  CAIRN_TRY(guard.mixture_.Restore(CAIRN_TRY(NumbersOf(state.At("log_products")))));
  guard.peak_ = state.Double("peak", 1);
  guard.canary_ = CAIRN_TRY(RequiredInt(state, "canary_requests"));
  guard.canary_bad_ = CAIRN_TRY(RequiredInt(state, "canary_bad"));
  guard.others_ = CAIRN_TRY(RequiredInt(state, "other_requests"));
  guard.others_bad_ = CAIRN_TRY(RequiredInt(state, "other_bad"));
  return guard;
}

SampleRatioCheck::SampleRatioCheck(double alpha) : alpha_(alpha), mixture_(OddsBothWays()) {}

void SampleRatioCheck::Observe(bool is_canary, double share) {
  ++(is_canary ? canary_ : others_);
  expected_canary_ += share;
  mixture_.Multiply(is_canary, share);
  peak_ = std::max(peak_, mixture_.EValue());
}

Json SampleRatioCheck::ToJson() const {
  return Json{{"test", "sample_ratio"},
              {"alpha", alpha_},
              {"e_value", EValue()},
              {"peak", peak_},
              {"broken", SplitIsBroken()},
              {"canary_requests", canary_},
              {"other_requests", others_},
              {"expected_canary_requests", expected_canary_},
              {"log_products", Numbers(mixture_.log_products())}};
}

Result<SampleRatioCheck> SampleRatioCheck::FromJson(const Json& state) {
  CAIRN_TRY(CheckAlpha(state.Double("alpha")));
  SampleRatioCheck check(state.Double("alpha"));
  CAIRN_TRY(check.mixture_.Restore(CAIRN_TRY(NumbersOf(state.At("log_products")))));
  check.peak_ = state.Double("peak", 1);
  check.canary_ = CAIRN_TRY(RequiredInt(state, "canary_requests"));
  check.others_ = CAIRN_TRY(RequiredInt(state, "other_requests"));
  check.expected_canary_ = state.Double("expected_canary_requests");
  return check;
}

}  // namespace cairn::evaluation
