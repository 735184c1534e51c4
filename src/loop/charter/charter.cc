#include "loop/charter/charter.h"

#include <algorithm>
#include <array>

#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"
#include "loop/charter/costs.h"
#include "loop/charter/signatures.h"
#include "loop/charter/usecases.h"

namespace cairn::charter {
namespace {

constexpr std::array<std::string_view, 4> kComparators = {"<", "<=", ">", ">="};
constexpr std::array<std::string_view, 3> kKinds = {"business", "model", "economic"};

Result<TimeMs> DateAt(const Node& map, std::string_view key) {
  const std::string text = CAIRN_TRY(TextAt(map, key));
  if (text.empty()) return TimeMs{0};
  const auto time = ParseTime(text);
  if (!time) return WrongAt(*map.Find(key), time.error().message);
  return *time;
}

Result<> ParseKpis(const Node& section, Charter& charter) {
  return EachAt(section, "kpis", {"name", "kind", "source", "comparator", "target", "owner", "due"},
                [&](const Node& item) -> Result<> {
                  Kpi kpi;
                  kpi.name = CAIRN_TRY(TextAt(item, "name"));
                  kpi.kind = CAIRN_TRY(ChoiceAt(item, "kind", kKinds));
                  kpi.source = CAIRN_TRY(TextAt(item, "source"));
                  kpi.comparator = CAIRN_TRY(ChoiceAt(item, "comparator", kComparators));
                  kpi.target = CAIRN_TRY(NumberAt(item, "target"));
                  kpi.owner = CAIRN_TRY(TextAt(item, "owner"));
                  kpi.due_ms = CAIRN_TRY(DateAt(item, "due"));
                  charter.kpis.push_back(std::move(kpi));
                  return Done{};
                });
}

Result<> ParseSuccess(const Node& section, Charter& charter) {
  return EachAt(section, "success", {"metric", "comparator", "target", "than"},
                [&](const Node& item) -> Result<> {
                  Success success;
                  success.metric = CAIRN_TRY(TextAt(item, "metric"));
                  success.comparator = CAIRN_TRY(ChoiceAt(item, "comparator", kComparators));
                  success.target = CAIRN_TRY(NumberAt(item, "target"));
                  success.than = CAIRN_TRY(TextAt(item, "than"));
                  charter.success.push_back(std::move(success));
                  return Done{};
                });
}

Result<> ParsePeopleAndDates(const Node& section, Charter& charter) {
  CAIRN_TRY(EachAt(section, "stakeholders", {"name", "role", "decides"}, [&](const Node& item) -> Result<> {
    charter.stakeholders.push_back({CAIRN_TRY(TextAt(item, "name")), CAIRN_TRY(TextAt(item, "role")),
                                    CAIRN_TRY(TextAt(item, "decides"))});
    return Done{};
  }));
  return EachAt(section, "timeline", {"milestone", "due", "done"}, [&](const Node& item) -> Result<> {
    Milestone milestone;
    milestone.milestone = CAIRN_TRY(TextAt(item, "milestone"));
    milestone.due_ms = CAIRN_TRY(DateAt(item, "due"));
    milestone.done_ms = CAIRN_TRY(DateAt(item, "done"));
    charter.timeline.push_back(std::move(milestone));
    return Done{};
  });
}

Result<> ParseCost(const Node& section, Charter& charter) {
  const Node* cost = section.Find("cost");
  if (!cost || cost->IsNull()) return Done{};
  if (!cost->IsMap())
    return WrongAt(*cost, "'cost' must be a map with false_positive, false_negative and unit");
  CAIRN_TRY(cost->OnlyKeys({"false_positive", "false_negative", "unit"}));
  Cost read;
  read.false_positive = CAIRN_TRY(NumberAt(*cost, "false_positive")).value_or(-1);
  read.false_negative = CAIRN_TRY(NumberAt(*cost, "false_negative")).value_or(-1);
  read.unit = CAIRN_TRY(TextAt(*cost, "unit"));
  if (read.false_positive < 0 || read.false_negative < 0) {
    return WrongAt(*cost, "'cost' needs false_positive and false_negative, neither below 0");
  }
  charter.cost = read;
  return Done{};
}

Result<> ParseTask(const Node& section, Charter& charter) {
  if (const Node* scope = section.Find("scope"); scope && !scope->IsNull()) {
    if (!scope->IsMap()) return WrongAt(*scope, "'scope' must be a map with the lists 'in' and 'out'");
    CAIRN_TRY(scope->OnlyKeys({"in", "out"}));
    charter.in_scope = CAIRN_TRY(WordsAt(*scope, "in"));
    charter.out_of_scope = CAIRN_TRY(WordsAt(*scope, "out"));
  }
  if (const Node* task = section.Find("prediction"); task && !task->IsNull()) {
    if (!task->IsMap())
      return WrongAt(*task, "'prediction' must be a map with entity, outcome, wait and action");
    CAIRN_TRY(task->OnlyKeys({"entity", "outcome", "wait", "action"}));
    charter.entity = CAIRN_TRY(TextAt(*task, "entity"));
    charter.outcome = CAIRN_TRY(TextAt(*task, "outcome"));
    charter.wait = CAIRN_TRY(TextAt(*task, "wait"));
    charter.action = CAIRN_TRY(TextAt(*task, "action"));
    if (!charter.wait.empty()) {
      const auto wait = ParseDuration(charter.wait);
      if (!wait) return WrongAt(*task->Find("wait"), wait.error().message);
    }
  }
  return Done{};
}

Result<> ParseRisk(const Node& section, Charter& charter) {
  static constexpr std::array<std::string_view, 4> kNames = {"minimal", "limited", "high", "unacceptable"};
  const std::string name = CAIRN_TRY(ChoiceAt(section, "risk", kNames));
  if (!name.empty()) {
    charter.risk = static_cast<Risk>(std::find(kNames.begin(), kNames.end(), name) - kNames.begin());
  }
  charter.risk_reason = CAIRN_TRY(TextAt(section, "risk_reason"));
  return Done{};
}

/// Where `key` of a map stands, or else the map itself.
std::string PlaceOf(const Node& map, std::string_view key) {
  const Node* node = map.Find(key);
  return (node ? *node : map).Where();
}

/// Collects findings in the order of the page.
class Checker {
 public:
  Checker(const Charter& charter, const Node& configuration)
      : charter_(charter), principals_(configuration.FindPath("roles.principals")) {
    const Node* section = configuration.Find("charter");
    section_ = section ? section : &configuration;
    if (auto signing = ReadSigning(configuration)) required_ = std::move(signing->required);
  }

