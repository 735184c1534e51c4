#include "loop/evaluation/report_page.h"

#include "ground/vocabulary/text.h"
#include "loop/evaluation/page/picture.h"
#include "loop/evaluation/page/sections.h"

namespace cairn::evaluation {
namespace {

constexpr std::string_view kStyle = R"(
  :root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6778; --line: #dfe3ea; --paper: #fff; --tint: #f6f7f9; --main: #2764b8; --other: #e07b39; --alarm: #b3261e; --calm: #2e7d4f; }
  @media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --soft: #9aa6b6; --line: #333d4a; --paper: #161b22; --tint: #1d232c; --main: #7db0f0; --other: #f0955a; --alarm: #ff8a80; --calm: #7bc99a; } }
  body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto; max-width: 84rem; padding: 0 1.2rem; }
  h1 { font-size: 1.7rem; margin: 0; } h2 { font-size: 1.25rem; margin: 2rem 0 .2rem; } h3 { font-size: 1rem; margin: 0 0 .3rem; }
  .facts, figcaption, .says, .soft { color: var(--soft); } figcaption, .says { font-size: .87rem; } .says { margin: .1rem 0 .6rem; }
  .verdict { padding: .55rem .9rem; border-left: 4px solid var(--line); background: var(--tint); margin: .8rem 0 0; } .verdict.bad { border-color: var(--alarm); } .verdict.good { border-color: var(--calm); }
  .key-figures { display: flex; flex-wrap: wrap; gap: .8rem; margin: 1.1rem 0; } .key-figures div { border: 1px solid var(--line); border-radius: 8px; padding: .5rem .9rem; min-width: 8.5rem; }
  .key-figures b { display: block; font-size: 1.5rem; line-height: 1.25; } .key-figures .counts { border-color: var(--main); box-shadow: inset 0 0 0 1px var(--main); } .key-figures small { color: var(--soft); display: block; }
  .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(22rem, 1fr)); gap: 1rem; } .cards.wide { grid-template-columns: repeat(auto-fill, minmax(32rem, 1fr)); }
  figure { margin: 0; border: 1px solid var(--line); border-radius: 8px; padding: .8rem .9rem; break-inside: avoid; overflow-x: auto; } svg { width: 100%; height: auto; display: block; }
  text { fill: var(--ink); font-size: 12px; } .axis { fill: var(--soft); font-size: 11px; } .name { fill: var(--soft); font-size: 12px; } .label { font-size: 12px; font-weight: 600; paint-order: stroke; stroke: var(--paper); stroke-width: 4px; }
  .grid { stroke: var(--line); } .frame { stroke: var(--soft); } polyline { fill: none; } polyline.main { stroke: var(--main); stroke-width: 2.2; stroke-linejoin: round; }
  polyline.reference { stroke: var(--soft); stroke-dasharray: 5 4; stroke-width: 1.2; } .cut { stroke: var(--soft); stroke-dasharray: 4 3; stroke-width: 1.3; }
  .whisker { stroke: var(--main); stroke-width: 2; stroke-opacity: .55; } .whisker.bad { stroke: var(--alarm); } circle.dot, circle.main { fill: var(--main); } circle.bad { fill: var(--alarm); }
  circle.chosen { fill: var(--other); stroke: var(--paper); stroke-width: 1.5; } circle.faint { fill: var(--main); fill-opacity: .35; } rect.bar { fill: var(--main); fill-opacity: .75; }
  rect.negative, .key.negative { fill: var(--main); background: var(--main); fill-opacity: .5; } rect.positive, .key.positive { fill: var(--other); background: var(--other); fill-opacity: .6; }
  polyline.c1 { stroke: #e07b39; } polyline.c2 { stroke: #2e9d6a; } polyline.c3 { stroke: #a0529e; } polyline.c4 { stroke: #c2a21b; } polyline.c5 { stroke: #c0392b; } polyline.c6 { stroke: #2aa5b8; } polyline.c7 { stroke: #7f7f7f; }
  .key.c0 { background: var(--main); } .key.c1 { background: #e07b39; } .key.c2 { background: #2e9d6a; } .key.c3 { background: #a0529e; } .key.c4 { background: #c2a21b; } .key.c5 { background: #c0392b; } .key.c6 { background: #2aa5b8; } .key.c7 { background: #7f7f7f; }
  .key { margin-right: .3em; display: inline-block; width: .8em; height: .8em; border-radius: 2px; vertical-align: -.06em; }
  table { border-collapse: collapse; font-size: .88rem; width: 100%; margin: .2rem 0 .6rem; } td, th { padding: .22rem .8rem .22rem 0; text-align: left; font-variant-numeric: tabular-nums; border-bottom: 1px solid var(--line); vertical-align: middle; } th { color: var(--soft); font-weight: 500; }
  tr.worse td, td.worse { color: var(--alarm); } tr.worse td { font-weight: 600; } tr.counts td { font-weight: 700; } .strip { width: 260px; height: 18px; }
  .confusion td { text-align: center; padding: .7rem .4rem; border: 2px solid var(--paper); background: color-mix(in srgb, var(--main) calc(var(--share) * .7), var(--tint)); } .confusion td.wrong { background: color-mix(in srgb, var(--other) calc(var(--share) * .8), var(--tint)); }
  .confusion b, .confusion i { display: block; } .confusion i { font-size: .82rem; font-style: normal; } .confusion th { text-align: center; border: 0; }
  .bars th { white-space: nowrap; width: 1%; color: var(--ink); } .bars td:nth-child(2) { width: 60%; } .bars span { display: block; height: .8em; background: var(--main); border-radius: 2px; min-width: 1px; } .bars td:last-child { white-space: nowrap; color: var(--soft); }
  @media print { body { margin: 0; max-width: none; } })";

std::string Title(const Json& report) {
  const std::string model = report.Text("model");
  return model.empty() ? "Predictions" : model + " version " + std::to_string(report.Int("version"));
}

std::string Facts(const Json& report) {
  const Json& on = report.At("on");
  std::string text = report.Text("suite") + " on " + WithThousands(report.Int("rows")) + " rows of ";
  if (on.Find("dataset"))
    text += on.Text("dataset") + " version " + std::to_string(on.Int("version")) + " (" + on.Text("part") +
            ", digest " + on.Text("digest").substr(0, 12) + ")";
  else
    text += on.Text("file") + " (SHA-256 " + on.Text("sha256").substr(0, 12) + ")";
  text += report.Text("predictions") == "made here" ? "; answered here" : "; predictions as handed in";
  if (!report.Text("manifest").empty()) text += "; model files " + report.Text("manifest").substr(0, 12);
  if (!report.Text("id").empty()) text += "; evaluation " + report.Text("id");
  return "<p class=\"facts\">" + EscapeHtml(text) + "</p>";
}

std::string Verdict(const char* kind, const std::string& sentence) {
  return "<p class=\"verdict " + std::string(kind) + "\">" + EscapeHtml(sentence) + ".</p>";
}

std::string Verdicts(const Json& report) {
  std::string text;
  const Json &bound = report.At("bound"), &seal = report.At("seal"),
             &threshold = report.At("threshold_record");
  if (bound.IsObject())
    text += Verdict(bound.Bool("met") ? "good" : "bad",
                    (bound.Bool("met") ? "Met: " : "Not met: ") + bound.Text("sentence"));
  if (report.At("threshold").IsNumber() && threshold.IsObject())
    text += Verdict(
        threshold.Bool("recorded") ? "good" : "",
        "Rows are decided at " + NumberText(report.At("threshold")) + ": " + threshold.Text("sentence"));
  if (seal.IsObject())
    text += Verdict(seal.Int("openings") > 1 ? "bad" : "good", "Sealed rows: " + seal.Text("sentence"));
  return text;
}

/// The figure that counts, and those that people look for first.
std::string KeyFigures(const Json& report) {
  std::vector<std::string> names = {report.Text("metric")};
  for (const char* name : {"roc_auc", "average_precision", "accuracy", "balanced_accuracy", "recall",
                           "precision", "f1", "f1_macro", "mae", "rmse", "r2", "smape", "mase", "bias"}) {
    if (names.size() < 7 && name != names.front() && FigureNamed(report.At("figures"), name).IsObject())
      names.push_back(name);
  }
  std::string text = "<div class=\"key-figures\">";
  for (const auto& name : names) {
    const Json& figure = FigureNamed(report.At("figures"), name);
    const std::string interval = figure.At("low").IsNumber()
                                     ? NumberText(figure.At("low")) + " to " + NumberText(figure.At("high"))
                                     : "";
    text += "<div class=\"" + std::string(name == names.front() ? "counts" : "") + "\"><small>" +
            EscapeHtml(name) + "</small><b>" + NumberText(figure.At("value")) + "</b><small>" + interval +
            "</small></div>";
  }
  return text + "</div>";
}

/// Up to the title.
std::string Head(const std::string& title) {
  return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
         "content=\"width=device-width, initial-scale=1\"><title>" +
         title + "</title><style>" + std::string(kStyle) + "</style></head><body>\n<h1>" + title + "</h1>";
}

}  // namespace

std::string CurvePage(const Json& curve) {
  const std::string title = "Learning curve of " + curve.Text("metric");
  return Head(EscapeHtml(title)) + "<div class=\"cards wide\">" +
         CurvePicture(Json{{"learning_curve", curve}}) + "</div></body></html>\n";
}

std::string ReportPage(const Json& report) {
  return Head(EscapeHtml(Title(report))) + Facts(report) + Verdicts(report) + KeyFigures(report) +
         "<div class=\"cards\">" + ClassPictures(report) + NumberPictures(report) + CurvePicture(report) +
         "</div>" + SliceSection(report) + FairnessSection(report) + RescoringSection(report) +
         FigureTable(report) + "</body></html>\n";
}

}  // namespace cairn::evaluation
