#include "loop/evidence/figures.h"

namespace cairn::evidence {
namespace {

void SetInterval(const Json& interval, Figure& figure) {
  if (interval.At("low").IsNumber()) figure.low = interval.Double("low");
  if (interval.At("high").IsNumber()) figure.high = interval.Double("high");
}

}  // namespace

std::vector<Figure> FiguresOf(const Dossier& dossier) {
  std::vector<Figure> figures;
  const Json& own = dossier.Own();
  const std::string counting = own.Text("metric");
  if (own.At("value").IsNumber()) {
    figures.push_back({counting, "", own.Double("value"), {}, {}});
    SetInterval(own.At("interval"), figures.back());
  }
  for (const auto& [name, value] : own.At("metrics").members())
    if (value.IsNumber() && name != counting) figures.push_back({name, "", value.AsDouble(), {}, {}});
  for (const Json& slice : own.At("slices").items()) {
    if (!slice.At("metric").IsNumber()) continue;
    figures.push_back(
        {counting, slice.Text("column") + " = " + slice.Text("value"), slice.Double("metric"), {}, {}});
    SetInterval(slice.At("interval"), figures.back());
  }
  return figures;
}

std::string TaskOf(const Dossier& dossier) {
  const std::string task = dossier.Own().Text("task");
  return task == "binary" ? "binary-classification" : task;
}

}  // namespace cairn::evidence