  std::vector<Finding> Run() {
    Need("problem", charter_.problem, "say in a sentence what goes wrong today");
    Need("persona", charter_.persona, "say who is affected");
    Need("why", charter_.why, "say why that matters, and to whom it costs what");
    Need("objective", charter_.objective, "say what will be different when it works");
    if (charter_.in_scope.empty()) Find("scope.in", "is missing: list what the model is for");
    if (charter_.out_of_scope.empty()) Find("scope.out", "is missing: list what the model is not for");
    Need("prediction.entity", charter_.entity, "say what one prediction is about");
    Need("prediction.outcome", charter_.outcome, "name the column that holds the truth");
    Need("prediction.wait", charter_.wait, "say how long it takes until the truth is known, such as 7d");
    Need("prediction.action", charter_.action, "say what is done with a prediction");
    if (charter_.stakeholders.empty())
      Find("stakeholders", "are missing: name who decides and who is affected");
    CheckKpis();
    CheckSuccess();
    if (!charter_.cost) Find("cost", "is missing: say what a wrong yes and a wrong no cost");
    if (!charter_.heuristic)
      Find("heuristic", "is missing: write the rule that would be used without a model");
    if (!charter_.risk) Find("risk", "is missing: minimal, limited, high or unacceptable");
    CheckTimeline();
    CheckSigners();
    return std::move(findings_);
  }

