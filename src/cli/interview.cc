#include "cli/interview.h"

#include <algorithm>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"
#include "loop/charter/charter.h"
#include "loop/charter/heuristic.h"

namespace cairn::cli {
namespace {

/// Makes of a line what stands in the charter; the error says what would do.
using Reading = Result<Json> (*)(const std::string& line);

Error Unusable(std::string message) { return {Reason::InvalidArgument, std::move(message)}; }

Result<Json> AsText(const std::string& line) { return Json(line); }

Result<Json> AsDuration(const std::string& line) {
  CAIRN_TRY(charter::ParseDuration(line));
  return Json(line);
}

std::vector<std::string> Parts(const std::string& line) {
  std::vector<std::string> parts;
  for (const auto part : Split(line, ',')) parts.emplace_back(Trim(part));
  return parts;
}

Result<Json> AsWords(const std::string& line) {
  Json words = Json::Array();
  for (const auto& part : Parts(line)) {
    if (!part.empty()) words.Push(part);
  }
  return words;
}

Result<Json> AsDate(const std::string& text) {
  CAIRN_TRY(ParseTime(text));
  return Json(text);
}

/// "<= 0.5" as {comparator, target}.
Result<Json> AsBound(const std::string& text) {
  for (const std::string_view comparator : {"<=", ">=", "<", ">"}) {
    if (!text.starts_with(comparator)) continue;
    const std::string rest(Trim(std::string_view(text).substr(comparator.size())));
    if (rest == "heuristic") return Json{{"comparator", comparator}, {"than", rest}};
    const auto target = ParseDouble(rest);
    if (target) return Json{{"comparator", comparator}, {"target", *target}};
  }
  return Unusable("'" + text + "' is no bound: write one like <= 0.5");
}

Result<Json> AsStakeholder(const std::string& line) {
  const auto parts = Parts(line);
  if (parts.size() < 2 || parts.size() > 3)
    return Unusable("write: name, role, what they decide (the last may be left out)");
  Json person{{"name", parts[0]}, {"role", parts[1]}};
  if (parts.size() == 3) person.Set("decides", parts[2]);
  return person;
}

Result<Json> AsKpi(const std::string& line) {
  const auto parts = Parts(line);
  if (parts.size() != 6) return Unusable("write six parts: name, kind, source, bound, owner, due");
  if (parts[1] != "business" && parts[1] != "model" && parts[1] != "economic")
    return Unusable("'" + parts[1] + "' is no kind of goal: business, model or economic");
  const Json bound = CAIRN_TRY(AsBound(parts[3]));
  if (bound.Find("target") == nullptr) return Unusable("a goal needs a number: write one like <= 0.5");
  CAIRN_TRY(AsDate(parts[5]));
  return Json{{"name", parts[0]},
              {"kind", parts[1]},
              {"source", parts[2]},
              {"comparator", bound.At("comparator")},
              {"target", bound.At("target")},
              {"owner", parts[4]},
              {"due", parts[5]}};
}

/// "log_loss < heuristic", "roc_auc >= 0.7".
Result<Json> AsSuccess(const std::string& line) {
  const auto at = line.find_first_of("<>");
  if (at == std::string::npos) return Unusable("write a metric and its bound: log_loss < heuristic");
  Json success{{"metric", Trim(std::string_view(line).substr(0, at))}};
  const Json bound = CAIRN_TRY(AsBound(std::string(Trim(std::string_view(line).substr(at)))));
  for (const auto& [name, value] : bound.members()) success.Set(name, value);
  return success;
}

Result<Json> AsCost(const std::string& line) {
  const auto parts = Parts(line);
  const auto yes = ParseDouble(parts[0]), no = ParseDouble(parts.size() > 1 ? parts[1] : "");
  if (parts.size() != 3 || !yes || !no || *yes < 0 || *no < 0)
    return Unusable("write: cost of a wrong yes, cost of a wrong no, unit (such as 1, 3, EUR)");
  return Json{{"false_positive", *yes}, {"false_negative", *no}, {"unit", parts[2]}};
}

/// "hour >= 17: 0.3", and at last a number alone.
Result<Json> AsRule(const std::string& line) {
  if (const auto alone = ParseDouble(line)) return Json{{"otherwise", *alone}};
  const auto colon = line.rfind(':');
  const auto score = colon == std::string::npos ? Result<double>(Unusable(""))
                                                : ParseDouble(Trim(std::string_view(line).substr(colon + 1)));
  if (!score) return Unusable("write: condition: score (such as hour >= 17: 0.3), and at last a score alone");
  Json rule{{"when", Trim(std::string_view(line).substr(0, colon))}, {"score", *score}};
  // A rule is one as soon as there is something after it.
  const Json both = Json::Array({rule, Json{{"otherwise", 0}}});
  const auto read = charter::Heuristic::Parse(CAIRN_TRY(ParseYaml(both.Dump(), "the rule")));
  if (!read)
    return Unusable("'" + rule.Text("when") +
                    "' is no condition: compare columns with numbers or quoted text, such as hour >= 17 AND "
                    "origin = 'EWR'");
  return rule;
}

bool IsForTheRest(const Json& rule) { return rule.Find("otherwise") != nullptr; }

/// What keeps the rules from being a heuristic; "" when nothing does.
std::string RulesLack(const Json& rules) {
  const auto& items = rules.items();
  for (std::size_t i = 0; i + 1 < items.size(); ++i)
    if (IsForTheRest(items[i])) return "the score for all the rest comes last; an empty line ends the list";
  if (!items.empty() && !IsForTheRest(items.back()))
    return "the score for all the rest is missing: write a number alone, such as 0.2";
  return "";
}

Result<Json> AsRisk(const std::string& line) {
  for (const std::string_view risk : {"minimal", "limited", "high", "unacceptable"}) {
    if (line == risk) return Json(line);
  }
  return Unusable("'" + line + "' is no class of risk: minimal, limited, high or unacceptable");
}

Result<Json> AsMilestone(const std::string& line) {
  const auto parts = Parts(line);
  if (parts.size() != 2) return Unusable("write: date, milestone (such as 2027-03-01, pilot)");
  CAIRN_TRY(AsDate(parts[0]));
  return Json{{"milestone", parts[1]}, {"due", parts[0]}};
}

struct Question {
  std::string_view field;  ///< Dotted, in the charter section.
  std::string_view ask;
  std::string_view teaches;  ///< Why it is asked, and an example.
  Reading reading;
  bool list = false;  ///< One entry a line, until an empty one.
  /// Of a list that must hang together: what it lacks to end here; "" for nothing.
  std::string (*lacks)(const Json& list) = nullptr;
};

constexpr Question kQuestions[] = {
    {"problem", "What goes wrong today?",
     "One sentence about the world, not about models: \"Passengers learn of a delay when they are at the "
     "gate.\"",
     AsText},
    {"persona", "For whom?", "Who is affected; not who builds it. \"Travellers with a connection.\"", AsText},
    {"why", "Why does it matter, and what does it cost today?",
     "If nobody pays for the problem, nobody will pay for its solution.", AsText},
    {"objective", "What will be different when it works?",
     "The goal that people can see: \"Nine of ten are told two hours before.\"", AsText},
    {"scope.in", "What is it for? (separated by commas)", "What is written here is what it is judged by.",
     AsWords},
    {"scope.out", "What is it not for? (separated by commas)",
     "What nobody excludes will be asked for in the week of the launch.", AsWords},
    {"prediction.entity", "What is one prediction about?", "One thing: a flight, a claim, a customer.",
     AsText},
    {"prediction.outcome", "Which column holds the truth?",
     "The target in the data. `cairn charter check` holds it against the data set's own.", AsText},
    {"prediction.wait", "How long does it take until the truth is known?",
     "30s, 6h, 1d, 2w. Until then quality is pending, not fine: nobody can be blamed or praised earlier.",
     AsDuration},
    {"prediction.action", "What is done with a prediction?",
     "A prediction that changes nothing is not worth making.", AsText},
    {"stakeholders", "Who has a say? (name, role, what they decide)",
     "Who decides about the launch, who is affected. One a line; an empty line ends the list.", AsStakeholder,
     true},
    {"kpis", "Which goals can be measured? (name, kind, source, bound, owner, due)",
     "kind: business, model or economic. source: evaluation.<metric> on sealed rows, quality.<metric> on "
     "live "
     "traffic, serving.latency_p99_ms or serving.fallback_share: a goal that nothing measures is a wish. "
     "\"honest risk, model, quality.log_loss, <= 0.5, Ada, 2027-01-01\"",
     AsKpi, true},
    {"success", "What is good enough to launch?",
     "Each needs a gate that checks it. \"log_loss < heuristic\": better than the rule you have without a "
     "model; \"roc_auc >= 0.7\".",
     AsSuccess, true},
    {"cost", "What does a wrong yes cost, and a wrong no? (yes, no, unit)",
     "The threshold follows from it, and what 1,000 decisions cost. \"1, 3, EUR\"", AsCost},
    {"heuristic", "What would you do without a model? (condition: score)",
     "It is the baseline to beat, and what answers when the model cannot. \"hour >= 17: 0.3\", and at last a "
     "score alone for all the rest: \"0.2\".",
     AsRule, true, RulesLack},
    {"risk", "How much harm can it do? (minimal, limited, high, unacceptable)",
     "high needs two people for every release; unacceptable cannot be released at all. The EU AI Act's "
     "classes "
     "are meant.",
     AsRisk},
    {"risk_reason", "Why that class?", "For those who ask later.", AsText},
    {"timeline", "By when? (date, milestone)",
     "\"2027-03-01, pilot\". One a line; an empty line ends the list.", AsMilestone, true},
};

/// The value under a dotted path of at most two names, or null.
const Json& Held(const Json& section, std::string_view field) {
  const auto dot = field.find('.');
  if (dot == std::string_view::npos) return section.At(field);
  return section.At(field.substr(0, dot)).At(field.substr(dot + 1));
}

void Put(Json& section, std::string_view field, Json value) {
  const auto dot = field.find('.');
  if (dot == std::string_view::npos) {
    section.Set(std::string(field), std::move(value));
    return;
  }
  const std::string outer(field.substr(0, dot));
  Json map = section.At(outer).IsObject() ? section.At(outer) : Json::Object();
  map.Set(std::string(field.substr(dot + 1)), std::move(value));
  section.Set(outer, std::move(map));
}

/// What is there already, as one would type it; entries of a list on lines of their own.
std::string Shown(const Json& value) {
  if (value.IsString()) return value.AsString();
  if (value.IsNumber()) return ShortestText(value.AsDouble());
  std::vector<std::string> parts;
  if (value.IsArray()) {
    for (const Json& item : value.items()) parts.push_back(Shown(item));
    const bool of_maps = !value.items().empty() && value.items().front().IsObject();
    return Join(parts, of_maps ? "\n       " : ", ");
  }
  if (value.Find("when") != nullptr) return value.Text("when") + ": " + Shown(value.At("score"));
  if (value.Find("milestone") != nullptr) return value.Text("due") + ", " + value.Text("milestone");
  const std::string comparator = value.Text("comparator");
  for (const auto& [name, member] : value.members()) {
    const bool is_bound = name == "target" || name == "than";
    if (is_bound && !comparator.empty()) parts.push_back(comparator + " " + Shown(member));
    if (name != "comparator" && !is_bound) parts.push_back(Shown(member));
  }
  return Join(parts, value.Find("metric") != nullptr ? " " : ", ");
}

bool IsEmpty(const Json& value) {
  return value.IsNull() || (value.IsString() && value.AsString().empty()) ||
         (value.IsArray() && value.items().empty());
}

class Interview {
 public:
  Interview(const Respondent& respondent, const Json& before) : respondent_(respondent), before_(before) {}

