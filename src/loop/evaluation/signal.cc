#include "loop/evaluation/signal.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <utility>

#include "loop/evaluation/bootstrap.h"
#include "loop/evaluation/metrics.h"
#include "loop/evaluation/probe/encoding.h"
#include "loop/evaluation/probe/linear_fit.h"
#include "loop/evaluation/random.h"

namespace cairn::evaluation {
namespace {

constexpr double kRidge = 1.0;
constexpr std::size_t kLeastRows = 20;
constexpr std::size_t kLeastOfAClass = 10;

/// The streams of one seed.
enum Stream : std::uint64_t { kSplit = 1, kShuffles = 2 };

void Shuffle(auto& items, Random& random) {
  for (std::size_t i = items.size(); i > 1; --i)
    std::swap(items[i - 1], items[random.Below(static_cast<std::uint32_t>(i))]);
}

bool AreClasses(std::span<const double> labels) {
  return std::all_of(labels.begin(), labels.end(), [](double label) { return label == 0 || label == 1; });
}

Result<Done> Check(std::span<const FeatureColumn> features, std::span<const double> labels,
                   std::span<const double> heuristic, const SignalSettings& settings) {
  for (const FeatureColumn& feature : features) {
    const std::size_t rows = feature.numbers.empty() ? feature.categories.size() : feature.numbers.size();
    if (rows == labels.size() && (feature.numbers.empty() || feature.categories.empty())) continue;
    return Error{Reason::InvalidArgument, "the feature '" + feature.name + "' has " + std::to_string(rows) +
                                              " values for " + std::to_string(labels.size()) +
                                              " labels; give one number or one category for each row"};
  }
  if (!heuristic.empty() && heuristic.size() != labels.size()) {
    return Error{Reason::InvalidArgument, "the heuristic answers " + std::to_string(heuristic.size()) +
                                              " of " + std::to_string(labels.size()) +
                                              " rows; it must answer each"};
  }
  if (!std::all_of(labels.begin(), labels.end(), [](double label) { return std::isfinite(label); })) {
    return Error{Reason::InvalidArgument, "a label is missing or infinite; drop such rows first"};
  }
  if (settings.permutations < 19 || !(settings.alpha > 0 && settings.alpha < 1)) {
    return Error{Reason::InvalidArgument,
                 "a permutation test needs at least 19 shuffles and an alpha between 0 and 1"};
  }
  if (1.0 / (1 + settings.permutations) > settings.alpha) {
    return Error{Reason::InvalidArgument,
                 std::to_string(settings.permutations) +
                     " shuffles can never reach so small an alpha; take more shuffles"};
  }
  return Done{};
}

struct Halves {
  std::vector<std::uint32_t> train;
  std::vector<std::uint32_t> held;
};

/// Random halves; classes are dealt out evenly, so that both halves have both.
Result<Halves> Split(std::span<const double> labels, bool classes, const SignalSettings& settings) {
  std::vector<std::uint32_t> order(labels.size());
  std::iota(order.begin(), order.end(), 0u);
  Random random(settings.seed, kSplit);
  Shuffle(order, random);
  if (order.size() > settings.most_rows) order.resize(settings.most_rows);
  if (order.size() < kLeastRows) {
    return Error{Reason::Unprocessable, "only " + std::to_string(order.size()) +
                                            " rows: too few to tell signal from chance; collect at least 20"};
  }
  if (classes) {
    const auto ones = std::stable_partition(order.begin(), order.end(),
                                            [&](std::uint32_t row) { return labels[row] == 0; });
    const auto zeros = static_cast<std::size_t>(ones - order.begin());
    if (std::min(zeros, order.size() - zeros) < kLeastOfAClass) {
      return Error{Reason::Unprocessable, "the rarer class has fewer than 10 rows; collect more of it"};
    }
  }
  Halves halves;
  for (std::size_t i = 0; i < order.size(); ++i)
    (i % 2 == 0 ? halves.train : halves.held).push_back(order[i]);
  // Learning curves take the first rows of the training half: it must not be in order of class.
  Shuffle(halves.train, random);
  return halves;
}

std::vector<double> Picked(std::span<const double> from, std::span<const std::uint32_t> rows) {
  std::vector<double> picked(rows.size());
  std::transform(rows.begin(), rows.end(), picked.begin(), [&](std::uint32_t row) { return from[row]; });
  return picked;
}

/// How well a fixed predictor orders (classes) or follows (numbers) changing labels; both are a weighted sum
/// over rows, with weights that depend on the predictor alone.
class Agreement {
 public:
  Agreement(std::span<const double> predictor, std::span<const double> labels, bool classes)
      : weights_(predictor.size()) {
    if (classes) {
      UseRanks(predictor, labels);
    } else {
      UseDeviations(predictor, labels);
    }
  }

