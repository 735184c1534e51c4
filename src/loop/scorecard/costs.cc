#include "loop/scorecard/costs.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "ground/vocabulary/text.h"

namespace cairn::scorecard {
namespace {

using charter::Expense;

/// What came of each data set, so that a version counts for what it adds.
class Arrivals {
 public:
  explicit Arrivals(const Node* configuration) {
    const Node* data = configuration == nullptr ? nullptr : configuration->Find("data");
    if (data == nullptr || !data->IsMap()) return;
    for (const auto& entry : data->entries()) {
      const Node* target = entry.value.IsMap() ? entry.value.Find("target") : nullptr;
      if (target != nullptr && !target->IsNull()) labelled_.insert(entry.key);
    }
  }

  void Add(const Moment& added) {
    const Json& body = added.event.body;
    const std::string name = body.Text("dataset");
    auto& known = seen_[name];
    // A version that holds less than the one before brings nothing.
    bytes_ += static_cast<double>(std::max<std::int64_t>(0, body.Int("bytes") - known.bytes));
    if (labelled_.contains(name))
      labels_ += static_cast<double>(std::max<std::int64_t>(0, body.Int("rows") - known.rows));
    known = {body.Int("bytes"), body.Int("rows")};
    events_.push_back(added.id);
  }
  /// What came since the last call.
  void Take(RunCost& run) {
    run.took[static_cast<std::size_t>(Expense::Bytes)] = std::exchange(bytes_, 0);
    run.took[static_cast<std::size_t>(Expense::Labels)] = std::exchange(labels_, 0);
    run.events = std::exchange(events_, {});
  }

 private:
  struct Size {
    std::int64_t bytes = 0, rows = 0;
  };
  std::set<std::string, std::less<>> labelled_;
  std::map<std::string, Size, std::less<>> seen_;
  double bytes_ = 0, labels_ = 0;
  std::vector<std::string> events_;
};

std::vector<RunCost> RunsOf(const History& history, const Node* configuration) {
  Arrivals arrivals(configuration);
  std::map<std::string, double, std::less<>> cpu;
  std::map<std::string, RunCost, std::less<>> begun;
  std::vector<RunCost> runs;
  for (const Moment& moment : history.moments()) {
    const Json& body = moment.event.body;
    const std::string& kind = moment.event.kind;
    if (kind == "data.version_added") arrivals.Add(moment);
    if (kind == "pipeline.run_started") arrivals.Take(begun[body.Text("run")]);
    if (kind == "pipeline.stage_ended") cpu[body.Text("run")] += body.Double("cpu_seconds");
    if (kind != "pipeline.run_ended") continue;
    // One that had nothing to do took nothing.
    const auto stages = cpu.find(body.Text("run"));
    if (stages == cpu.end()) continue;
    RunCost run = begun[body.Text("run")];
    run.run = body.Text("run");
    run.at = moment.at;
    run.state = body.Text("state");
    run.took[static_cast<std::size_t>(Expense::Seconds)] = body.Double("seconds");
    run.cpu_seconds = stages->second;
    run.events.push_back(moment.id);
    runs.push_back(std::move(run));
  }
  return runs;
}

std::string Figure(double value) {
  return value == std::floor(value) && std::abs(value) < 1e15
             ? WithThousands(static_cast<std::int64_t>(value))
             : ShortestText(std::round(value * 1000) / 1000);
}

void Compare(const charter::CostPlan& plan, const RunCost& run, std::vector<Variance>& findings) {
  for (const Expense expense : charter::kExpenses) {
    const auto& planned = plan.Of(expense);
    if (!planned) continue;
    const double measured = run.Of(expense), distance = std::abs(measured - *planned);
    if (distance <= plan.bound * *planned) continue;
    std::string sentence = "run " + run.run + " took " + Figure(measured) + " " +
                           std::string(NameOf(expense)) + ", " + Figure(*planned) + " were planned";
    if (*planned > 0)
      sentence += " (" + Figure(100 * (measured - *planned) / *planned) + " %; the bound is " +
                  Figure(100 * plan.bound) + " %)";
    findings.push_back({run.run, expense, *planned, measured, std::move(sentence)});
  }
}

/// In the charter's unit; null when nothing has a price.
Json PriceOf(const charter::CostPlan& plan, const std::array<double, 3>& took) {
  bool priced = false;
  double sum = 0;
  for (const Expense expense : charter::kExpenses) {
    if (!plan.PriceOf(expense)) continue;
    priced = true;
    sum += *plan.PriceOf(expense) * took[static_cast<std::size_t>(expense)];
  }
  return priced ? Json(sum) : Json();
}

Json Amounts(const charter::CostPlan& plan, const std::array<double, 3>& took) {
  Json amounts = Json::Object();
  for (const Expense expense : charter::kExpenses)
    amounts.Set(std::string(NameOf(expense)), took[static_cast<std::size_t>(expense)]);
  amounts.Set("price", PriceOf(plan, took));
  return amounts;
}

}  // namespace

Result<Costs> CostsOf(const History& history, const Node* configuration) {
  Costs costs;
  if (configuration != nullptr) costs.plan = CAIRN_TRY(charter::ReadCostPlan(*configuration));
  costs.runs = RunsOf(history, configuration);
  for (const RunCost& run : costs.runs) Compare(costs.plan, run, costs.findings);
  return costs;
}

Json Costs::ToJson() const {
  Json planned = Json::Object(), items = Json::Array(), list = Json::Array();
  for (const Expense expense : charter::kExpenses)
    planned.Set(std::string(NameOf(expense)), plan.Of(expense) ? Json(*plan.Of(expense)) : Json());
  planned.Set("bound", plan.bound);
  std::array<double, 3> total{};
  for (const RunCost& run : runs) {
    Json events = Json::Array();
    for (const auto& event : run.events) events.Push(event);
    for (std::size_t i = 0; i < total.size(); ++i) total[i] += run.took[i];
    Json item = Amounts(plan, run.took);
    item.Set("run", run.run).Set("at_ms", run.at).Set("state", run.state);
    items.Push(item.Set("cpu_seconds", run.cpu_seconds).Set("events", std::move(events)));
  }
  for (const Variance& one : findings)
    list.Push(Json{{"run", one.run},
                   {"expense", NameOf(one.expense)},
                   {"planned", one.planned},
                   {"measured", one.measured},
                   {"sentence", one.sentence}});
  return Json{{"plan", std::move(planned)},
              {"runs", std::move(items)},
              {"total", Amounts(plan, total)},
              {"findings", std::move(list)}};
}

}  // namespace cairn::scorecard
