#include "loop/data/comparison_page.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "ground/vocabulary/text.h"

namespace cairn::data {
namespace {

constexpr double kWidth = 640, kHeight = 200, kRow = 26, kLabels = 150;

constexpr std::string_view kStyle = R"(
  :root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6778; --line: #d5dae2; --paper: #fff; --before: #7a8699; --after: #e07b39; --alarm: #b3261e; --calm: #2e7d4f; --tint: #f6f7f9; }
  @media (prefers-color-scheme: dark) {
    :root { --ink: #e4e8ee; --soft: #9aa6b6; --line: #3a4452; --paper: #161b22; --before: #8e9bb0; --after: #f0955a; --alarm: #ff8a80; --calm: #7bc99a; --tint: #1d232c; } }
  body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto; max-width: 76rem; padding: 0 1rem; }
  h1 { font-size: 1.7rem; margin: 0 0 .2rem; } h1.drift { color: var(--alarm); } h1.calm { color: var(--calm); }
  .facts, .how { color: var(--soft); } .how { font-size: .82rem; }
  .legend span { display: inline-block; width: .9em; height: .9em; margin: 0 .35em 0 1em; vertical-align: -.08em; border-radius: 2px; }
  .before { background: var(--before); } .after { background: var(--after); }
  h2 { font-size: 1.1rem; margin: 0; overflow-wrap: anywhere; } section p { margin: .15rem 0 .5rem; }
  .drifted section { border-left: 4px solid var(--alarm); background: var(--tint); padding: .9rem 1.1rem; margin: 1rem 0; break-inside: avoid; }
  .calmer { display: grid; grid-template-columns: repeat(auto-fill, minmax(19rem, 1fr)); gap: .9rem; }
  .calmer section { border: 1px solid var(--line); border-radius: 6px; padding: .6rem .8rem; break-inside: avoid; } .calmer h2 { font-size: .95rem; }
  svg { width: 100%; height: auto; display: block; } .drifted svg { max-width: 46rem; }
  rect.b { fill: var(--before); fill-opacity: .55; } rect.a { fill: var(--after); fill-opacity: .6; }
  text { fill: var(--ink); font-size: 13px; } .axis { fill: var(--soft); font-size: 12px; }
  table { border-collapse: collapse; font-size: .85rem; } td, th { padding: .1rem .9rem .1rem 0; text-align: left; font-variant-numeric: tabular-nums; }
  @media print { body { margin: 0; max-width: none; } })";

std::string Text(const char* format, double value) {
  char text[48];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string Percent(double share) { return Text(share >= 0.0995 ? "%.0f %%" : "%.1f %%", 100 * share); }

struct Sides {
  std::vector<std::int64_t> before, after;
  double before_rows = 0, after_rows = 0, most = 0;  ///< `most` is the largest share of either.

  double Before(std::size_t bin) const { return static_cast<double>(before[bin]) / before_rows; }
  double After(std::size_t bin) const { return static_cast<double>(after[bin]) / after_rows; }
};

Sides SidesOf(const Json& picture) {
  Sides sides;
  for (const Json& rows : picture.At("reference").items()) sides.before.push_back(rows.AsInt());
  for (const Json& rows : picture.At("current").items()) sides.after.push_back(rows.AsInt());
  for (const auto rows : sides.before) sides.before_rows += static_cast<double>(rows);
  for (const auto rows : sides.after) sides.after_rows += static_cast<double>(rows);
  sides.before_rows = std::max(sides.before_rows, 1.0);
  sides.after_rows = std::max(sides.after_rows, 1.0);
  for (std::size_t i = 0; i < sides.before.size(); ++i)
    sides.most = std::max({sides.most, sides.Before(i), sides.After(i)});
  sides.most = std::max(sides.most, 1e-9);
  return sides;
}

std::string Rect(const char* kind, double x, double y, double width, double height, std::int64_t rows,
                 const std::string& label) {
  return std::string("<rect class=\"") + kind + "\" x=\"" + Text("%.2f", x) + "\" y=\"" + Text("%.2f", y) +
         "\" width=\"" + Text("%.2f", width) + "\" height=\"" + Text("%.2f", height) + "\" data-rows=\"" +
         std::to_string(rows) + "\"><title>" + EscapeHtml(label) + "</title></rect>";
}

std::string HistogramPicture(const Json& picture) {
  const Sides sides = SidesOf(picture);
  const auto& edges = picture.At("edges").items();
  const double step = kWidth / static_cast<double>(std::max<std::size_t>(1, sides.before.size()));
  std::string svg = "<svg viewBox=\"0 0 " + Text("%.0f", kWidth) + " " + Text("%.0f", kHeight + 18) +
                    "\" role=\"img\" aria-label=\"Both sides' distributions over each other\">";
  for (std::size_t i = 0; i < sides.before.size() && i + 1 < edges.size(); ++i) {
    const std::string range =
        Text("%.5g", edges[i].AsDouble()) + " to " + Text("%.5g", edges[i + 1].AsDouble());
    const double x = step * static_cast<double>(i), before = kHeight * sides.Before(i) / sides.most,
                 after = kHeight * sides.After(i) / sides.most;
    svg += Rect("b", x, kHeight - before, step - 0.5, before, sides.before[i],
                range + ": " + Percent(sides.Before(i)) + " before");
    svg += Rect("a", x, kHeight - after, step - 0.5, after, sides.after[i],
                range + ": " + Percent(sides.After(i)) + " now");
  }
  if (!edges.empty()) {
    svg += "<text class=\"axis\" x=\"0\" y=\"" + Text("%.0f", kHeight + 14) + "\">" +
           Text("%.5g", edges.front().AsDouble()) + "</text><text class=\"axis\" text-anchor=\"end\" x=\"" +
           Text("%.0f", kWidth) + "\" y=\"" + Text("%.0f", kHeight + 14) + "\">" +
           Text("%.5g", edges.back().AsDouble()) + "</text>";
  }
  return svg + "</svg>";
}

/// So much of a label as fits beside the bars.
std::string Short(const std::string& label) {
  constexpr std::size_t kMost = 20;
  if (CodePoints(label) <= kMost) return label;
  std::size_t byte = 0;
  for (std::size_t points = 0; byte < label.size(); ++byte) {
    if ((static_cast<unsigned char>(label[byte]) & 0xC0) != 0x80 && points++ == kMost - 1) break;
  }
  return label.substr(0, byte) + "…";
}

std::string BarsPicture(const Json& picture) {
  const Sides sides = SidesOf(picture);
  const auto& labels = picture.At("labels").items();
  std::string svg = "<svg viewBox=\"0 0 " + Text("%.0f", kWidth) + " " +
                    Text("%.0f", kRow * static_cast<double>(sides.before.size())) +
                    "\" role=\"img\" aria-label=\"Shares of the values on both sides\">";
  for (std::size_t i = 0; i < sides.before.size() && i < labels.size(); ++i) {
    const double y = kRow * static_cast<double>(i), room = kWidth - kLabels - 60;
    const std::string& label = labels[i].AsString();
    svg += "<text x=\"" + Text("%.0f", kLabels - 8) + "\" y=\"" + Text("%.0f", y + 17) +
           "\" text-anchor=\"end\">" + EscapeHtml(Short(label)) + "</text>";
    svg += Rect("b", kLabels, y + 3, room * sides.Before(i) / sides.most, 9, sides.before[i],
                label + ": " + Percent(sides.Before(i)) + " before");
    svg += Rect("a", kLabels, y + 13, room * sides.After(i) / sides.most, 9, sides.after[i],
                label + ": " + Percent(sides.After(i)) + " now");
    const double end = kLabels + room * std::max(sides.Before(i), sides.After(i)) / sides.most + 6;
    svg += "<text class=\"axis\" x=\"" + Text("%.0f", end) + "\" y=\"" + Text("%.0f", y + 17) + "\">" +
           Percent(sides.After(i)) + "</text>";
  }
  return svg + "</svg>";
}

std::string Picture(const Json& picture) {
  if (!picture.IsObject()) return "";
  return picture.Text("kind") == "histogram" ? HistogramPicture(picture) : BarsPicture(picture);
}

/// What was computed, in small print.
std::string How(const Json& column) {
  std::string how;
  if (column.At("score").IsNumber()) {
    how = column.Text("shown") + " " + Text("%.4g", column.Double("score")) + ", threshold " +
          Text("%.4g", column.Double("threshold"));
    if (column.At("adjusted_p_value").IsNumber())
      how += ", adjusted p " + Text("%.3g", column.Double("adjusted_p_value"));
    if (column.At("share_moved").IsNumber())
      how += ", " + Percent(column.Double("share_moved")) + " of rows moved";
    if (column.At("shift").IsNumber())
      how += ", shift " + Text("%.3f", column.Double("shift")) + " deviations";
  }
  if (column.Bool("approximate"))
    how += (how.empty() ? "" : "; ") + std::string("approximate: shares within ") +
           Percent(column.Double("error_bound"));
  const std::int64_t before = column.At("reference").Int("missing"),
                     after = column.At("current").Int("missing");
  if (before + after > 0)
    how += (how.empty() ? "" : "; ") + ("missing " + WithThousands(before)) + " before, " +
           WithThousands(after) + " now";
  return how;
}

std::string WordTable(const Json& column) {
  if (column.At("words").items().empty()) return "";
  std::string table = "<table><tr><th>word</th><th>in texts before</th><th>now</th></tr>";
  for (const Json& word : column.At("words").items()) {
    table += "<tr><td>" + EscapeHtml(word.Text("word")) + "</td><td>" +
             Percent(word.Double("reference_share")) + "</td><td>" + Percent(word.Double("current_share")) +
             "</td></tr>";
  }
  return table + "</table>";
}

std::string Section(const Json& column) {
  const std::string sentence = column.Text("sentence");
  return "<section><h2>" + EscapeHtml(column.Text("column")) + "</h2>" +
         (sentence.empty() ? "" : "<p>" + EscapeHtml(sentence) + "</p>") + Picture(column.At("picture")) +
         (column.Bool("drifted") ? WordTable(column) : "") +
         (column.Bool("personal") ? "<p class=\"facts\">personal: no value is shown</p>" : "") +
         "<div class=\"how\">" + EscapeHtml(How(column)) + "</div></section>\n";
}

std::string NamesOf(const Json& list) {
  std::vector<std::string> names;
  for (const Json& name : list.items())
    names.push_back(name.IsString() ? name.AsString() : name.Text("column"));
  return Join(names, ", ");
}

std::string Verdict(const Json& report) {
  const std::int64_t drifted = report.Int("drifted_columns"), compared = report.Int("compared_columns");
  const std::int64_t unjudged = report.Int("unjudged_columns");
  const std::string open = unjudged == 0
                               ? ""
                               : "; " + std::to_string(unjudged) + (unjudged == 1 ? " column" : " columns") +
                                     " could not be judged";
  if (drifted == 0 && !report.Bool("drifted"))
    return (unjudged == 0 ? "Nothing has drifted" : "Nothing judged has drifted") + open;
  return std::to_string(drifted) + " of " + std::to_string(compared) +
         (compared == 1 ? " column has" : " columns have") + " drifted" + open;
}

std::string Facts(const Json& report) {
  const auto side = [](const Json& one) {
    return EscapeHtml(one.Text("name")) + " (" + WithThousands(one.Int("rows")) + " rows)";
  };
  std::string facts =
      "<p class=\"legend\"><span class=\"before\"></span>before: " + side(report.At("reference")) +
      "<span class=\"after\"></span>now: " + side(report.At("current")) +
      "</p>\n<p class=\"facts\">Judged by the policy “" + EscapeHtml(report.Text("policy")) + "”" +
      (report.Bool("approximate") ? ", from two profiles: figures are approximate where a column says so"
                                  : "") +
      ".";
  const struct {
    const char *member, *says;
  } lists[] = {
      {"missing_columns", " Missing now: "}, {"new_columns", " New: "}, {"left_out", " Not compared: "}};
  for (const auto& [member, says] : lists) {
    if (!report.At(member).items().empty()) facts += says + EscapeHtml(NamesOf(report.At(member))) + ".";
  }
  return facts + "</p>\n";
}

}  // namespace

std::string ComparisonPage(const Json& report) {
  std::string drifted, unjudged, calm;
  for (const Json& column : report.At("columns").items()) {
    const bool judged = column.Bool("judged", true);
    (column.Bool("drifted") ? drifted : judged ? calm : unjudged) += Section(column);
  }
  const bool alarm = report.Bool("drifted") || !unjudged.empty();
  const std::string title = report.At("reference").Text("name") + " and " + report.At("current").Text("name");
  return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
         "content=\"width=device-width\"><title>" +
         EscapeHtml(title) + "</title><style>" + std::string(kStyle) + "</style></head><body>\n<h1 class=\"" +
         (alarm ? "drift" : "calm") + "\">" + Verdict(report) + "</h1>\n" + Facts(report) +
         "<div class=\"drifted\">\n" + drifted + "</div>\n<div class=\"unjudged calmer\">\n" + unjudged +
         "</div>\n<div class=\"calmer\">\n" + calm + "</div></body></html>\n";
}

std::string ComparisonJunit(const Json& report) {
  std::string cases;
  std::size_t failures = 0, errors = 0, count = 0;
  const auto add = [&](const std::string& name, const std::string& failure, bool judged = true) {
    ++count;
    cases += "    <testcase classname=\"" + EscapeHtml(report.At("current").Text("name")) + "\" name=\"" +
             EscapeHtml(name) + "\"";
    if (failure.empty()) {
      cases += "/>\n";
      return;
    }
    ++(judged ? failures : errors);
    cases += std::string(">\n      <") + (judged ? "failure" : "error") + " message=\"" +
             EscapeHtml(failure) + "\"/>\n    </testcase>\n";
  };
  for (const Json& column : report.At("columns").items()) {
    const std::string sentence = column.Text("sentence"), how = How(column);
    const std::string failure = sentence.empty() ? how : how.empty() ? sentence : sentence + " (" + how + ")";
    const bool judged = column.Bool("judged", true);
    add(column.Text("column"), column.Bool("drifted") || !judged ? failure : "", judged);
  }
  for (const Json& name : report.At("missing_columns").items()) add(name.AsString(), "the column is missing");
  const std::string totals = "tests=\"" + std::to_string(count) + "\" failures=\"" +
                             std::to_string(failures) + "\" errors=\"" + std::to_string(errors) + "\"";
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites " + totals +
         ">\n  <testsuite name=\"drift of " + EscapeHtml(report.At("current").Text("name")) + " from " +
         EscapeHtml(report.At("reference").Text("name")) + "\" " + totals + ">\n" + cases +
         "  </testsuite>\n</testsuites>\n";
}

}  // namespace cairn::data
