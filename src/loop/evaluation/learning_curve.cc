#include "loop/evaluation/learning_curve.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ground/vocabulary/text.h"
#include "loop/evaluation/page/picture.h"
#include "loop/evaluation/random.h"

namespace cairn::evaluation {
namespace {

constexpr int kExponents = 200;
constexpr double kLeastExponent = 0.05, kMostExponent = 2;
constexpr std::size_t kLeastSizes = 3;
constexpr int kDrawn = 60;

struct Law {
  double limit = 0, scale = 0, exponent = 1;
  double At(double rows) const { return limit + scale * std::pow(rows, -exponent); }
};

/// Weighted least squares; `sign` is that of the scale. Powers of the rows are taken once for all fits.
class Fitting {
 public:
  Fitting(std::span<const TrainedOn> trainings, double sign) : sign_(sign) {
    for (const TrainedOn& one : trainings) {
      rows_.push_back(one.rows);
      weight_ += one.rows;
    }
    const double step = std::pow(kMostExponent / kLeastExponent, 1.0 / (kExponents - 1));
    for (double exponent = kLeastExponent; exponents_.size() < kExponents; exponent *= step) {
      exponents_.push_back(exponent);
      for (const double rows : rows_) powers_.push_back(std::pow(rows, -exponent));
    }
  }

  Law Fit(std::span<const double> values) const {
    Law best;
    double least = HUGE_VAL;
    for (std::size_t e = 0; e < exponents_.size(); ++e) {
      Law law = Straight(std::span(powers_).subspan(e * rows_.size(), rows_.size()), values);
      law.exponent = exponents_[e];
      double squares = 0;
      for (std::size_t i = 0; i < rows_.size(); ++i) {
        const double off = values[i] - law.limit - law.scale * powers_[e * rows_.size() + i];
        squares += rows_[i] * off * off;
      }
      if (squares < least) {
        least = squares;
        best = law;
      }
    }
    return best;
  }

 private:
  Law Straight(std::span<const double> powers, std::span<const double> values) const {
    double x = 0, y = 0;
    for (std::size_t i = 0; i < powers.size(); ++i) {
      x += rows_[i] * powers[i];
      y += rows_[i] * values[i];
    }
    x /= weight_;
    y /= weight_;
    double xx = 0, xy = 0;
    for (std::size_t i = 0; i < powers.size(); ++i) {
      xx += rows_[i] * (powers[i] - x) * (powers[i] - x);
      xy += rows_[i] * (powers[i] - x) * (values[i] - y);
    }
    const double slope = xx > 0 ? xy / xx : 0;
    if (slope * sign_ <= 0) return {y, 0, 1};  // More rows do harm, if anything: then none of it is law.
    return {y - slope * x, slope, 1};
  }

  const double sign_;
  double weight_ = 0;
  std::vector<double> rows_, exponents_, powers_;
};

double Quantile(std::vector<double>& sorted, double at) {
  const double place = at * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const double rest = place - static_cast<double>(below);
  return below + 1 < sorted.size() ? sorted[below] * (1 - rest) + sorted[below + 1] * rest : sorted[below];
}

/// The part of Student's distribution between -t and t, by Simpson's rule.
double Within(double t, double degrees) {
  const double log_scale =
      std::lgamma((degrees + 1) / 2) - std::lgamma(degrees / 2) - 0.5 * std::log(degrees * M_PI);
  constexpr int kParts = 2000;
  const double step = t / kParts;
  double sum = 0;
  for (int i = 0; i <= kParts; ++i) {
    const double x = step * i;
    const double density = std::exp(log_scale - (degrees + 1) / 2 * std::log1p(x * x / degrees));
    sum += density * (i == 0 || i == kParts ? 1 : i % 2 == 1 ? 4 : 2);
  }
  return 2 * sum * step / 3;
}

double StudentOf(double confidence, double degrees) {
  double low = 0, high = 1;
  while (Within(high, degrees) < confidence && high < 1e4) high *= 2;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (Within(middle, degrees) < confidence ? low : high) = middle;
  }
  return high;
}

Json PointOf(double rows, const std::vector<double>& values, double confidence) {
  const auto count = static_cast<double>(values.size());
  double mean = 0, squares = 0;
  for (const double value : values) mean += value / count;
  for (const double value : values) squares += (value - mean) * (value - mean);
  Json point{
      {"rows", rows}, {"trainings", values.size()}, {"value", mean}, {"low", Json()}, {"high", Json()}};
  if (values.size() < 2) return point;
  const double half = StudentOf(confidence, count - 1) * std::sqrt(squares / (count - 1) / count);
  return std::move(point.Set("low", mean - half).Set("high", mean + half));
}

Result<> Check(std::span<const TrainedOn> trainings, std::size_t sizes) {
  for (const TrainedOn& one : trainings) {
    if (!std::isfinite(one.rows) || !std::isfinite(one.value) || one.rows < 1)
      return Error{Reason::InvalidArgument, "a learning curve needs finite figures, each of one row or more"};
  }
  if (sizes >= kLeastSizes) return Done{};
  return Error{Reason::Unprocessable,
               "a learning curve needs trainings on three different numbers of rows, and "
               "there are " +
                   std::to_string(sizes)};
}

std::string ReasonOf(const std::string& verdict, const Json& gain, double worth) {
  const std::string between = "twice as many rows would better it by " + Short(gain.Double("low")) + " to " +
                              Short(gain.Double("high"));
  if (verdict == "yes") return between + ", all of it at least " + Short(worth);
  if (verdict == "no") return between + ", less than " + Short(worth);
  return between + ", which may or may not be " + Short(worth) + ": more draws, or more data, would tell";
}

}  // namespace

