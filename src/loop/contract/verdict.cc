#include "loop/contract/verdict.h"

#include <algorithm>
#include <array>

#include "ground/vocabulary/text.h"

namespace cairn::contract {
namespace {

constexpr std::array<std::string_view, 5> kNames = {"passed", "warned", "failed", "error", "remarked"};

std::int64_t CountOf(const Verdict& verdict, Status status) {
  return std::count_if(verdict.rules.begin(), verdict.rules.end(),
                       [&](const RuleVerdict& rule) { return rule.status == status; });
}

/// Characters that XML cannot carry become question marks.
std::string Escaped(std::string_view text) {
  std::string plain(text);
  for (char& c : plain) {
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') c = '?';
  }
  return EscapeHtml(plain);
}

std::string Found(const RuleVerdict& rule) {
  std::string text = rule.sentence;
  if (rule.unexpected > 0) {
    text += "; " + WithThousands(rule.unexpected) + " of " + WithThousands(rule.considered) + " do not";
    if (!rule.examples.empty()) text += ", such as " + Join(rule.examples, ", ");
  }
  return text;
}

std::string CaseOf(const RuleVerdict& rule, std::string_view suite) {
  const std::string place = std::string(suite) + (rule.column.empty() ? "" : "." + rule.column);
  const std::string head =
      "  <testcase classname=\"" + Escaped(place) + "\" name=\"" + Escaped(rule.rule) + "\"";
  const auto with = [&](std::string_view tag, bool message) {
    return head + "><" + std::string(tag) + (message ? " message=\"" + Escaped(rule.sentence) + "\">" : ">") +
           Escaped(Found(rule)) + "</" + std::string(tag) + "></testcase>\n";
  };
  switch (rule.status) {
    case Status::Passed:
      return head + "/>\n";
    case Status::Warned:
      return with("system-out", false);
    case Status::Failed:
      return with("failure", true);
    case Status::Error:
      return with("error", true);
    case Status::Remarked:
      return with("skipped", true);
  }
  return "";
}

}  // namespace

std::string_view NameOf(Status status) { return kNames[static_cast<std::size_t>(status)]; }

double RuleVerdict::Share() const {
  return considered == 0 ? 0 : static_cast<double>(unexpected) / static_cast<double>(considered);
}

Json RuleVerdict::ToJson() const {
  Json values = Json::Array(), rows = Json::Array();
  for (const auto& example : examples) values.Push(example);
  for (const auto row : example_rows) rows.Push(row);
  return Json{{"rule", rule},
              {"column", column},
              {"test", test},
              {"status", std::string(NameOf(status))},
              {"passed", passed()},
              {"severity", stops ? "stop" : "warn"},
              {"unexpected", unexpected},
              {"considered", considered},
              {"share", Share()},
              {"value", figure ? Json(*figure) : Json()},
              {"examples", std::move(values)},
              {"example_rows", std::move(rows)},
              {"masked", masked},
              {"sentence", sentence},
              {"dimension", dimension},
              {"where", where}};
}

Json Verdict::ToJson() const {
  Json list = Json::Array(), counts = Json::Object();
  for (const RuleVerdict& rule : rules) list.Push(rule.ToJson());
  for (std::size_t i = 0; i < kNames.size(); ++i)
    counts.Set(std::string(kNames[i]), CountOf(*this, static_cast<Status>(i)));
  return Json{{"passed", passed}, {"rows", rows}, {"counts", std::move(counts)}, {"rules", std::move(list)}};
}

std::string Verdict::Failures() const {
  std::vector<std::string> failures;
  for (const RuleVerdict& rule : rules) {
    if (rule.passed() || !rule.stops) continue;
    std::string text = rule.rule;
    if (rule.unexpected == 0) {
      text += " (" + rule.sentence + ")";
    } else {
      text += " (" + WithThousands(rule.unexpected) + " of " + WithThousands(rule.considered) + " rows";
      const std::size_t few = std::min<std::size_t>(5, rule.examples.size());
      if (few > 0)
        text += ", such as " + Join(std::vector(rule.examples.begin(),
                                                rule.examples.begin() + static_cast<std::ptrdiff_t>(few)),
                                    ", ");
      text += ")";
    }
    failures.push_back(std::move(text));
  }
  return Join(failures, "; ");
}

std::string Verdict::ToJUnit(std::string_view suite) const {
  const auto count = [&](Status status) { return std::to_string(CountOf(*this, status)); };
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"" + Escaped(suite) +
                     "\" tests=\"" + std::to_string(rules.size()) + "\" failures=\"" + count(Status::Failed) +
                     "\" errors=\"" + count(Status::Error) + "\" skipped=\"" + count(Status::Remarked) +
                     "\">\n";
  for (const RuleVerdict& rule : rules) text += CaseOf(rule, suite);
  return text + "</testsuite>\n";
}

}  // namespace cairn::contract
