#include "loop/charter/usecases.h"

#include <algorithm>
#include <limits>

#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"
#include "ledger/governance/configuration.h"
#include "ledger/governance/refusal.h"
#include "ledger/metadata/recall.h"
#include "loop/charter/amount.h"

namespace cairn::charter {
namespace {

Result<Estimate> ReadEstimate(const Node& node) {
  if (!node.IsMap()) return WrongAt(node, "'prediction' is a map of what it would be worth");
  CAIRN_TRY(node.OnlyKeys({"of", "gain", "times_a_year", "chance", "build", "run_a_year", "years"}));
  Estimate estimate;
  estimate.of = CAIRN_TRY(TextAt(node, "of"));
  estimate.gain = CAIRN_TRY(AmountAt(node, "gain"));
  estimate.times_a_year = CAIRN_TRY(AmountAt(node, "times_a_year"));
  estimate.chance = CAIRN_TRY(ShareAt(node, "chance", 0, 1));
  estimate.build = CAIRN_TRY(AmountAt(node, "build"));
  estimate.run_a_year = CAIRN_TRY(AmountAt(node, "run_a_year"));
  estimate.years = CAIRN_TRY(AmountAt(node, "years")).value_or(1);
  return estimate;
}

Result<Task> ReadTask(const Node& node) {
  Task task;
  task.name = CAIRN_TRY(TextAt(node, "name"));
  if (Trim(task.name).empty()) return WrongAt(node, "a task needs a 'name'");
  task.needs = CAIRN_TRY(WordsAt(node, "needs"));
  const Node* prediction = node.Find("prediction");
  if (prediction != nullptr && !prediction->IsNull()) task.estimate = CAIRN_TRY(ReadEstimate(*prediction));
  return task;
}

/// Puts tasks behind what they need, depth first.
class Order {
 public:
  explicit Order(const std::vector<Task>& tasks) : tasks_(tasks), marks_(tasks.size(), Mark::New) {}

  /// The cycle that there is, "a → b → a", or "".
  std::string Visit(std::size_t task) {
    if (marks_[task] == Mark::Done) return "";
    path_.push_back(task);
    if (marks_[task] == Mark::Open) return Cycle(task);
    marks_[task] = Mark::Open;
    for (const auto& need : tasks_[task].needs) {
      if (auto cycle = Visit(IndexOf(need)); !cycle.empty()) return cycle;
    }
    marks_[task] = Mark::Done;
    path_.pop_back();
    ordered_.push_back(tasks_[task]);
    return "";
  }
  std::vector<Task> Ordered() && { return std::move(ordered_); }

 private:
  enum class Mark { New, Open, Done };

  std::size_t IndexOf(const std::string& name) const {
    const auto found =
        std::find_if(tasks_.begin(), tasks_.end(), [&](const Task& task) { return task.name == name; });
    return static_cast<std::size_t>(found - tasks_.begin());
  }
  std::string Cycle(std::size_t task) const {
    std::string words;
    for (auto at = std::find(path_.begin(), path_.end(), task); at != path_.end(); ++at)
      words += (words.empty() ? "" : " → ") + tasks_[*at].name;
    return words;
  }

  const std::vector<Task>& tasks_;
  std::vector<Mark> marks_;
  std::vector<std::size_t> path_;
  std::vector<Task> ordered_;
};

Result<> CheckNames(const Node& section, const std::vector<Task>& tasks) {
  std::vector<std::string_view> names;
  const auto& nodes = section.Find("tasks")->items();
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (std::find(names.begin(), names.end(), tasks[i].name) != names.end())
      return WrongAt(nodes[i], "two tasks are called '" + tasks[i].name + "'");
    names.push_back(tasks[i].name);
  }
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    for (const auto& need : tasks[i].needs) {
      if (std::find(names.begin(), names.end(), need) == names.end())
        return WrongAt(nodes[i], "'" + tasks[i].name + "' needs '" + need + "', which is no task." +
                                     Suggestion(need, names));
    }
  }
  return Done{};
}

std::vector<std::string> NamesOf(const std::vector<ActiveUseCase>& active) {
  std::vector<std::string> names;
  for (const auto& one : active) names.push_back(one.name);
  return names;
}

/// Those that were activated and have not ended, in the caller's transaction.
Result<std::vector<ActiveUseCase>> ActiveIn(sql::Connection& connection) {
  std::vector<ActiveUseCase> active;
  const auto begun = CAIRN_TRY(metadata::EventsIn(connection, "charter.usecase_activated"));
  const auto ended = CAIRN_TRY(metadata::EventsIn(connection, "charter.usecase_ended"));
  for (const auto& event : begun) {
    const std::string name = event.event.body.Text("usecase");
    // Each end belongs to one beginning: what began oftener than it ended is active.
    const auto same = [&](const metadata::LoggedEvent& one) {
      return one.event.body.Text("usecase") == name;
    };
    if (std::count_if(begun.begin(), begun.end(), same) == std::count_if(ended.begin(), ended.end(), same))
      continue;
    std::erase_if(active, [&](const ActiveUseCase& one) { return one.name == name; });
    active.push_back({name, event.at, event.event.actor, event.event.body.Text("reason")});
  }
  return active;
}