  Result<Json> Run() {
    Json charter = Json::Object();
    for (const Question& question : kQuestions) {
      Json answer = CAIRN_TRY(question.list ? AskList(question) : AskOne(question));
      if (!IsEmpty(answer)) Put(charter, question.field, std::move(answer));
    }
    return charter;
  }

 private:
  void Pose(const Question& question) {
    if (ended_) return;
    const std::string number =
        std::to_string(&question - kQuestions + 1) + "/" + std::to_string(std::size(kQuestions));
    respondent_.say("\n" + number + "  " + std::string(question.ask) + "\n  " +
                    std::string(question.teaches));
    const Json& held = Held(before_, question.field);
    if (IsEmpty(held)) return;
    respondent_.say("  Now: " + Shown(held) + "  (an empty line keeps it, - clears it)");
  }

  /// The next line; none at the end.
  std::optional<std::string> Next() {
    if (ended_) return std::nullopt;
    auto line = respondent_.read();
    ended_ = !line;
    return line ? std::optional(std::string(Trim(*line))) : std::nullopt;
  }

  /// What `line` says, or nothing when a person is to be asked again.
  Result<std::optional<Json>> Read(const Question& question, const std::string& line) {
    auto value = question.reading(line);
    if (value) return std::optional(*std::move(value));
    if (respondent_.patient) {
      respondent_.say("  " + value.error().message);
      return std::optional<Json>();
    }
    return Error{Reason::InvalidArgument,
                 std::string(question.ask) + " '" + line + "': " + value.error().message};
  }

