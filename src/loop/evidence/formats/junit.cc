#include "loop/evidence/formats/junit.h"

#include <algorithm>

#include "ground/vocabulary/text.h"

namespace cairn::evidence {
namespace {

/// Without what XML 1.0 cannot hold.
std::string Escaped(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return EscapeHtml(text);
}

struct Suite {
  std::string name, cases;
  int tests = 0, failures = 0, skipped = 0;

  void Add(const std::string& test, const std::string& inside) {
    cases += "    <testcase classname=\"" + Escaped(name) + "\" name=\"" + Escaped(test) + "\"" +
             (inside.empty() ? "/>\n" : ">" + inside + "</testcase>\n");
    ++tests;
  }
  void Pass(const std::string& test) { Add(test, ""); }
  void Fail(const std::string& test, const std::string& why) {
    Add(test, "<failure message=\"" + Escaped(why) + "\"/>");
    ++failures;
  }
  void Skip(const std::string& test, const std::string& why) {
    Add(test, "<skipped message=\"" + Escaped(why) + "\"/>");
    ++skipped;
  }
  std::string Text(TimeMs at) const {
    return "  <testsuite name=\"" + Escaped(name) + "\" tests=\"" + std::to_string(tests) + "\" failures=\"" +
           std::to_string(failures) + "\" errors=\"0\" skipped=\"" + std::to_string(skipped) +
           "\" timestamp=\"" + FormatUtc(at).substr(0, 19) + "\">\n" + cases + "  </testsuite>\n";
  }
};

}  // namespace

std::string JUnit(const Dossier& dossier) {
  Suite gates{"gates of " + dossier.Name(), ""}, score{"ML Test Score", ""};
  if (dossier.decision) {
    for (const auto& rule : dossier.decision->rules) {
      if (rule.passed)
        gates.Pass(rule.name);
      else
        gates.Fail(rule.name, rule.detail);
    }
  }
  for (const Json& test : dossier.score.At("items").items()) {
    const std::string name = test.Text("test") + " " + test.Text("meaning");
    if (test.Double("points") == 0)
      score.Skip(name, test.Text("sentence") + " " + test.Text("earns"));
    else if (test.Bool("passing", true))
      score.Pass(name);
    else
      score.Fail(name, test.Text("sentence"));
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"" + Escaped(dossier.Name()) +
         "\" tests=\"" + std::to_string(gates.tests + score.tests) + "\" failures=\"" +
         std::to_string(gates.failures + score.failures) + "\" errors=\"0\">\n" +
         gates.Text(dossier.decision ? dossier.decision->created_at : dossier.head.at) +
         score.Text(dossier.head.at) + "</testsuites>\n";
}

}  // namespace cairn::evidence
