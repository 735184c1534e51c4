#include "loop/evaluation/suite.h"

#include <algorithm>
#include <array>

#include "ground/vocabulary/text.h"
#include "loop/evaluation/findings/measured.h"
#include "loop/evaluation/statistics/binary_sheet.h"
#include "loop/evaluation/statistics/class_sheet.h"

namespace cairn::evaluation {
namespace {

constexpr std::size_t kMostCurves = 8;
constexpr std::array<std::pair<std::string_view, Suite>, 3> kSuites = {
    {{"classification", Suite::Classification},
     {"regression", Suite::Regression},
     {"forecasting", Suite::Forecasting}}};

Json ConfusionJson(const Truth& truth, const Sheet& sheet) {
  Json classes = Json::Array(), counts = Json::Array();
  for (const auto& one : truth.classes) classes.Push(one);
  if (const auto* two = dynamic_cast<const BinarySheet*>(&sheet)) {
    const Confusion c = two->Counts();
    counts.Push(Json::Array({c.true_negative, c.false_positive}));
    counts.Push(Json::Array({c.false_negative, c.true_positive}));
  } else if (const auto* several = dynamic_cast<const ClassSheet*>(&sheet)) {
    for (const auto& row : several->Counts()) {
      Json cells = Json::Array();
      for (const auto count : row) cells.Push(count);
      counts.Push(std::move(cells));
    }
  }
  return Json{{"classes", std::move(classes)}, {"counts", std::move(counts)}};
}

void AddTwoClasses(Json& report, const Truth& truth, const Answers& answers, const SuiteSettings& settings) {
  const std::vector<double> labels(truth.labels.begin(), truth.labels.end());
  const Sample sample{labels, answers.chances};
  Json curves = CurvesJson(sample);
  report.Set("roc", curves.At("roc"))
      .Set("precision_recall", curves.At("precision_recall"))
      .Set("base_rate", curves.At("base_rate"))
      .Set("calibration", CalibrationJson(sample))
      .Set("scores", ScoresJson(sample));
  if (settings.cost)
    report.Set("cost", CostJson(sample, *settings.cost, settings.cost_unit, settings.threshold));
}

/// Each class against the rest, as far as a picture can show them, and how sure the model is of its first
/// choice.
void AddSeveralClasses(Json& report, const Truth& truth, const Answers& answers) {
  const std::size_t k = truth.classes.size(), rows = truth.rows();
  std::vector<double> labels(rows), scores(rows);
  Json curves = Json::Array();
  for (std::size_t c = 0; c < std::min(k, kMostCurves); ++c) {
    for (std::size_t row = 0; row < rows; ++row) {
      labels[row] = truth.labels[row] == c;
      scores[row] = answers.chances[row * k + c];
    }
    curves.Push(Json{{"class", truth.classes[c]}, {"roc", CurvesJson({labels, scores}).At("roc")}});
  }
  for (std::size_t row = 0; row < rows; ++row) {
    labels[row] = truth.labels[row] == answers.decided[row];
    scores[row] = std::min(1.0, answers.chances[row * k + answers.decided[row]]);
  }
  report.Set("roc_by_class", std::move(curves)).Set("calibration", CalibrationJson({labels, scores}));
}

Json HeadOf(const Truth& truth, const SuiteSettings& settings) {
  Json classes = Json::Array();
  for (const auto& one : truth.classes) classes.Push(one);
  const bool of_classes = settings.suite == Suite::Classification;
  return Json{{"suite", NameOf(settings.suite)},
              {"task", of_classes ? (truth.binary() ? "binary" : "classes") : "numbers"},
              {"rows", truth.rows()},
              {"classes", std::move(classes)}};
}

Result<> CheckLengths(const Truth& truth, const Answers& answers, const SuiteSettings& settings) {
  const std::size_t width = truth.binary() ? 1 : truth.classes.size();
  const std::size_t given = settings.suite != Suite::Classification ? answers.numbers.size()
                            : answers.chances.empty()               ? answers.decided.size()
                                                                    : answers.chances.size() / width;
  if (given == truth.rows()) return Done{};
  return Error{Reason::InvalidArgument,
               std::to_string(given) + " answers for " + std::to_string(truth.rows()) + " rows"};
}

}  // namespace

std::string_view NameOf(Suite suite) { return kSuites[static_cast<std::size_t>(suite)].first; }

Result<Suite> SuiteNamed(std::string_view name) {
  std::vector<std::string_view> known;
  for (const auto& [word, suite] : kSuites) {
    if (word == name) return suite;
    known.push_back(word);
  }
  return Error{Reason::InvalidArgument,
               "'" + std::string(name) +
                   "' is no suite: there are classification, regression and forecasting." +
                   Suggestion(name, known)};
}

std::string ChosenMetric(const Truth&, const Answers& answers, const SuiteSettings& settings) {
  if (!settings.metric.empty()) return settings.metric;
  switch (settings.suite) {
    case Suite::Classification:
      return answers.chances.empty() ? "balanced_accuracy" : "log_loss";
    case Suite::Regression:
      return "rmse";
    case Suite::Forecasting:
      return "mase";
  }
  return "";
}

Result<Json> FiguresOf(const Truth& truth, const Answers& answers, const SuiteSettings& settings) {
  CAIRN_TRY(CheckLengths(truth, answers, settings));
  const auto sheet = CAIRN_TRY(SheetOf(truth, answers, settings));
  const auto values = sheet->Values();
  Json list = Json::Array();
  for (std::size_t i = 0; i < values.size(); ++i) {
    list.Push(
        Json{{"name", sheet->figures()[i].name},
             {"value", NumberOrNull(values[i])},
             {"higher_is_better",
              sheet->figures()[i].has_better_end ? Json(sheet->figures()[i].higher_is_better) : Json()}});
  }
  return list;
}

Result<Json> RunSuite(const Truth& truth, const Answers& answers, std::span<const SliceColumn> slices,
                      std::span<const SliceColumn> groups, const SuiteSettings& settings) {
  CAIRN_TRY(CheckLengths(truth, answers, settings));
  const auto sheet = CAIRN_TRY(SheetOf(truth, answers, settings));
  const std::size_t metric = CAIRN_TRY(PlaceOf(ChosenMetric(truth, answers, settings), sheet->figures()));
  const Drawing drawing = DrawingFor(*sheet, truth);
  const auto resampling = ResamplingFor(settings, truth.rows());
  const auto estimates = CAIRN_TRY(EstimatesOf(*sheet, drawing, resampling));
  Json report = HeadOf(truth, settings);
  report.Set("metric", sheet->figures()[metric].name)
      .Set("higher_is_better", sheet->figures()[metric].higher_is_better)
      .Set("value", NumberOrNull(estimates[metric].value))
      .Set("low", NumberOrNull(estimates[metric].low))
      .Set("high", NumberOrNull(estimates[metric].high))
      .Set("figures", ToJson(sheet->figures(), estimates))
      .Set("intervals", Json{{"ends", settings.bca ? "bca" : "percentile"},
                             {"confidence", settings.confidence},
                             {"replicates", resampling.replicates},
                             {"drawn_by", NameOf(drawing.way)},
                             {"seed", static_cast<std::int64_t>(settings.seed)}});
  if (settings.suite == Suite::Classification) {
    report.Set("confusion", ConfusionJson(truth, *sheet));
    if (truth.binary()) report.Set("threshold", answers.chances.empty() ? Json() : Json(settings.threshold));
    if (truth.binary() && !answers.chances.empty()) AddTwoClasses(report, truth, answers, settings);
    if (!truth.binary() && !answers.chances.empty()) AddSeveralClasses(report, truth, answers);
  } else {
    report.Set("residuals", ResidualsJson(truth, answers));
  }
  if (!truth.in_time.empty()) report.Set("windows", CAIRN_TRY(WindowsJson(truth, answers, settings)));
  report.Set("slices", CAIRN_TRY(SlicesJson(truth, answers, slices, settings, {*sheet, estimates, metric})));
  report.Set("fairness", CAIRN_TRY(FairnessJson(truth, answers, groups, settings)));
  return report;
}

}  // namespace cairn::evaluation
