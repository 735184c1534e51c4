#include <algorithm>
#include <cmath>

#include "ground/vocabulary/text.h"
#include "loop/evaluation/page/picture.h"
#include "loop/evaluation/page/sections.h"

namespace cairn::evaluation {
namespace {

std::string RowsShown(double rows) { return WithThousands(static_cast<std::int64_t>(std::llround(rows))); }

std::string Drawn(const Json& curve, const std::string& metric) {
  const auto &points = curve.At("points").items(), &fitted = curve.At("fitted").items();
  double low = HUGE_VAL, high = -HUGE_VAL;
  const auto reach = [&](double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  };
  for (const Json& one : fitted) reach(one.Double("value"));
  for (const Json& one : points) reach(one.Double("value"));
  const double room = std::max((high - low) * 0.15, 1e-9), top = high + room, bottom = low - room;
  const auto x = [](const Json& one) { return one.Double("rows"); };
  Picture picture({"rows", 0, x(fitted.back())}, {metric, bottom, top},
                  "The figure by the rows that were trained on");
  Picture::Points line;
  for (const Json& one : fitted) line.emplace_back(x(one), one.Double("value"));
  picture.Line(line, "reference");
  picture.Upright(curve.Double("most_rows"), bottom, top, "cut");
  for (const Json& one : points) {
    std::string said = RowsShown(one.Double("rows")) + " rows: " + Short(one.Double("value"));
    if (one.At("low").IsNumber()) {
      said += " (" + Short(one.Double("low")) + " to " + Short(one.Double("high")) + ")";
      picture.Upright(x(one), std::max(bottom, one.Double("low")), std::min(top, one.Double("high")),
                      "whisker");
    }
    picture.Dot(x(one), one.Double("value"), "dot", said);
  }
  return picture.Svg();
}

std::string TableOf(const Json& curve, const std::string& metric) {
  std::string text = "<table><tr><th>rows<th>trainings<th>" + EscapeHtml(metric) + "</tr>";
  for (const Json& one : curve.At("points").items())
    text += "<tr><td>" + RowsShown(one.Double("rows")) + "<td>" + std::to_string(one.Int("trainings")) +
            "<td>" + WithInterval(one) + "</tr>";
  return text + "</table>";
}

}  // namespace

std::string CurvePicture(const Json& report) {
  const Json& curve = report.At("learning_curve");
  if (!curve.IsObject()) return "";
  const std::string metric = curve.Text("metric"), verdict = curve.Text("verdict");
  return Card("Would more data help? " + std::string(verdict == "unclear" ? "It is unclear" : verdict),
              Drawn(curve, metric),
              EscapeHtml("Trained on growing shares of " + curve.Text("file") + "; " + curve.Text("reason") +
                         ". Dashed: the law that was fitted, beyond the upright line what it expects of more "
                         "rows.")) +
         Card("Shares of the training data", TableOf(curve, metric),
              "Means, with Student's intervals over draws.");
}

}  // namespace cairn::evaluation
