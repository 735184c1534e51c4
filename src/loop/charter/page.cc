#include "loop/charter/page.h"

#include "ground/vocabulary/text.h"

namespace cairn::charter {
namespace {

std::string Date(TimeMs at) { return at == 0 ? "no date" : FormatDate(at); }

/// `text` broken at spaces so that no line passes `width`, each line after the first behind `indent`.
std::string Wrapped(std::string_view text, std::size_t width, std::string_view indent) {
  std::string wrapped;
  std::size_t column = indent.size();
  for (const std::string_view word : Split(text, ' ')) {
    if (word.empty()) continue;
    const std::size_t length = CodePoints(word);
    if (!wrapped.empty() && column + 1 + length > width) {
      wrapped += "\n" + std::string(indent);
      column = indent.size();
    } else if (!wrapped.empty()) {
      wrapped += ' ';
      ++column;
    }
    wrapped += word;
    column += length;
  }
  return wrapped;
}

std::string KpiSentence(const Kpi& kpi) {
  return kpi.name + ": " + kpi.source + " " + kpi.comparator + " " +
         (kpi.target ? ShortestText(*kpi.target) : "(no target)") + " by " + Date(kpi.due_ms) + ", " +
         kpi.owner + " (" + kpi.kind + ")";
}

std::string SuccessSentence(const Success& success) {
  return success.metric + " " + success.comparator + " " +
         (success.target ? ShortestText(*success.target) : "the " + success.than);
}

std::string CostSentence(const Cost& cost) {
  return "a wrong yes costs " + ShortestText(cost.false_positive) + " " + cost.unit + ", a wrong no " +
         ShortestText(cost.false_negative) + " " + cost.unit;
}

std::string RuleSentence(const Json& rule) {
  if (rule.Find("otherwise")) return "otherwise " + ShortestText(rule.Double("otherwise"));
  return ShortestText(rule.Double("score")) + " when " + rule.Text("when");
}

/// The page's parts in reading order: a head and its lines. Both renderings are made of it.
struct Part {
  std::string head;
  std::vector<std::string> lines;
};

std::vector<Part> PartsOf(const Charter& charter) {
  std::vector<Part> parts = {{"Problem", {charter.problem}}, {"For whom", {charter.persona}},
                             {"Why", {charter.why}},         {"Objective", {charter.objective}},
                             {"In scope", charter.in_scope}, {"Out of scope", charter.out_of_scope}};
  Part task{"Prediction", {}};
  if (!charter.entity.empty()) {
    task.lines.push_back("for " + charter.entity + ": " + charter.outcome + ", known after " + charter.wait);
    if (!charter.action.empty()) task.lines.push_back("then: " + charter.action);
  }
  Part kpis{"KPIs", {}}, success{"Success", {}}, people{"Stakeholders", {}}, timeline{"Timeline", {}},
      rules{"Without a model", {}};
  for (const auto& kpi : charter.kpis) kpis.lines.push_back(KpiSentence(kpi));
  for (const auto& one : charter.success) success.lines.push_back(SuccessSentence(one));
  for (const auto& person : charter.stakeholders) {
    people.lines.push_back(person.name + ", " + person.role +
                           (person.decides.empty() ? "" : ", decides: " + person.decides));
  }
  for (const auto& milestone : charter.timeline)
    timeline.lines.push_back(Date(milestone.due_ms) + "  " + milestone.milestone);
  if (charter.heuristic) {
    for (const Json& rule : charter.heuristic->written().items()) rules.lines.push_back(RuleSentence(rule));
  }
  parts.push_back(std::move(task));
  parts.push_back(std::move(kpis));
  parts.push_back(std::move(success));
  parts.push_back({"Cost of errors",
                   charter.cost ? std::vector{CostSentence(*charter.cost)} : std::vector<std::string>()});
  parts.push_back(std::move(rules));
  parts.push_back({"Risk", charter.risk
                               ? std::vector{std::string(NameOf(*charter.risk)) +
                                             (charter.risk_reason.empty() ? "" : ": " + charter.risk_reason)}
                               : std::vector<std::string>()});
  parts.push_back(std::move(people));
  parts.push_back(std::move(timeline));
  return parts;
}

constexpr std::string_view kStyle = R"(
  body { font: 15px/1.45 system-ui, sans-serif; color: #1c2430; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
  h1 { font-size: 1.5rem; margin: 0 0 .2rem; } .digest { color: #667; font-size: .8rem; margin-bottom: 1.2rem; }
  .grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)); gap: .8rem; }
  section { border: 1px solid #d5dae2; border-radius: 6px; padding: .6rem .9rem; break-inside: avoid; }
  h2 { font-size: .8rem; text-transform: uppercase; letter-spacing: .05em; color: #4a5a75; margin: 0 0 .3rem; }
  ul { margin: 0; padding-left: 1.1rem; } .missing { color: #a33; } p { margin: 0; }
  @media print { body { margin: 0; max-width: none; font-size: 11px; } })";

}  // namespace

std::string TextPage(const Charter& charter, std::size_t width) {
  constexpr std::size_t kHead = 18;
  const std::string indent(kHead, ' ');
  std::string page = "Charter: " + charter.project + "\n\n";
  for (const Part& part : PartsOf(charter)) {
    std::string head = part.head + std::string(kHead - std::min(kHead, part.head.size()), ' ');
    bool any = false;
    for (const auto& line : part.lines) {
      if (line.empty()) continue;
      page += (any ? indent : head) + Wrapped(line, width, indent) + "\n";
      any = true;
    }
    if (!any) page += head + "(missing)\n";
  }
  return page;
}

std::string HtmlPage(const Charter& charter, std::string_view digest) {
  std::string page = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Charter: " +
                     EscapeHtml(charter.project) + "</title><style>" + std::string(kStyle) +
                     "</style></head><body>\n<h1>Charter: " + EscapeHtml(charter.project) +
                     "</h1>\n<div class=\"digest\">sha256 " + EscapeHtml(digest) +
                     "</div>\n<div class=\"grid\">\n";
  for (const Part& part : PartsOf(charter)) {
    page += "<section><h2>" + EscapeHtml(part.head) + "</h2>";
    std::vector<std::string> lines;
    for (const auto& line : part.lines) {
      if (!line.empty()) lines.push_back(EscapeHtml(line));
    }
    if (lines.empty()) {
      page += "<p class=\"missing\">missing</p>";
    } else if (lines.size() == 1) {
      page += "<p>" + lines.front() + "</p>";
    } else {
      page += "<ul><li>" + Join(lines, "</li><li>") + "</li></ul>";
    }
    page += "</section>\n";
  }
  return page + "</div></body></html>\n";
}

Json ToJson(const Charter& charter) {
  Json json{{"project", charter.project}};
  Json parts = Json::Array();
  for (const Part& part : PartsOf(charter)) {
    Json lines = Json::Array();
    for (const auto& line : part.lines) {
      if (!line.empty()) lines.Push(line);
    }
    parts.Push(Json{{"head", part.head}, {"lines", std::move(lines)}});
  }
  json.Set("parts", std::move(parts));
  Json kpis = Json::Array();
  for (const auto& kpi : charter.kpis) {
    kpis.Push(Json{{"name", kpi.name},
                   {"kind", kpi.kind},
                   {"source", kpi.source},
                   {"comparator", kpi.comparator},
                   {"target", kpi.target ? Json(*kpi.target) : Json()},
                   {"owner", kpi.owner},
                   {"due_ms", kpi.due_ms}});
  }
  json.Set("kpis", std::move(kpis));
  json.Set("risk", charter.risk ? Json(NameOf(*charter.risk)) : Json());
  return json;
}

}  // namespace cairn::charter