 private:
  void CheckKpis() {
    if (charter_.kpis.empty()) Find("kpis", "are missing: nothing says how success will be measured");
    for (std::size_t i = 0; i < charter_.kpis.size(); ++i) {
      const Kpi& kpi = charter_.kpis[i];
      const Node& item = ItemOf("kpis", i);
      const std::string name = "kpis." + (kpi.name.empty() ? std::to_string(i + 1) : kpi.name);
      const auto need = [&](std::string_view key, bool there, std::string_view advice) {
        if (!there) Find(name, item, key, "is missing: " + std::string(advice));
      };
      need("name", !kpi.name.empty(), "give the goal a name");
      need("kind", !kpi.kind.empty(), "business, model or economic");
      need("source", !kpi.source.empty(), "nothing measures it");
      if (!kpi.source.empty() && !kpi.source.starts_with("evaluation.") &&
          !kpi.source.starts_with("quality.") && kpi.source != "serving.latency_p99_ms" &&
          kpi.source != "serving.fallback_share") {
        Find(name, item, "source",
             "is '" + kpi.source + "', which nothing here measures: use evaluation.<metric>, " +
                 "quality.<metric>, serving.latency_p99_ms or serving.fallback_share");
      }
      need("comparator", !kpi.comparator.empty(), "<, <=, > or >=");
      need("target", kpi.target.has_value(), "say which value is good enough");
      need("owner", !kpi.owner.empty(), "say who answers for it");
      need("due", kpi.due_ms != 0, "say by when");
    }
  }

  void CheckSuccess() {
    if (charter_.success.empty()) Find("success", "is missing: say which metric must be how good");
    for (std::size_t i = 0; i < charter_.success.size(); ++i) {
      const Success& success = charter_.success[i];
      const Node& item = ItemOf("success", i);
      const std::string name = "success." + (success.metric.empty() ? std::to_string(i + 1) : success.metric);
      if (success.metric.empty()) Find(name, item, "metric", "is missing: say what is measured");
      if (!success.target && success.than.empty())
        Find(name, item, "target", "is missing, and there is no 'than: heuristic' to beat either");
      if (success.target && !success.than.empty())
        Find(name, item, "than", "stands beside a target: say one of the two");
      if (success.comparator.empty()) Find(name, item, "comparator", "is missing: <, <=, > or >=");
      if (!success.than.empty() && success.than != "heuristic") {
        Find(name, item, "than", "can only be 'heuristic', not '" + success.than + "'");
      }
    }
  }

  void CheckTimeline() {
    if (charter_.timeline.empty()) Find("timeline", "is missing: give at least one milestone with a date");
    for (std::size_t i = 0; i < charter_.timeline.size(); ++i) {
      const Milestone& milestone = charter_.timeline[i];
      const std::string name = milestone.milestone.empty() ? std::to_string(i + 1) : milestone.milestone;
      if (milestone.due_ms == 0)
        Find("timeline." + name, ItemOf("timeline", i), "due", "is missing: say by when");
    }
  }

  /// A signature is asked of those who have a key here.
  void CheckSigners() {
    for (const auto& name : required_) {
      const bool known = principals_ != nullptr &&
                         std::any_of(principals_->items().begin(), principals_->items().end(),
                                     [&](const Node& one) { return TextAtPath(one, "name") == name; });
      if (!known) Find("signatures.required", "asks for '" + name + "', who is no principal under 'roles'");
    }
  }

  /// The i-th entry of a list that was read.
  const Node& ItemOf(std::string_view list, std::size_t i) const { return section_->Find(list)->items()[i]; }

  void Need(std::string_view field, const std::string& value, std::string_view advice) {
    if (Trim(value).empty()) Find(field, "is missing: " + std::string(advice));
  }

  void Find(std::string_view field, std::string problem) {
    // The deepest map of its path that is there.
    const Node* place = section_;
    for (const std::string_view key : Split(field, '.')) {
      const Node* next = place->Find(key);
      if (!next) break;
      place = next;
    }
    findings_.push_back({std::string(field), std::move(problem), place->Where()});
  }
  void Find(const std::string& name, const Node& item, std::string_view key, std::string problem) {
    findings_.push_back({name + "." + std::string(key), std::move(problem), PlaceOf(item, key)});
  }

