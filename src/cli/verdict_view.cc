#include "cli/verdict_view.h"

#include <algorithm>
#include <map>
#include <vector>

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"

namespace cairn::cli {
namespace {

constexpr std::size_t kFewExamples = 5;

std::string Percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g%%", share * 100);
  return text;
}

std::string Examples(const Json& rule) {
  if (rule.Bool("masked"))
    return "; the values are kept back, because of the column's classification or tags";
  std::vector<std::string> parts;
  const auto& examples = rule.At("examples").items();
  const auto& rows = rule.At("example_rows").items();
  for (std::size_t i = 0; i < std::min(kFewExamples, examples.size()); ++i) {
    std::string part = examples[i].AsString();
    if (rows.size() == examples.size()) part += " (row " + WithThousands(rows[i].AsInt()) + ")";
    parts.push_back(std::move(part));
  }
  return parts.empty() ? "" : ", such as " + Join(parts, ", ");
}

std::string Line(const Json& rule) {
  const std::string status = rule.Text("status");
  std::string line = status == "warned" ? "warning: " : status == "error" ? "error: " : "";
  line += rule.Text("rule") + ": " + rule.Text("sentence");
  if (rule.Int("unexpected") > 0 && status != "error") {
    line += "; " + WithThousands(rule.Int("unexpected")) + " of " + WithThousands(rule.Int("considered")) +
            " (" + Percent(rule.Double("share")) + ") do not" + Examples(rule);
  }
  return line;
}

/// How many rules of each column could not be evaluated because it is missing: told once.
std::map<std::string, std::size_t> Hidden(const Json& verdict) {
  std::map<std::string, std::size_t> hidden;
  for (const Json& rule : verdict.At("rules").items())
    if (rule.Text("test") == "present" && rule.Text("status") == "failed") hidden[rule.Text("column")] = 0;
  for (const Json& rule : verdict.At("rules").items())
    if (rule.Text("status") == "error" && hidden.count(rule.Text("column"))) ++hidden[rule.Text("column")];
  return hidden;
}

}  // namespace

void ShowVerdict(const Session& session, const Json& verdict, const std::string& file, std::string_view of) {
  const auto hidden = Hidden(verdict);
  for (const Json& rule : verdict.At("rules").items()) {
    const std::string status = rule.Text("status"), column = rule.Text("column");
    if (status == "passed" || status == "remarked") continue;
    const auto missing = hidden.find(column);
    if (missing != hidden.end() && status == "error") continue;
    std::string line = Line(rule);
    if (missing != hidden.end() && missing->second > 0)
      line += " " + Counted(missing->second, "rule") + " on it could not be evaluated.";
    session.Say(line);
  }
  const Json& counts = verdict.At("counts");
  const auto number = [&](std::string_view status) { return static_cast<std::size_t>(counts.Int(status)); };
  const std::string rows = WithThousands(verdict.Int("rows")) + (verdict.Int("rows") == 1 ? " row" : " rows");
  std::string more;
  if (number("warned") > 0) more += ", " + Counted(number("warned"), "warning");
  if (number("error") > 0) more += ", " + Counted(number("error"), "rule") + " that could not be evaluated";
  if (number("remarked") > 0) more += ", " + Counted(number("remarked"), "remark") + " not run";
  const std::size_t run = number("passed") + number("warned") + number("failed") + number("error");
  if (verdict.Bool("passed"))
    session.Say(file + " keeps " + std::string(of) + ": " + Counted(run, "rule") + " over " + rows + more +
                ".");
  else
    session.Say(file + " breaks " + Counted(number("failed"), "rule") + " of " + std::string(of) + " (" +
                Counted(run, "rule") + " over " + rows + more + ").");
}

Result<> KeepJUnit(const Session& session, const std::string& path, Json& answer) {
  if (path.empty()) return Done{};
  CAIRN_TRY(os::WriteFileAtomically(path, answer.Text("junit")));
  answer.Remove("junit");
  session.Note("written to " + path);
  return Done{};
}

}  // namespace cairn::cli
