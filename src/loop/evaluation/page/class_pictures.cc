#include <algorithm>
#include <cmath>

#include "ground/vocabulary/text.h"
#include "loop/evaluation/page/picture.h"
#include "loop/evaluation/page/sections.h"

namespace cairn::evaluation {
namespace {

constexpr std::size_t kMostClasses = 12;

/// The point of a curve at which the report's threshold decides: the last whose rows are all at least it.
const Json* PointAt(const Json& points, const Json& threshold) {
  const Json* found = nullptr;
  if (!threshold.IsNumber()) return found;
  for (const Json& point : points.items())
    if (!point.At("threshold").IsNumber() || point.Double("threshold") >= threshold.AsDouble())
      found = &point;
  return found;
}

std::string CurvePicture(const Json& report, const char* curve, const char* x, const char* y,
                         Picture picture) {
  Picture::Points points;
  for (const Json& point : report.At(curve).items()) points.emplace_back(point.Double(x), point.Double(y));
  picture.Line(points, "main");
  if (const Json* here = PointAt(report.At(curve), report.At("threshold"))) {
    const std::string text = "at " + NumberText(report.At("threshold"));
    picture.Dot(here->Double(x), here->Double(y), "chosen",
                text + ": " + x + " " + Short(here->Double(x)) + ", " + y + " " + Short(here->Double(y)), 5);
    picture.Label(here->Double(x), here->Double(y), text);
  }
  return picture.Svg();
}

std::string Roc(const Json& report) {
  Picture picture({"false positive rate"}, {"true positive rate"}, "ROC curve");
  picture.Line({{0, 0}, {1, 1}}, "reference");
  return Card("ROC",
              CurvePicture(report, "roc", "false_positive_rate", "true_positive_rate", std::move(picture)),
              "Area " + WithInterval(FigureNamed(report.At("figures"), "roc_auc")) + ". Dashed: guessing.");
}

std::string RocByClass(const Json& report) {
  Picture picture({"false positive rate"}, {"true positive rate"},
                  "ROC curves of each class against the rest");
  picture.Line({{0, 0}, {1, 1}}, "reference");
  std::string key;
  std::size_t place = 0;
  for (const Json& one : report.At("roc_by_class").items()) {
    Picture::Points points;
    for (const Json& point : one.At("roc").items())
      points.emplace_back(point.Double("false_positive_rate"), point.Double("true_positive_rate"));
    const std::string kind = "c" + std::to_string(place++);
    picture.Line(points, "main " + kind);
    key += "<span class=\"key " + kind + "\"></span>" + EscapeHtml(one.Text("class")) + " ";
  }
  return Card("ROC, each class against the rest", picture.Svg(),
              key + "Mean area " + WithInterval(FigureNamed(report.At("figures"), "roc_auc")) + ".");
}

std::string PrecisionRecall(const Json& report) {
  Picture picture({"recall"}, {"precision"}, "Precision over recall");
  const double base = report.Double("base_rate");
  picture.Line({{0, base}, {1, base}}, "reference");
  return Card("Precision and recall",
              CurvePicture(report, "precision_recall", "recall", "precision", std::move(picture)),
              "Average precision " + WithInterval(FigureNamed(report.At("figures"), "average_precision")) +
                  ". Dashed: guessing, " + Percent(base) + ".");
}

std::string CalibrationCard(const Json& report) {
  const Json& calibration = report.At("calibration");
  if (!calibration.IsObject()) return "";
  Picture picture({"mean chance given"}, {"share that came true"}, "Calibration");
  picture.Line({{0, 0}, {1, 1}}, "reference");
  Picture::Points points;
  for (const Json& bin : calibration.At("bins").items()) {
    const double x = bin.Double("mean_score"), y = bin.Double("mean_label");
    points.emplace_back(x, y);
    picture.Upright(x, bin.Double("low"), bin.Double("high"), "whisker");
  }
  picture.Line(points, "main");
  for (const Json& bin : calibration.At("bins").items())
    picture.Dot(bin.Double("mean_score"), bin.Double("mean_label"), "dot",
                WithThousands(bin.Int("rows")) + " rows: given " + Short(bin.Double("mean_score")) +
                    ", came true " + Short(bin.Double("mean_label")));
  return Card("Calibration", picture.Svg(),
              "Expected calibration error " +
                  WithInterval(FigureNamed(report.At("figures"), "calibration_error")) +
                  ". Whiskers: 95 % intervals (Wilson). Below the dashed line: too sure.");
}

std::string Scores(const Json& report) {
  const Json &ones = report.At("scores").At("positive"), &zeros = report.At("scores").At("negative");
  if (!ones.IsObject()) return "";
  const auto density = [](const Json& histogram) {
    std::vector<double> shares;
    double all = 0;
    for (const Json& count : histogram.At("counts").items()) all += count.AsDouble();
    for (const Json& count : histogram.At("counts").items())
      shares.push_back(count.AsDouble() / std::max(1.0, all));
    return shares;
  };
  const auto a = density(zeros), b = density(ones);
  const double most = std::max({1e-9, *std::ranges::max_element(a), *std::ranges::max_element(b)});
  Picture picture({"chance given"}, {"share of the class", 0, most * 1.05},
                  "Distribution of scores by class");
  const double step = 1 / static_cast<double>(a.size());
  const auto& names = report.At("classes").items();
  for (const auto& [shares, kind, name] :
       {std::tuple(&a, "negative", &names[0].AsString()), std::tuple(&b, "positive", &names[1].AsString())})
    for (std::size_t i = 0; i < shares->size(); ++i)
      picture.Bar(step * static_cast<double>(i), step * static_cast<double>(i + 1), (*shares)[i], kind,
                  *name + ": " + Percent((*shares)[i]));
  if (report.At("threshold").IsNumber()) picture.Upright(report.Double("threshold"), 0, most * 1.05, "cut");
  return Card("Scores", picture.Svg(),
              "<span class=\"key negative\"></span>" + EscapeHtml(names[0].AsString()) +
                  " <span class=\"key positive\"></span>" + EscapeHtml(names[1].AsString()) +
                  ". Upright: the threshold.");
}

std::string CostCard(const Json& report) {
  const Json& cost = report.At("cost");
  if (!cost.IsObject()) return "";
  Picture::Points points;
  double least = 1e300, most = -1e300;
  for (const Json& point : cost.At("curve").items()) {
    points.emplace_back(std::clamp(point.Double("threshold"), 0.0, 1.0), point.Double("cost"));
    least = std::min(least, point.Double("cost"));
    most = std::max(most, point.Double("cost"));
  }
  const std::string unit = EscapeHtml(cost.Text("unit"));
  Picture picture({"threshold"}, {"cost of 1,000 decisions", std::min(0.0, least), most * 1.05},
                  "Cost by threshold");
  picture.Line(points, "main");
  picture.Upright(report.Double("threshold"), std::min(0.0, least), most * 1.05, "cut");
  const double cheapest = std::min(1.0, cost.Double("cheapest_threshold"));
  picture.Dot(cheapest, cost.Double("cheapest"), "chosen",
              "cheapest, " + Short(cost.Double("cheapest")) + " at " + Short(cheapest), 5);
  picture.Label(cheapest, cost.Double("cheapest"), "cheapest");
  return Card("Cost", picture.Svg(),
              NumberText(cost.At("at_threshold")) + " " + unit +
                  " at the threshold (upright); least on these rows " + NumberText(cost.At("cheapest")) +
                  " " + unit + " at " + NumberText(cost.At("cheapest_threshold")) + ".");
}

std::string ConfusionCard(const Json& report) {
  const Json& confusion = report.At("confusion");
  const auto &classes = confusion.At("classes").items(), &counts = confusion.At("counts").items();
  if (counts.empty()) return "";
  const std::size_t shown = std::min(classes.size(), kMostClasses);
  std::string table = "<table class=\"confusion\"><tr><th></th><th colspan=\"" + std::to_string(shown) +
                      "\">decided</th></tr><tr><th>is</th>";
  for (std::size_t c = 0; c < shown; ++c) table += "<th>" + EscapeHtml(classes[c].AsString()) + "</th>";
  for (std::size_t i = 0; i < shown; ++i) {
    double all = 0;
    for (const Json& count : counts[i].items()) all += count.AsDouble();
    table += "</tr><tr><th>" + EscapeHtml(classes[i].AsString()) + "</th>";
    for (std::size_t j = 0; j < shown; ++j) {
      const double share = all > 0 ? counts[i].items()[j].AsDouble() / all : 0;
      table += "<td class=\"" + std::string(i == j ? "right" : "wrong") +
               "\" style=\"--share:" + Short(std::round(share * 100)) + "%\"><b>" +
               WithThousands(counts[i].items()[j].AsInt()) + "</b><i>" + Percent(share) + "</i></td>";
    }
  }
  table += "</tr></table>";
  const std::string rest = shown < classes.size() ? " The first " + std::to_string(shown) + " of " +
                                                        std::to_string(classes.size()) + " classes."
                                                  : "";
  return Card("Confusion", table, "Shares of each class's rows." + rest);
}

}  // namespace

std::string ClassPictures(const Json& report) {
  std::string cards;
  if (report.At("roc").IsArray()) cards = Roc(report) + PrecisionRecall(report);
  if (report.At("roc_by_class").IsArray()) cards = RocByClass(report);
  cards += CalibrationCard(report) + Scores(report);
  return cards + ConfusionCard(report) + CostCard(report);
}

}  // namespace cairn::evaluation