  const Charter& charter_;
  const Node* principals_;
  std::vector<std::string> required_;
  const Node* section_;
  std::vector<Finding> findings_;
};

}  // namespace

bool Kpi::MetBy(double value) const {
  if (!target) return false;
  if (comparator == "<") return value < *target;
  if (comparator == "<=") return value <= *target;
  if (comparator == ">") return value > *target;
  return value >= *target;
}

std::string_view NameOf(Risk risk) {
  switch (risk) {
    case Risk::Minimal:
      return "minimal";
    case Risk::Limited:
      return "limited";
    case Risk::High:
      return "high";
    case Risk::Unacceptable:
      return "unacceptable";
  }
  return "unacceptable";
}

const Kpi* Charter::FindKpi(std::string_view name) const {
  const auto found = std::find_if(kpis.begin(), kpis.end(), [&](const Kpi& kpi) { return kpi.name == name; });
  return found == kpis.end() ? nullptr : &*found;
}

Result<> CheckSections(const Node& configuration) {
  if (!configuration.IsMap())
    return WrongAt(configuration, "this must be a map of sections, beginning with 'project:'");
  return configuration.OnlyKeys({"project", "charter", "roles", "data", "model", "gates", "serving",
                                 "monitors", "pipeline", "ci", "triggers", "files", "scorecard", "canvas",
                                 "documents", "governance", "telemetry"});
}

Result<Charter> Parse(const Node& configuration) {
  CAIRN_TRY(CheckSections(configuration));
  Charter charter;
  charter.project = CAIRN_TRY(TextAt(configuration, "project"));
  const Node* section = configuration.Find("charter");
  if (!section || section->IsNull()) return charter;
  if (!section->IsMap()) return WrongAt(*section, "'charter' must be a map");
  CAIRN_TRY(section->OnlyKeys({"problem", "persona", "why", "objective", "scope", "prediction",
                               "stakeholders", "kpis", "success", "cost", "heuristic", "risk", "risk_reason",
                               "timeline", "signatures", "tasks", "costs"}));
  charter.problem = CAIRN_TRY(TextAt(*section, "problem"));
  charter.persona = CAIRN_TRY(TextAt(*section, "persona"));
  charter.why = CAIRN_TRY(TextAt(*section, "why"));
  charter.objective = CAIRN_TRY(TextAt(*section, "objective"));
  CAIRN_TRY(ParseTask(*section, charter));
  CAIRN_TRY(ParsePeopleAndDates(*section, charter));
  CAIRN_TRY(ParseKpis(*section, charter));
  CAIRN_TRY(ParseSuccess(*section, charter));
  CAIRN_TRY(ParseCost(*section, charter));
  CAIRN_TRY(ParseRisk(*section, charter));
  CAIRN_TRY(ReadSigning(configuration));
  CAIRN_TRY(ReadTasks(configuration));
  CAIRN_TRY(ReadCostPlan(configuration));
  if (const Node* rules = section->Find("heuristic"); rules && !rules->IsNull()) {
    charter.heuristic = CAIRN_TRY(Heuristic::Parse(*rules));
  }
  return charter;
}

std::vector<Finding> Check(const Charter& charter, const Node& configuration) {
  return Checker(charter, configuration).Run();
}

Result<std::int64_t> ParseDuration(std::string_view text) {
  static constexpr std::pair<char, std::int64_t> kUnits[] = {
      {'s', 1000}, {'m', 60'000}, {'h', 3'600'000}, {'d', 86'400'000}, {'w', 604'800'000}};
  if (!text.empty()) {
    const auto amount = ParseInt(text.substr(0, text.size() - 1));
    for (const auto& [letter, milliseconds] : kUnits) {
      if (text.back() == letter && amount && *amount >= 0 && *amount <= 1'000'000)
        return *amount * milliseconds;
    }
  }
  return Error{
      Reason::InvalidArgument,
      "'" + std::string(text) + "' is not a duration: write a whole number with s, m, h, d or w, such as 7d"};
}

}  // namespace cairn::charter
