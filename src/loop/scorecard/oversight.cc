#include "loop/scorecard/oversight.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"
#include "loop/scorecard/readiness.h"
#include "loop/scorecard/rubric/rubric.h"

namespace cairn::scorecard {
namespace {

constexpr std::array<std::string_view, 3> kGrades = {"low", "medium", "high"};

/// Domains that a law names, with the place. Another rule stands under `regulated_by`.
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kDomains{{
    {"biometrics", "AI Act, Annex III (1)"},
    {"critical infrastructure", "AI Act, Annex III (2)"},
    {"education", "AI Act, Annex III (3)"},
    {"employment", "AI Act, Annex III (4)"},
    {"public services", "AI Act, Annex III (5)(a)"},
    {"credit", "AI Act, Annex III (5)(b)"},
    {"insurance", "AI Act, Annex III (5)(c)"},
    {"law enforcement", "AI Act, Annex III (6)"},
    {"migration", "AI Act, Annex III (7)"},
    {"justice", "AI Act, Annex III (8)"},
    {"banking", "SR 26-2 and OCC 2026-13"},
    {"medical devices", "AI Act, Article 6(1) and Annex I"},
}};

constexpr std::array<std::pair<std::string_view, Control::By>, 4> kBy{{{"gate", Control::By::Gate},
                                                                       {"monitor", Control::By::Monitor},
                                                                       {"test", Control::By::Test},
                                                                       {"stage", Control::By::Stage}}};

/// The names in a list of maps at a dotted path.
std::vector<std::string> NamesAt(const Node& configuration, std::string_view path) {
  std::vector<std::string> names;
  const Node* list = configuration.FindPath(path);
  if (list == nullptr || !list->IsList()) return names;
  for (const Node& item : list->items()) names.push_back(TextAtPath(item, "name"));
  return names;
}

Result<> MustBeAmong(const Node& place, const std::string& name, const std::vector<std::string>& names,
                     const std::string& what) {
  if (std::find(names.begin(), names.end(), name) != names.end()) return Done{};
  return WrongAt(place, "'" + name + "' is no " + what + ", so it controls nothing." +
                            Suggestion(name, std::vector<std::string_view>(names.begin(), names.end())));
}

Result<Control> ReadControl(const Node& configuration, const Node& item) {
  const bool one = item.IsMap() && item.entries().size() == 1;
  const auto found = !one ? kBy.end() : std::find_if(kBy.begin(), kBy.end(), [&](const auto& by) {
    return by.first == item.entries().front().key;
  });
  if (found == kBy.end())
    return WrongAt(item, "a control is one of {gate: NAME}, {monitor: NAME}, {test: T-…} and {stage: NAME}");
  Control control;
  control.by = found->second;
  control.name = CAIRN_TRY(TextAt(item, found->first));
  if (control.by == Control::By::Gate)
    CAIRN_TRY(
        MustBeAmong(item, control.name, NamesAt(configuration, "gates.rules"), "rule under 'gates.rules'"));
  if (control.by == Control::By::Monitor)
    CAIRN_TRY(
        MustBeAmong(item, control.name, NamesAt(configuration, "monitors"), "monitor under 'monitors'"));
  if (control.by == Control::By::Test && EntryOf(control.name) == nullptr)
    return WrongAt(item, "'" + control.name + "' is no test of the rubric (T-D1 … T-O7)");
  if (control.name.empty()) return WrongAt(item, "a control needs the name of what controls");
  return control;
}

/// 1 to 3; 0 when absent.
Result<int> GradeAt(const Node& item, std::string_view key) {
  const std::string word = CAIRN_TRY(ChoiceAt(item, key, kGrades));
  const auto found = std::find(kGrades.begin(), kGrades.end(), word);
  return found == kGrades.end() ? 0 : static_cast<int>(found - kGrades.begin()) + 1;
}

Result<RiskEntry> ReadRisk(const Node& configuration, const Node& item) {
  RiskEntry entry;
  entry.risk = CAIRN_TRY(TextAt(item, "risk"));
  if (entry.risk.empty()) return WrongAt(item, "a risk needs the text 'risk': what may go wrong");
  entry.kind = CAIRN_TRY(ChoiceAt(item, "kind", RiskKinds()));
  if (entry.kind.empty())
    return WrongAt(
        item, "the risk '" + entry.risk +
                  "' needs a 'kind': business, financial, legal, security, privacy, reputation or ethics");
  entry.likelihood = CAIRN_TRY(GradeAt(item, "likelihood"));
  entry.impact = CAIRN_TRY(GradeAt(item, "impact"));
  entry.owner = CAIRN_TRY(TextAt(item, "owner"));
  entry.accepted = CAIRN_TRY(TextAt(item, "accepted"));
  const Node* controls = item.Find("controls");
  if (controls == nullptr || controls->IsNull()) return entry;
  if (!controls->IsList()) return WrongAt(*controls, "'controls' must be a list");
  for (const Node& control : controls->items())
    entry.controls.push_back(CAIRN_TRY(ReadControl(configuration, control)));
  return entry;
}

Result<std::int64_t> CountAt(const Node& section, std::string_view key, std::int64_t least,
                             std::int64_t otherwise) {
  const auto number = CAIRN_TRY(NumberAt(section, key));
  if (!number) return otherwise;
  if (*number != std::floor(*number) || *number < static_cast<double>(least) || *number > 1e6)
    return WrongAt(*section.Find(key), "'" + std::string(key) + "' must be a whole number of models, from " +
                                           std::to_string(least) + " on");
  return static_cast<std::int64_t>(*number);
}

Result<> ReadReadiness(const Node& section, Oversight& oversight) {
  const Node* readiness = CAIRN_TRY(MapAt(section, "readiness"));
  if (readiness == nullptr) return Done{};
  CAIRN_TRY(readiness->OnlyKeys({"learn", "lead"}));
  oversight.learn = CAIRN_TRY(ChoiceAt(*readiness, "learn", PhaseNames()));
  oversight.lead = CAIRN_TRY(ChoiceAt(*readiness, "lead", PhaseNames()));
  return Done{};
}

}  // namespace

std::string_view NameOf(Control::By by) { return kBy[static_cast<std::size_t>(by)].first; }

std::string_view GradeName(int grade) {
  return grade == 0 ? std::string_view() : kGrades[static_cast<std::size_t>(grade) - 1];
}

const std::vector<std::string_view>& RiskKinds() {
  static const std::vector<std::string_view> kinds{"business", "financial",  "legal", "security",
                                                   "privacy",  "reputation", "ethics"};
  return kinds;
}

std::string_view RegulatedBy(std::string_view domain) {
  const auto found = std::find_if(kDomains.begin(), kDomains.end(),
                                  [&](const auto& known) { return known.first == domain; });
  return found == kDomains.end() ? std::string_view() : found->second;
}

Result<Oversight> ParseOversight(const Node& configuration) {
  Oversight oversight;
  const Node* section = CAIRN_TRY(MapAt(configuration, "governance"));
  if (section == nullptr) return oversight;
  CAIRN_TRY(section->OnlyKeys({"domain", "regulated_by", "business_risk", "other_models", "many_models",
                               "readiness", "risks", "catalogue"}));
  oversight.written = true;
  oversight.domain = CAIRN_TRY(TextAt(*section, "domain"));
  oversight.regulated_by = CAIRN_TRY(WordsAt(*section, "regulated_by"));
  oversight.business_risk = CAIRN_TRY(ChoiceAt(*section, "business_risk", kGrades));
  oversight.other_models = CAIRN_TRY(CountAt(*section, "other_models", 0, 0));
  oversight.many_models = CAIRN_TRY(CountAt(*section, "many_models", 2, oversight.many_models));
  CAIRN_TRY(ReadReadiness(*section, oversight));
  CAIRN_TRY(
      EachAt(*section, "risks", {"risk", "kind", "likelihood", "impact", "owner", "controls", "accepted"},
             [&](const Node& item) -> Result<> {
               RiskEntry entry = CAIRN_TRY(ReadRisk(configuration, item));
               const bool twice = std::any_of(oversight.risks.begin(), oversight.risks.end(),
                                              [&](const RiskEntry& one) { return one.risk == entry.risk; });
               if (twice) return WrongAt(item, "the risk '" + entry.risk + "' stands there twice");
               oversight.risks.push_back(std::move(entry));
               return Done{};
             }));
  return oversight;
}

}  // namespace cairn::scorecard