  Result<Json> AskOne(const Question& question) {
    Pose(question);
    for (;;) {
      const auto line = Next();
      if (!line || line->empty()) return Held(before_, question.field);
      if (*line == "-") return Json();
      if (auto value = CAIRN_TRY(Read(question, *line))) return *std::move(value);
    }
  }

  Result<Json> AskList(const Question& question) {
    Pose(question);
    Json list = Json::Array();
    for (;;) {
      const auto line = Next();
      const bool ends = !line || line->empty();
      if (line && *line == "-") return Json();
      if (ends && list.items().empty()) return Held(before_, question.field);
      const std::string lacks = ends ? Lacks(question, list) : "";
      if (ends && lacks.empty()) return list;
      if (!line) return Unfinished(question, lacks);
      if (ends) {
        CAIRN_TRY(Object(question, lacks));
        continue;
      }
      if (auto value = CAIRN_TRY(Read(question, *line))) CAIRN_TRY(Take(question, *std::move(value), list));
    }
  }

  static std::string Lacks(const Question& question, const Json& list) {
    return question.lacks == nullptr ? "" : question.lacks(list);
  }

  /// Adds an entry, unless nothing may come after what is there.
  Result<> Take(const Question& question, Json value, Json& list) {
    if (question.lacks != nullptr && !list.items().empty() && Lacks(question, list).empty()) {
      Json longer = list;
      longer.Push(std::move(value));
      return Object(question, Lacks(question, longer));
    }
    list.Push(std::move(value));
    return Done{};
  }