Error Standing(const std::string& name, const std::vector<ActiveUseCase>& active) {
  return {Reason::Conflict, "'" + Join(NamesOf(active), "', '") +
                                "' is worked on, and use cases are done one at a "
                                "time: end it first, or say why '" +
                                name + "' begins all the same (--override REASON)"};
}

}  // namespace

std::vector<std::string> Estimate::Missing() const {
  std::vector<std::string> missing;
  if (!gain) missing.emplace_back("gain");
  if (!times_a_year) missing.emplace_back("times_a_year");
  if (!chance) missing.emplace_back("chance");
  if (!build) missing.emplace_back("build");
  if (!run_a_year) missing.emplace_back("run_a_year");
  return missing;
}

std::optional<double> Estimate::Return() const {
  if (!Missing().empty()) return std::nullopt;
  return *chance * *gain * *times_a_year * years - *run_a_year * years - *build;
}

Result<std::vector<Task>> ReadTasks(const Node& configuration) {
  std::vector<Task> tasks;
  const Node* section = configuration.Find("charter");
  if (section == nullptr || !section->IsMap()) return tasks;
  CAIRN_TRY(EachAt(*section, "tasks", {"name", "needs", "prediction"}, [&](const Node& node) -> Result<> {
    tasks.push_back(CAIRN_TRY(ReadTask(node)));
    return Done{};
  }));
  if (tasks.empty()) return tasks;
  CAIRN_TRY(CheckNames(*section, tasks));
  Order order(tasks);
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (const auto cycle = order.Visit(i); !cycle.empty())
      return WrongAt(section->Find("tasks")->items()[i], "the tasks need each other in a circle: " + cycle);
  }
  return std::move(order).Ordered();
}

std::vector<Task> Ranked(const std::vector<Task>& tasks) {
  std::vector<Task> ranked;
  for (const Task& task : tasks)
    if (task.estimate) ranked.push_back(task);
  const auto worth = [](const Task& task) {
    return task.estimate->Return().value_or(-std::numeric_limits<double>::infinity());
  };
  std::sort(ranked.begin(), ranked.end(), [&](const Task& a, const Task& b) {
    return worth(a) != worth(b) ? worth(a) > worth(b) : a.name < b.name;
  });
  return ranked;
}

Result<std::vector<ActiveUseCase>> UseCases::Active() const { return database_.Read(ActiveIn); }

Result<ActiveUseCase> UseCases::Activate(const std::string& name, const std::string& override,
                                         std::string_view actor) {
  auto activated = ActivateOnce(name, override, actor);
  if (activated) return activated;
  return governance::Recorded(database_, clock_, {"activate_usecase", "usecase:" + name, std::string(actor)},
                              activated.error());
}

Result<ActiveUseCase> UseCases::ActivateOnce(const std::string& name, const std::string& override,
                                             std::string_view actor) {
  const TimeMs now = clock_.Now();
  return database_.Transact([&](sql::Connection& connection) -> Result<ActiveUseCase> {
    const auto accepted = CAIRN_TRY(governance::AcceptedIn(connection));
    if (!accepted)
      return Error{Reason::Conflict, "no configuration was accepted yet; 'cairn apply' submits cairn.yaml"};
    const Node document = CAIRN_TRY(ParseYaml(accepted->text, "the accepted cairn.yaml"));
    const auto ranked = Ranked(CAIRN_TRY(ReadTasks(document)));
    const auto found =
        std::find_if(ranked.begin(), ranked.end(), [&](const Task& task) { return task.name == name; });
    if (found == ranked.end())
      return Error{Reason::NotFound, "the accepted charter has no use case '" + name +
                                         "': a task with a prediction (charter.tasks)"};
    const auto active = CAIRN_TRY(ActiveIn(connection));
    for (const auto& one : active)
      if (one.name == name) return Error{Reason::AlreadyExists, "'" + name + "' is worked on already"};
    if (!active.empty() && Trim(override).empty()) return Standing(name, active);
    Json beside = Json::Array();
    for (const auto& one : active) beside.Push(one.name);
    const auto worth = found->estimate->Return();
    const std::string reason = active.empty() ? "" : override;
    CAIRN_TRY(metadata::Append(connection, now,
                               {"charter.usecase_activated", "usecase:" + name, std::string(actor), "",
                                Json{{"usecase", name},
                                     {"rank", (found - ranked.begin()) + 1},
                                     {"return", worth ? Json(*worth) : Json()},
                                     {"beside", std::move(beside)},
                                     {"reason", reason}}}));
    return ActiveUseCase{name, now, std::string(actor), reason};
  });
}

Result<> UseCases::End(const std::string& name, const std::string& reason, std::string_view actor) {
  const TimeMs now = clock_.Now();
  if (Trim(reason).empty())
    return Error{Reason::InvalidArgument, "say why it ends, for those who read the record later"};
  return database_.Transact([&](sql::Connection& connection) -> Result<> {
    const auto active = CAIRN_TRY(ActiveIn(connection));
    const bool there =
        std::any_of(active.begin(), active.end(), [&](const auto& one) { return one.name == name; });
    if (!there) return Error{Reason::NotFound, "the use case '" + name + "' is not worked on"};
    CAIRN_TRY(metadata::Append(connection, now,
                               {"charter.usecase_ended", "usecase:" + name, std::string(actor), "",
                                Json{{"usecase", name}, {"reason", reason}}}));
    return Done{};
  });
}

}  // namespace cairn::charter