  double Of(std::span<const double> labels) const {
    double sum = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) sum += weights_[i] * labels[i];
    return (sum - offset_) * scale_;
  }

 private:
  /// ROC AUC = (rank sum of the ones - ones (ones + 1) / 2) / (ones * zeros), with mid-ranks.
  void UseRanks(std::span<const double> predictor, std::span<const double> labels) {
    std::vector<std::uint32_t> order(predictor.size());
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(),
              [&](std::uint32_t a, std::uint32_t b) { return predictor[a] < predictor[b]; });
    for (std::size_t i = 0; i < order.size();) {
      std::size_t end = i;
      while (end < order.size() && predictor[order[end]] == predictor[order[i]]) ++end;
      const double rank = (static_cast<double>(i + end) + 1) / 2;
      for (; i < end; ++i) weights_[order[i]] = rank;
    }
    const double ones = std::accumulate(labels.begin(), labels.end(), 0.0);
    offset_ = ones * (ones + 1) / 2;
    scale_ = 1 / (ones * (static_cast<double>(labels.size()) - ones));
  }

  void UseDeviations(std::span<const double> predictor, std::span<const double> labels) {
    const auto rows = static_cast<double>(labels.size());
    const double predictor_mean = std::accumulate(predictor.begin(), predictor.end(), 0.0) / rows;
    const double label_mean = std::accumulate(labels.begin(), labels.end(), 0.0) / rows;
    double xx = 0, yy = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      weights_[i] = predictor[i] - predictor_mean;
      xx += weights_[i] * weights_[i];
      yy += (labels[i] - label_mean) * (labels[i] - label_mean);
    }
    scale_ = xx > 0 && yy > 0 ? 1 / std::sqrt(xx * yy) : 0;
  }

  std::vector<double> weights_;
  double offset_ = 0;
  double scale_ = 1;
};

struct Shuffled {
  double p_value = 1;
  double mean = 0;
  double high = 0;  ///< The (1 - alpha) point of the shuffled figures.
};

Shuffled AgainstShuffles(const Agreement& agreement, double observed, std::vector<double> labels,
                         const SignalSettings& settings) {
  std::vector<double> figures(static_cast<std::size_t>(settings.permutations));
  Random random(settings.seed, kShuffles);
  int as_good = 0;
  for (double& figure : figures) {
    Shuffle(labels, random);
    figure = agreement.Of(labels);
    // Sums in another order differ by rounding; a tie counts against the signal.
    as_good += figure >= observed - 1e-12;
  }
  std::sort(figures.begin(), figures.end());
  const auto place = static_cast<std::size_t>((1 - settings.alpha) * static_cast<double>(figures.size() - 1));
  return {(1.0 + as_good) / (1.0 + settings.permutations),
          std::accumulate(figures.begin(), figures.end(), 0.0) / static_cast<double>(figures.size()),
          figures[place]};
}

/// Everything the probe needs, encoded once.
struct Probe {
  bool classes;
  Design train;
  Design held;
  std::vector<double> train_labels;
  std::vector<double> held_labels;

  std::vector<double> PredictHeld(std::size_t train_rows) const {
    const std::vector<double> weights = classes ? FitLogistic(train, train_labels, train_rows, kRidge)
                                                : FitLeastSquares(train, train_labels, train_rows, kRidge);
    return Predictor(held, weights);
  }
};

Json LearningCurve(const Probe& probe) {
  Json curve = Json::Array();
  for (const std::size_t parts : {8, 4, 2, 1}) {
    const std::size_t rows = probe.train.rows() / parts;
    if (rows < kLeastOfAClass) continue;
    const std::vector<double> predictor = probe.PredictHeld(rows);
    const Agreement agreement(predictor, probe.held_labels, probe.classes);
    curve.Push(Json{{"rows", rows}, {"value", agreement.Of(probe.held_labels)}});
  }
  return curve;
}

