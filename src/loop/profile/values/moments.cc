#include "loop/profile/values/moments.h"

#include <array>
#include <cmath>
#include <limits>

namespace cairn::profile {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
/// Independent sums, so that the processor need not wait for one addition before the next.
constexpr std::size_t kLanes = 4;
using Lanes = std::array<double, kLanes>;

double Sum(const Lanes& lanes) { return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]); }

double MeanOf(std::span<const double> values) {
  Lanes sums{};
  std::size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) sums[lane] += values[i + lane];
  }
  for (; i < values.size(); ++i) sums[0] += values[i];
  return Sum(sums) / static_cast<double>(values.size());
}

}  // namespace

void Moments::Add(std::span<const double> values) {
  if (values.empty()) return;
  double middle = MeanOf(values);
  // Sums beyond the range of doubles: values so large that their figures are no longer defined in doubles.
  if (!std::isfinite(middle)) middle = values.front();
  Lanes ones{}, twos{}, threes{}, fours{};
  std::size_t i = 0;
  const auto take = [&](std::size_t lane, double value) {
    const double off = value - middle, square = off * off;
    ones[lane] += off;
    twos[lane] += square;
    threes[lane] += square * off;
    fours[lane] += square * square;
  };
  for (; i + kLanes <= values.size(); i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) take(lane, values[i + lane]);
  }
  for (; i < values.size(); ++i) take(0, values[i]);
  // The sums are around `middle`; moved to the mean itself by what is left of the first.
  const auto rows = static_cast<long double>(values.size());
  const long double left = Sum(ones) / rows, two = Sum(twos), three = Sum(threes), four = Sum(fours);
  Moments part;
  part.rows_ = static_cast<std::int64_t>(values.size());
  part.mean_ = middle + left;
  part.second_ = two - rows * left * left;
  part.third_ = three - 3 * left * two + 2 * rows * left * left * left;
  part.fourth_ = four - 4 * left * three + 6 * left * left * two - 3 * rows * left * left * left * left;
  Merge(part);
}

void Moments::Merge(const Moments& other) {
  if (other.rows_ == 0) return;
  if (rows_ == 0) {
    *this = other;
    return;
  }
  const auto a = static_cast<long double>(rows_), b = static_cast<long double>(other.rows_), n = a + b;
  const long double step = other.mean_ - mean_, part = step / n;
  fourth_ += other.fourth_ + step * part * part * part * a * b * (a * a - a * b + b * b) +
             6 * part * part * (a * a * other.second_ + b * b * second_) +
             4 * part * (a * other.third_ - b * third_);
  third_ +=
      other.third_ + step * part * part * a * b * (a - b) + 3 * part * (a * other.second_ - b * second_);
  second_ += other.second_ + step * part * a * b;
  mean_ += part * b;
  rows_ += other.rows_;
}

double Moments::Mean() const { return rows_ == 0 ? kNan : static_cast<double>(mean_); }

double Moments::Variance() const {
  return rows_ < 2 ? kNan : static_cast<double>(second_ / static_cast<long double>(rows_ - 1));
}

double Moments::Deviation() const { return std::sqrt(Variance()); }

double Moments::Skewness() const {
  if (rows_ < 3 || second_ <= 0) return kNan;
  const auto n = static_cast<long double>(rows_);
  return static_cast<double>(std::sqrt(n * (n - 1)) / (n - 2) * std::sqrt(n) * third_ /
                             std::pow(second_, 1.5L));
}

double Moments::Kurtosis() const {
  if (rows_ < 4 || second_ <= 0) return kNan;
  const auto n = static_cast<long double>(rows_);
  const long double plain = n * fourth_ / (second_ * second_);
  return static_cast<double>((n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * plain - 3 * (n - 1)));
}

Moments::Saved Moments::Save() const {
  Saved saved;
  saved.rows = rows_;
  std::size_t at = 0;
  for (const long double figure : {mean_, second_, third_, fourth_}) {
    saved.figures[at] = static_cast<double>(figure);
    saved.figures[at + 1] =
        std::isfinite(saved.figures[at]) ? static_cast<double>(figure - saved.figures[at]) : 0;
    at += 2;
  }
  return saved;
}

Moments Moments::Restore(const Saved& saved) {
  Moments moments;
  moments.rows_ = saved.rows;
  std::size_t at = 0;
  for (long double* figure : {&moments.mean_, &moments.second_, &moments.third_, &moments.fourth_}) {
    *figure = static_cast<long double>(saved.figures[at]) + saved.figures[at + 1];
    at += 2;
  }
  return moments;
}

}  // namespace cairn::profile
