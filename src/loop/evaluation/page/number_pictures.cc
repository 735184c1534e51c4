#include <algorithm>
#include <cmath>

#include "ground/vocabulary/text.h"
#include "loop/evaluation/page/picture.h"
#include "loop/evaluation/page/sections.h"

namespace cairn::evaluation {
namespace {

std::string PredictedAndTrue(const Json& dots) {
  double low = 1e300, high = -1e300;
  for (const Json& dot : dots.items()) {
    for (const double value : {dot.Double("prediction"), dot.Double("label")}) {
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  Picture picture({"predicted", low, high}, {"true", low, high}, "True values over predicted ones");
  for (const Json& dot : dots.items())
    picture.Dot(dot.Double("prediction"), dot.Double("label"), "faint",
                "predicted " + Short(dot.Double("prediction")) + ", true " + Short(dot.Double("label")), 2.5);
  picture.Line({{low, low}, {high, high}}, "reference");
  return Card("Predicted and true", picture.Svg(),
              "A sample of " + WithThousands(static_cast<std::int64_t>(dots.items().size())) +
                  " rows. Dashed: right.");
}

std::string ResidualsOverPrediction(const Json& dots) {
  double low = 1e300, high = -1e300, most = 0;
  for (const Json& dot : dots.items()) {
    low = std::min(low, dot.Double("prediction"));
    high = std::max(high, dot.Double("prediction"));
    most = std::max(most, std::abs(dot.Double("label") - dot.Double("prediction")));
  }
  Picture picture({"predicted", low, high}, {"true − predicted", -most, most}, "Residuals over predictions");
  picture.Line({{low, 0}, {high, 0}}, "reference");
  for (const Json& dot : dots.items()) {
    const double off = dot.Double("label") - dot.Double("prediction");
    picture.Dot(dot.Double("prediction"), off, "faint",
                "predicted " + Short(dot.Double("prediction")) + ", off by " + Short(off), 2.5);
  }
  return Card("Residuals by prediction", picture.Svg(),
              "A slope or a funnel says that the error depends on what is predicted.");
}

std::string ResidualHistogram(const Json& residuals) {
  const Json& histogram = residuals.At("histogram");
  double most = 1;
  for (const Json& count : histogram.At("counts").items()) most = std::max(most, count.AsDouble());
  const double low = histogram.Double("low"), high = histogram.Double("high"),
               step = (high - low) /
                      static_cast<double>(std::max<std::size_t>(1, histogram.At("counts").items().size()));
  Picture picture({"true − predicted", low, high}, {"rows", 0, most * 1.05}, "Distribution of residuals");
  double from = low;
  for (const Json& count : histogram.At("counts").items()) {
    picture.Bar(from, from + step, count.AsDouble(), "bar",
                Short(from) + " to " + Short(from + step) + ": " + WithThousands(count.AsInt()) + " rows");
    from += step;
  }
  if (low < 0 && high > 0) picture.Upright(0, 0, most * 1.05, "cut");
  const Json& quantiles = residuals.At("quantiles");
  return Card("Residuals", picture.Svg(),
              "Half of them between " + NumberText(quantiles.At("p25")) + " and " +
                  NumberText(quantiles.At("p75")) + ", 90 % between " + NumberText(quantiles.At("p05")) +
                  " and " + NumberText(quantiles.At("p95")) +
                  ". What lies farther out counts in the outermost bars.");
}

std::string Windows(const Json& report) {
  const auto& windows = report.At("windows").items();
  if (windows.empty()) return "";
  const std::string metric = report.Text("metric");
  double low = 1e300, high = -1e300;
  for (const Json& window : windows) {
    if (!window.At("figures").At(metric).IsNumber()) continue;
    low = std::min(low, window.At("figures").Double(metric));
    high = std::max(high, window.At("figures").Double(metric));
  }
  if (low > high) return "";
  const double room = std::max((high - low) * 0.1, 1e-9), count = static_cast<double>(windows.size());
  Picture picture({"window, in time", 1, count}, {metric, low - room, high + room},
                  "The figure by windows of time");
  if (report.At("value").IsNumber())
    picture.Line({{1, report.Double("value")}, {count, report.Double("value")}}, "reference");
  Picture::Points points;
  for (std::size_t i = 0; i < windows.size(); ++i)
    if (windows[i].At("figures").At(metric).IsNumber())
      points.emplace_back(static_cast<double>(i + 1), windows[i].At("figures").Double(metric));
  picture.Line(points, "main");
  for (const auto& [x, y] : points) {
    const Json& window = windows[static_cast<std::size_t>(x) - 1];
    picture.Dot(x, y, "dot", window.Text("from") + " to " + window.Text("to") + ": " + Short(y));
  }
  return Card("Through time", picture.Svg(),
              EscapeHtml(metric) + " from " + EscapeHtml(windows.front().Text("from")) + " to " +
                  EscapeHtml(windows.back().Text("to")) +
                  "; the model stays as it is. Dashed: over all rows.");
}

}  // namespace

std::string NumberPictures(const Json& report) {
  const Json& residuals = report.At("residuals");
  if (!residuals.IsObject()) return Windows(report);
  const Json& dots = residuals.At("dots");
  return PredictedAndTrue(dots) + ResidualsOverPrediction(dots) + ResidualHistogram(residuals) +
         Windows(report);
}

}  // namespace cairn::evaluation
