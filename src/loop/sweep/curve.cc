#include "loop/sweep/curve.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "ground/vocabulary/text.h"
#include "loop/evaluation/learning_curve.h"
#include "loop/sweep/share.h"

namespace cairn::sweep {
namespace {

Result<bool> HigherIsBetter(const CurveOrder& order) {
  if (order.better == "higher" || order.better == "lower") return order.better == "higher";
  if (!order.better.empty())
    return Error{Reason::InvalidArgument, "'" + order.better + "' is neither 'higher' nor 'lower'"};
  static constexpr std::string_view kLower[] = {"loss", "error", "rmse", "mae",
                                                "mse",  "mape",  "mase", "brier"};
  static constexpr std::string_view kHigher[] = {"acc",    "auc", "f1",    "precision",
                                                 "recall", "r2",  "score", "kappa"};
  const std::string name = LowerAscii(order.metric);
  const auto in_name = [&](std::string_view word) { return name.find(word) != std::string::npos; };
  if (std::any_of(std::begin(kLower), std::end(kLower), in_name)) return false;
  if (std::any_of(std::begin(kHigher), std::end(kHigher), in_name)) return true;
  return Error{Reason::InvalidArgument, "whether more of '" + order.metric +
                                            "' is better, its name does not say: say higher or lower"};
}

}  // namespace

Result<Json> CurveOf(const std::vector<Trial>& trials, const CurveOrder& order) {
  std::vector<evaluation::TrainedOn> trainings;
  std::set<std::string> figures;
  std::string file;
  std::int64_t missing = 0;
  for (const Trial& trial : trials) {
    const Setting* share = FindShare(trial.settings);
    if (!share) continue;
    file = share->file;
    for (const auto& [name, value] : trial.metrics.members()) figures.insert(name);
    const Json *rows = trial.params.Find(RowsName(file)), *value = trial.metrics.Find(order.metric);
    if (trial.state == TrialState::Finished && rows && value) {
      trainings.push_back({rows->AsDouble(), value->AsDouble()});
    } else {
      ++missing;
    }
  }
  if (file.empty())
    return Error{Reason::NotFound,
                 "none of these trials took a share of a file's rows: `cairn exp curve` makes such"};
  if (trainings.empty() && !figures.contains(order.metric) && !figures.empty()) {
    const std::vector<std::string_view> names(figures.begin(), figures.end());
    return Error{Reason::NotFound,
                 "the trials have no figure '" + order.metric + "'." + Suggestion(order.metric, names)};
  }
  evaluation::CurveSettings settings;
  settings.higher_is_better = CAIRN_TRY(HigherIsBetter(order));
  settings.worth = order.worth;
  Json curve = CAIRN_TRY(evaluation::LearningCurve(trainings, settings));
  curve.Set("file", file).Set("metric", order.metric);
  return std::move(curve.Set("trials", trainings.size()).Set("missing", missing));
}

}  // namespace cairn::sweep
