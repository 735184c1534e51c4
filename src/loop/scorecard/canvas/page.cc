#include "ground/vocabulary/text.h"
#include "loop/scorecard/canvas.h"

namespace cairn::scorecard {
namespace {

constexpr std::string_view kStyle = R"(
  @page { size: A4 landscape; margin: 9mm; }
  body { font: 13px/1.4 system-ui, sans-serif; color: #1c2430; margin: 1.2rem auto; max-width: 82rem; padding: 0 1rem; }
  h1 { font-size: 1.3rem; margin: 0; } .digest { color: #667; font-size: .75rem; margin: 0 0 .8rem; }
  .grid { display: grid; grid-template-columns: repeat(5, 1fr); gap: .5rem; }
  section { border: 1px solid #d5dae2; border-radius: 5px; padding: .45rem .6rem; break-inside: avoid; }
  h2 { font-size: .8rem; margin: 0; } h2 small { color: #667; font-weight: normal; }
  .asks { color: #667; font-size: .75rem; margin: 0 0 .3rem; } ul { list-style: none; margin: 0; padding: 0; }
  li { margin: .2rem 0; padding-left: 1.1rem; position: relative; overflow-wrap: anywhere; }
  li svg { position: absolute; left: 0; top: .28rem; } li small { color: #667; display: block; }
  .legend { font-size: .75rem; color: #445; margin-top: .6rem; } .legend svg { vertical-align: -1px; margin: 0 .25rem 0 .8rem; }
  @media (max-width: 60rem) { .grid { grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); } }
  @media print { body { margin: 0; max-width: none; font-size: 8.5px; } .grid { grid-template-columns: repeat(5, 1fr); gap: 3px; } })";

/// A mark that is told apart by its shape, not by colour alone.
std::string MarkOf(Bond bond) {
  const std::string open =
      "<svg width=\"10\" height=\"10\" viewBox=\"0 0 10 10\" role=\"img\" aria-label=\"" +
      std::string(NameOf(bond)) + "\">";
  switch (bond) {
    case Bond::Bound:
      return open + "<circle cx=\"5\" cy=\"5\" r=\"4.5\" fill=\"#2a7d4f\"/></svg>";
    case Bond::Narrative:
      return open + "<path d=\"M1 3h8M1 7h6\" stroke=\"#667\" stroke-width=\"1.5\"/></svg>";
    case Bond::Waiting:
      return open +
             "<circle cx=\"5\" cy=\"5\" r=\"4\" fill=\"none\" stroke=\"#a86500\" "
             "stroke-width=\"1.5\"/></svg>";
    case Bond::Drifted:
      return open + "<path d=\"M1 1l8 8M9 1l-8 8\" stroke=\"#b3261e\" stroke-width=\"2\"/></svg>";
  }
  return open + "</svg>";
}

std::string BoxOf(const Box& box) {
  std::string html = "<section class=\"box\"><h2>" + EscapeHtml(box.title);
  if (!box.also.empty()) html += " <small>(" + EscapeHtml(box.also) + ")</small>";
  html += "</h2><p class=\"asks\">" + EscapeHtml(box.asks) + "</p><ul>";
  for (const Line& line : box.lines) {
    html +=
        "<li class=\"" + std::string(NameOf(line.bond)) + "\">" + MarkOf(line.bond) + EscapeHtml(line.text);
    // What is for people says all there is; where a line hangs is for those who check.
    if (line.bond != Bond::Narrative) html += "<small>" + EscapeHtml(line.to) + "</small>";
    html += "</li>";
  }
  return html + "</ul></section>\n";
}

}  // namespace

std::string HtmlPage(const Canvas& canvas, std::string_view digest) {
  const std::string title = std::string(canvas.title) + ": " + canvas.project;
  std::string page = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" +
                     EscapeHtml(title) + "</title><style>" + std::string(kStyle) +
                     "</style></head><body>\n<h1>" + EscapeHtml(title) +
                     "</h1>\n<p class=\"digest\">made from cairn.yaml, sha256 " + EscapeHtml(digest) +
                     "</p>\n<div class=\"grid\">\n";
  for (const Box& box : canvas.boxes) page += BoxOf(box);
  page += "</div>\n<p class=\"legend\">";
  for (const auto& [bond, says] :
       {std::pair{Bond::Bound, "bound to the running system"}, std::pair{Bond::Narrative, "for people"},
        std::pair{Bond::Waiting, "no record shows it yet"},
        std::pair{Bond::Drifted, "canvas and system differ"}})
    page += MarkOf(bond) + says;
  return page + "</p></body></html>\n";
}

}  // namespace cairn::scorecard