  /// Tells a person; from a pipe it is an error.
  Result<> Object(const Question& question, const std::string& problem) {
    if (!respondent_.patient)
      return Error{Reason::InvalidArgument, std::string(question.ask) + " " + problem};
    respondent_.say("  " + problem);
    return Done{};
  }

  /// A list that broke off: what was there before stays.
  Result<Json> Unfinished(const Question& question, const std::string& problem) {
    CAIRN_TRY(Object(question, problem));
    return Held(before_, question.field);
  }

  const Respondent& respondent_;
  const Json& before_;
  bool ended_ = false;
};

bool BeginsSection(std::string_view line, std::string_view key) {
  return line.starts_with(key) && line.substr(key.size()).starts_with(":");
}

}  // namespace

Result<Json> AskForCharter(const Respondent& respondent, const Json& before) {
  return Interview(respondent, before).Run();
}

std::string WithCharter(const std::string& text, const Json& charter) {
  const std::string section = DumpYaml(charter);
  std::string block = "charter:\n";
  for (const auto line : Split(section, '\n')) {
    if (!line.empty()) block += "  " + std::string(line) + "\n";
  }
  std::string before, after;
  bool found = false, within = false;
  for (const auto line : Split(text, '\n')) {
    if (!found && BeginsSection(line, "charter")) {
      found = within = true;
      continue;
    }
    // The section ends with the first line that stands at the margin again.
    within = within && (line.empty() || line.front() == ' ' || line.front() == '\t');
    if (!within) (found ? after : before) += std::string(line) + "\n";
  }
  if (!text.empty() && text.back() == '\n') (found ? after : before).pop_back();
  if (!found && !before.empty() && !before.ends_with("\n\n"))
    before += before.ends_with('\n') ? "\n" : "\n\n";
  return before + block + (after.empty() || after.starts_with('\n') ? "" : "\n") + after;
}

}  // namespace cairn::cli