Result<Json> LearningCurve(std::span<const TrainedOn> trainings, const CurveSettings& settings) {
  std::map<double, std::vector<double>> by_rows;
  for (const TrainedOn& one : trainings) by_rows[one.rows].push_back(one.value);
  CAIRN_TRY(Check(trainings, by_rows.size()));
  const double sign = settings.higher_is_better ? -1 : 1, most = by_rows.rbegin()->first;
  const Fitting fitting(trainings, sign);
  std::vector<double> values, residuals;
  for (const TrainedOn& one : trainings) values.push_back(one.value);
  const Law law = fitting.Fit(values);
  const auto gain = [&](const Law& of) { return sign * (of.At(most) - of.At(2 * most)); };

  // Three numbers are fitted: what is left is that much too small.
  const double count = static_cast<double>(trainings.size()),
               wider = std::sqrt(count / std::max(1.0, count - 3));
  for (const TrainedOn& one : trainings)
    residuals.push_back((one.value - law.At(one.rows)) * std::sqrt(one.rows) * wider);
  Random random(settings.seed);
  std::vector<double> gains, drawn(trainings.size());
  for (int replicate = 0; replicate < settings.replicates; ++replicate) {
    for (std::size_t i = 0; i < trainings.size(); ++i)
      drawn[i] =
          law.At(trainings[i].rows) + residuals[random.Below(static_cast<std::uint32_t>(residuals.size()))] /
                                          std::sqrt(trainings[i].rows);
    gains.push_back(gain(fitting.Fit(drawn)));
  }
  std::sort(gains.begin(), gains.end());
  const double tail = (1 - settings.confidence) / 2;
  const Json more{{"rows", 2 * most},
                  {"value", gain(law)},
                  {"low", Quantile(gains, tail)},
                  {"high", Quantile(gains, 1 - tail)}};

  Json points = Json::Array(), fitted = Json::Array();
  for (const auto& [rows, of] : by_rows) points.Push(PointOf(rows, of, settings.confidence));
  const double least = by_rows.begin()->first;
  for (int i = 0; i < kDrawn; ++i) {
    const double rows = least * std::pow(2 * most / least, static_cast<double>(i) / (kDrawn - 1));
    fitted.Push(Json{{"rows", rows}, {"value", law.At(rows)}});
  }
  const double worth =
      settings.worth > 0 ? settings.worth : std::abs(points.items().back().Double("value")) / 100;
  const std::string verdict = more.Double("low") >= worth   ? "yes"
                              : more.Double("high") < worth ? "no"
                                                            : "unclear";
  Json report{{"higher_is_better", settings.higher_is_better}, {"points", std::move(points)}};
  report.Set("law", Json{{"limit", law.limit}, {"scale", std::abs(law.scale)}, {"exponent", law.exponent}})
      .Set("fitted", std::move(fitted))
      .Set("most_rows", most)
      .Set("gain", more)
      .Set("confidence", settings.confidence)
      .Set("worth", worth)
      .Set("verdict", verdict)
      .Set("reason", ReasonOf(verdict, more, worth));
  return report;
}

}  // namespace cairn::evaluation