Result<Json> AgainstHeuristic(const Probe& probe, std::vector<double> predictor,
                              const std::vector<double>& heuristic, const SignalSettings& settings) {
  if (probe.classes) {
    for (double& value : predictor) value = 1 / (1 + std::exp(-value));
  }
  const Metric metric = probe.classes ? Metric::LogLoss : Metric::Rmse;
  const Measure learned = CAIRN_TRY(Measure::Of(metric, {probe.held_labels, predictor}));
  const Measure rule = CAIRN_TRY(Measure::Of(metric, {probe.held_labels, heuristic}));
  BootstrapSettings bootstrap;
  bootstrap.seed = settings.seed;
  // Positive: the probe is better.
  const Interval gain = HigherIsBetter(metric) ? CAIRN_TRY(DifferenceInterval(learned, rule, bootstrap))
                                               : CAIRN_TRY(DifferenceInterval(rule, learned, bootstrap));
  const char* beats = gain.low > 0 ? "yes" : (gain.high < 0 ? "no" : "unclear");
  return Json{{"metric", NameOf(metric)},      {"probe", learned.Value()}, {"heuristic", rule.Value()},
              {"improvement", gain.value},     {"low", gain.low},          {"high", gain.high},
              {"probe_beats_heuristic", beats}};
}

std::string Fixed(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", value);
  return text;
}

std::string ReasonFor(const SignalVerdict& verdict, const char* statistic, const Shuffled& shuffled) {
  const std::string figures = std::string(statistic) + " " + Fixed(verdict.observed) +
                              " on rows it had not seen, " + Fixed(shuffled.mean) +
                              " on average with shuffled labels (p = " + Fixed(verdict.p_value) + ")";
  return verdict.go ? "The features say something about the label: a quick probe reaches " + figures + "."
                    : "No signal found: a quick probe reaches " + figures + ".";
}

}  // namespace

Result<SignalVerdict> FindSignal(std::span<const FeatureColumn> features, std::span<const double> labels,
                                 std::span<const double> heuristic, const SignalSettings& settings) {
  CAIRN_TRY(Check(features, labels, heuristic, settings));
  const bool classes = AreClasses(labels);
  const Halves halves = CAIRN_TRY(Split(labels, classes, settings));
  const auto encoding = LearnEncoding(features, labels, halves.train, settings.most_columns);
  if (encoding.empty()) {
    return Error{Reason::Unprocessable, "no feature varies over the rows; there is nothing to learn from"};
  }
  const Probe probe{classes, Encode(encoding, features, halves.train),
                    Encode(encoding, features, halves.held), Picked(labels, halves.train),
                    Picked(labels, halves.held)};
  const std::vector<double> predictor = probe.PredictHeld(probe.train.rows());
  const Agreement agreement(predictor, probe.held_labels, classes);
  const char* statistic = classes ? "roc_auc" : "correlation";

  SignalVerdict verdict;
  verdict.observed = agreement.Of(probe.held_labels);
  const Shuffled shuffled = AgainstShuffles(agreement, verdict.observed, probe.held_labels, settings);
  verdict.p_value = shuffled.p_value;
  verdict.go = verdict.p_value <= settings.alpha;
  verdict.reason = ReasonFor(verdict, statistic, shuffled);
  verdict.details = Json{{"verdict", verdict.go ? "go" : "no-go"},
                         {"reason", verdict.reason},
                         {"statistic", statistic},
                         {"observed", verdict.observed},
                         {"p_value", verdict.p_value},
                         {"alpha", settings.alpha},
                         {"permutations", settings.permutations},
                         {"permuted", Json{{"mean", shuffled.mean}, {"high", shuffled.high}}},
                         {"rows", halves.train.size() + halves.held.size()},
                         {"columns", encoding.size()},
                         {"learning_curve", LearningCurve(probe)}};
  if (!heuristic.empty()) {
    verdict.details.Set(
        "heuristic", CAIRN_TRY(AgainstHeuristic(probe, predictor, Picked(heuristic, halves.held), settings)));
  }
  return verdict;
}

}  // namespace cairn::evaluation
