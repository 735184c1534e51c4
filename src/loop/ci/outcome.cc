#include "loop/ci/outcome.h"

#include <algorithm>
#include <set>

#include "ground/os/clock.h"
#include "ground/os/files.h"
#include "ground/os/process.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"

namespace cairn::ci {
namespace {

constexpr std::size_t kKept = 16 << 10;  ///< Bytes of what a test printed.
constexpr std::int64_t kGraceMs = 5'000;

/// The end of what came, from the beginning of a line.
std::string EndOf(std::string text) {
  if (text.size() <= kKept) return text;
  text.erase(0, text.size() - kKept);
  const auto line = text.find('\n');
  return "…\n" + (line == std::string::npos ? text : text.substr(line + 1));
}

std::string Number(double value) { return ShortestText(value); }

std::string BoundShown(const Bound& bound) {
  std::vector<std::string> parts;
  if (bound.at_least) parts.push_back("at least " + Number(*bound.at_least));
  if (bound.at_most) parts.push_back("at most " + Number(*bound.at_most));
  if (bound.worse_by) parts.push_back("at most " + Number(*bound.worse_by) + " worse");
  return Join(parts, ", ");
}

std::string Broken(const Bound& bound, const Json& was, const Json& is) {
  if (!is.IsNumber()) return "there is no such figure";
  const double value = is.AsDouble();
  // Not the other way round: what is no number keeps no bound.
  if (bound.at_least && !(value >= *bound.at_least)) return "below " + Number(*bound.at_least);
  if (bound.at_most && !(value <= *bound.at_most)) return "above " + Number(*bound.at_most);
  if (!bound.worse_by || !was.IsNumber()) return "";
  const double worse = bound.higher_is_better ? was.AsDouble() - value : value - was.AsDouble();
  return worse <= *bound.worse_by ? "" : "worse by " + Number(worse) + " than on the target branch";
}

/// Text of XML 1.0, whose control characters are left out.
std::string Xml(std::string_view text) {
  std::string kept;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 || c == '\n' || c == '\t') kept += c;
  }
  return IsUtf8(kept) ? EscapeHtml(kept) : "(not UTF-8)";
}

std::string Seconds(std::int64_t ms) { return ShortestText(static_cast<double>(ms) / 1000); }

std::string JUnitOf(const Suite& suite) {
  std::string text;
  std::int64_t failures = 0, skipped = 0, ms = 0;
  for (const Case& one : suite.cases) {
    failures += one.state == Case::State::Failed ? 1 : 0;
    skipped += one.state == Case::State::Skipped ? 1 : 0;
    ms += one.ms;
    text += "    <testcase classname=\"cairn." + Xml(suite.name) + "\" name=\"" + Xml(one.name) +
            "\" time=\"" + Seconds(one.ms) + "\">";
    if (one.state == Case::State::Failed)
      text += "<failure message=\"" + Xml(one.message) + "\">" + Xml(one.output) + "</failure>";
    if (one.state == Case::State::Skipped) text += "<skipped message=\"" + Xml(one.message) + "\"/>";
    text += "</testcase>\n";
  }
  return "  <testsuite name=\"" + Xml(suite.name) + "\" tests=\"" + std::to_string(suite.cases.size()) +
         "\" failures=\"" + std::to_string(failures) + "\" errors=\"0\" skipped=\"" +
         std::to_string(skipped) + "\" time=\"" + Seconds(ms) + "\">\n" + text + "  </testsuite>\n";
}

}  // namespace

const char* NameOf(Case::State state) {
  switch (state) {
    case Case::State::Passed:
      return "passed";
    case Case::State::Failed:
      return "failed";
    case Case::State::Skipped:
      return "skipped";
  }
  return "passed";
}

bool Suite::Failed() const {
  return std::any_of(cases.begin(), cases.end(),
                     [](const Case& one) { return one.state == Case::State::Failed; });
}

bool Report::Failed() const {
  return std::any_of(suites.begin(), suites.end(), [](const Suite& suite) { return suite.Failed(); });
}

Case RunTest(const Change& change, const Test& test, const std::string& out, std::stop_token stop) {
  Case outcome;
  outcome.name = test.name;
  os::Command command = os::Command::Shell(test.run);
  command.folder = change.project;
  command.environment = {{"CAIRN_JUNIT", os::JoinPath(out, test.name + ".xml")},
                         {"CAIRN_BASE", change.commit},
                         {"CAIRN_CHANGED", os::JoinPath(out, "changed.txt")}};
  std::string printed;
  command.bytes = [&printed](os::Stream, std::string_view bytes) {
    printed += bytes;
    if (printed.size() > 4 * kKept) printed.erase(0, printed.size() - 2 * kKept);
  };
  const std::int64_t began = os::SteadyNs();
  auto process = os::Process::Spawn(std::move(command));
  std::optional<os::Exit> exit;
  if (process) exit = process->Wait(test.timeout_ms, stop);
  if (process && !exit) process->Terminate(kGraceMs);
  outcome.ms = (os::SteadyNs() - began) / 1'000'000;
  outcome.output = EndOf(std::move(printed));
  if (exit && exit->Succeeded()) return outcome;
  outcome.state = Case::State::Failed;
  outcome.message = !process                ? process.error().message
                    : exit                  ? "it ended with " + os::Describe(*exit)
                    : stop.stop_requested() ? "it was stopped"
                                            : "it was ended after " + FormatDuration(test.timeout_ms);
  return outcome;
}

std::vector<Figure> Judge(const std::vector<Bound>& bounds, const Json& was, const Json& is) {
  std::set<std::string> names;
  for (const auto& [name, value] : was.members()) names.insert(name);
  for (const auto& [name, value] : is.members()) names.insert(name);
  for (const Bound& bound : bounds) names.insert(bound.metric);
  std::vector<Figure> figures;
  for (const auto& name : names) {
    Figure figure{name, was.At(name), is.At(name), "", ""};
    for (const Bound& bound : bounds) {
      if (bound.metric != name) continue;
      figure.bound = BoundShown(bound);
      figure.broken = Broken(bound, figure.was, figure.is);
      if (!figure.broken.empty()) break;
    }
    figures.push_back(std::move(figure));
  }
  return figures;
}

std::string JUnitOf(const std::vector<Suite>& suites) {
  std::string text;
  for (const Suite& suite : suites) text += JUnitOf(suite);
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"cairn ci\">\n" + text +
         "</testsuites>\n";
}

}  // namespace cairn::ci
