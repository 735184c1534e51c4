#include "loop/synthesis/columns/distribution.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace cairn::synthesis {
namespace {

constexpr double kTens[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
constexpr int kMostDecimals = 6;

double Rounded(double value, int decimals) {
  return std::floor(value * kTens[decimals] + 0.5) / kTens[decimals];
}

}  // namespace

Steps::Steps(std::span<const double> values, std::span<const std::int64_t> rows, const Manner& manner)
    : manner_(manner), origin_(values.front()) {
  double sum = 0, low = 0;
  std::int64_t open = 0;  // Rows of the range that is being filled.
  const auto end_range = [&](double high) {
    if (open == 0 || !manner_.ranges) return;
    // What is too little to stand alone joins the range before it, or reaches from its neighbour.
    const bool little = open < manner_.least_rows && !parts_.empty();
    if (little && parts_.back().low < parts_.back().high)
      parts_.back().upto = sum, parts_.back().high = high;
    else
      parts_.push_back({sum, little ? parts_.back().low : low, high});
    open = 0;
  };
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (manner_.atoms && rows[i] >= manner_.least_rows) {
      end_range(values[i]);
      sum += static_cast<double>(rows[i]);
      parts_.push_back({sum, values[i], values[i]});
      continue;
    }
    if (open >= manner_.least_rows) end_range(values[i]);
    if (open == 0) low = values[i];
    open += rows[i];
    if (manner_.ranges) sum += static_cast<double>(rows[i]);
  }
  end_range(values.back() + manner_.step);
  if (parts_.empty()) parts_.push_back({1, values.front(), values.back() + manner_.step});
  const double all = parts_.back().upto;
  for (Part& part : parts_) part.upto /= all;
}

double Steps::At(double share) const {
  const auto found = std::upper_bound(parts_.begin(), parts_.end() - 1, share,
                                      [](double wanted, const Part& part) { return wanted < part.upto; });
  if (found->low == found->high) return found->low;
  const double begin = found == parts_.begin() ? 0 : (found - 1)->upto, width = found->upto - begin;
  const double within = width > 0 ? std::clamp((share - begin) / width, 0.0, 1.0) : 0;
  double value = found->low + (found->high - found->low) * within;
  if (manner_.step > 0) {
    value = origin_ + std::floor((value - origin_) / manner_.step) * manner_.step;
    return std::clamp(value, found->low, std::max(found->low, found->high - manner_.step));
  }
  return manner_.decimals < 0 ? value : Rounded(value, manner_.decimals);
}

double StepOf(std::span<const double> values) {
  std::int64_t step = 0;
  for (const double value : values) {
    const double off = value - values.front();
    if (!(off < 9e18)) return 1;
    step = std::gcd(step, static_cast<std::int64_t>(off));
  }
  return static_cast<double>(step);
}

int DecimalsOf(std::span<const double> values) {
  int decimals = 0;
  for (const double value : values) {
    while (decimals <= kMostDecimals && Rounded(value, std::min(decimals, kMostDecimals)) != value)
      ++decimals;
    if (decimals > kMostDecimals) return -1;
  }
  return decimals;
}

Choice::Choice(std::span<const std::int64_t> weights) {
  double sum = 0;
  for (const auto weight : weights) upto_.push_back(sum += static_cast<double>(weight));
}

std::size_t Choice::At(double share) const {
  const double wanted = share * upto_.back();
  const auto found = std::upper_bound(upto_.begin(), upto_.end(), wanted);
  return std::min(static_cast<std::size_t>(found - upto_.begin()), upto_.size() - 1);
}

}  // namespace cairn::synthesis
