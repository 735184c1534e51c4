#include <algorithm>

#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"
#include "loop/ci/outcome.h"

namespace cairn::ci {
namespace {

constexpr std::string_view kMark = "<!-- cairn ci -->\n";
constexpr std::size_t kMostPaths = 20;
constexpr std::size_t kMostRows = 60;

/// In a cell of a table.
std::string Cell(std::string_view text) {
  std::string cell;
  for (const char c : text) {
    if (c == '|' || c == '\\' || c == '`' || c == '<' || c == '*' || c == '_') cell += '\\';
    cell += c == '\n' || c == '\r' ? ' ' : c;
  }
  return cell;
}

std::string Shown(const Json& value) {
  if (value.IsNull()) return "";
  return value.IsString() ? value.AsString() : value.Dump();
}

std::string ChangeShown(const Json& was, const Json& is) {
  if (!was.IsNumber() || !is.IsNumber()) return "";
  const double change = is.AsDouble() - was.AsDouble();
  // Four digits are what a person compares.
  char text[32];
  std::snprintf(text, sizeof text, "%+.4g", change);
  return change == 0 ? "0" : text;
}

/// Between fences longer than any in it.
std::string Fenced(const std::string& text) {
  std::string fence = "```";
  while (text.find(fence) != std::string::npos) fence += '`';
  return fence + "\n" + text + (text.ends_with('\n') ? "" : "\n") + fence + "\n";
}

const char* SignOf(Case::State state) {
  switch (state) {
    case Case::State::Passed:
      return "✅";
    case Case::State::Failed:
      return "❌";
    case Case::State::Skipped:
      return "➖";
  }
  return "";
}

std::string Files(const Change& change) {
  std::string text;
  for (const Kind kind : {Kind::Code, Kind::Data, Kind::Model, Kind::None}) {
    std::vector<std::string> paths;
    for (const auto& file : change.files) {
      if (file.kind == kind) paths.push_back("`" + file.path + "`");
    }
    if (paths.empty()) continue;
    const std::size_t more = paths.size() > kMostPaths ? paths.size() - kMostPaths : 0;
    paths.resize(paths.size() - more);
    text += std::string("- ") + NameOf(kind) + ": " + Join(paths, ", ") +
            (more > 0 ? " and " + std::to_string(more) + " more" : "") + "\n";
  }
  return text.empty() ? "No file differs.\n" : text;
}

std::string Tests(const std::vector<Suite>& suites) {
  std::string text = "\n| | test | result | time |\n|---|---|---|---:|\n";
  for (const Suite& suite : suites) {
    for (const Case& one : suite.cases)
      text += "| " + suite.name + " | " + Cell(one.name) + " | " + SignOf(one.state) + " " +
              NameOf(one.state) + (one.message.empty() ? "" : ": " + Cell(one.message)) + " | " +
              FormatDuration(one.ms) + " |\n";
  }
  return text;
}

std::string Figures(const std::vector<Figure>& figures) {
  if (figures.empty()) return "";
  std::string text =
      "\n### Metrics\n| metric | target branch | here | difference | bound |\n|---|---:|---:|---:|---|\n";
  for (const Figure& figure : figures)
    text += "| " + Cell(figure.name) + " | " + Shown(figure.was) + " | " + Shown(figure.is) + " | " +
            ChangeShown(figure.was, figure.is) + " | " +
            (figure.broken.empty() ? "" : "❌ " + Cell(figure.broken) + "; ") + Cell(figure.bound) + " |\n";
  return text;
}

std::string Params(const std::vector<Difference>& params) {
  if (params.empty()) return "";
  std::string text = "\n### Parameters\n| parameter | target branch | here |\n|---|---|---|\n";
  for (std::size_t i = 0; i < std::min(params.size(), kMostRows); ++i)
    text += "| " + Cell(params[i].name) + " | " + Cell(Shown(params[i].was)) + " | " +
            Cell(Shown(params[i].is)) + " |\n";
  if (params.size() > kMostRows) text += "\n…and " + std::to_string(params.size() - kMostRows) + " more.\n";
  return text;
}

std::string Failures(const std::vector<Suite>& suites) {
  std::string text;
  for (const Suite& suite : suites) {
    for (const Case& one : suite.cases) {
      if (one.state != Case::State::Failed || one.output.empty()) continue;
      text += "\n<details><summary>" + suite.name + ": " + EscapeHtml(one.name) + "</summary>\n\n" +
              Fenced(one.output) + "\n</details>\n";
    }
  }
  return text;
}

}  // namespace

std::string MarkdownOf(const Change& change, const Report& report) {
  std::string text(kMark);
  text += std::string("## ") + (report.Failed() ? "❌ This change fails" : "✅ This change passes") + "\n";
  text += "Against `" + change.base + "` (`" + change.commit.substr(0, 12) + "`):\n" + Files(change);
  text += Tests(report.suites) + Figures(report.figures) + Params(report.params);
  if (!report.stages.empty()) {
    text += "\n### Stages that ran\n";
    for (const auto& [stage, why] : report.stages) text += "- `" + stage + "`: " + Cell(why) + "\n";
  }
  for (const auto& [title, path] : report.pictures)
    text += "\n![" + Cell(title) + "](" + PercentEncode(path, "/") + ")\n";
  for (const auto& note : report.notes) text += "\n" + Cell(note) + "\n";
  return text + Failures(report.suites);
}

Json JsonOf(const Change& change, const Report& report) {
  Json files = Json::Array(), suites = Json::Array(), figures = Json::Array(), params = Json::Array(),
       stages = Json::Array(), notes = Json::Array();
  for (const auto& file : change.files) files.Push(Json{{"path", file.path}, {"kind", NameOf(file.kind)}});
  for (const Suite& suite : report.suites) {
    Json cases = Json::Array();
    for (const Case& one : suite.cases)
      cases.Push(
          Json{{"name", one.name}, {"state", NameOf(one.state)}, {"message", one.message}, {"ms", one.ms}});
    suites.Push(Json{{"name", suite.name}, {"cases", std::move(cases)}});
  }
  for (const Figure& figure : report.figures)
    figures.Push(Json{{"name", figure.name},
                      {"was", figure.was},
                      {"is", figure.is},
                      {"bound", figure.bound},
                      {"broken", figure.broken}});
  for (const auto& one : report.params)
    params.Push(Json{{"name", one.name}, {"was", one.was}, {"is", one.is}});
  for (const auto& [stage, why] : report.stages) stages.Push(Json{{"stage", stage}, {"why", why}});
  for (const auto& note : report.notes) notes.Push(note);
  return Json{{"passed", !report.Failed()},  {"base", change.base},         {"commit", change.commit},
              {"files", std::move(files)},   {"suites", std::move(suites)}, {"metrics", std::move(figures)},
              {"params", std::move(params)}, {"stages", std::move(stages)}, {"notes", std::move(notes)}};
}

}  // namespace cairn::ci
