#include <algorithm>

#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"
#include "loop/scorecard/canvas/facts.h"
#include "loop/scorecard/stations.h"

namespace cairn::scorecard {
namespace {

using Items = std::vector<std::pair<std::string, Line>>;

std::string Told(const Moment& moment) { return SentenceOf(moment) + ", " + FormatDate(moment.at); }

Items Kpis(const Facts& facts) {
  Items items;
  for (const KpiStatus& status : facts.ground->kpis) {
    const charter::Kpi& kpi = status.kpi;
    Line line{kpi.name + ": " + kpi.source + " " + kpi.comparator + " " +
                  (kpi.target ? ShortestText(*kpi.target) : "?") + " by " + FormatDate(kpi.due_ms),
              status.verdict == KpiStatus::Verdict::Unknown ? Bond::Waiting : Bond::Bound,
              std::string(NameOf(status.verdict)) + ": " + status.why};
    items.emplace_back(kpi.name, std::move(line));
  }
  return items;
}

Items Datasets(const Facts& facts) {
  Items items;
  for (const auto& dataset : facts.data) {
    const Moment* added = facts.Newest("data.version_added", "dataset", dataset.name);
    items.emplace_back(dataset.name,
                       Shown(dataset.name + " in " + dataset.path, facts.PlaceOf("data." + dataset.name),
                             added, "no version of it was added (`cairn data add`)"));
  }
  return items;
}

Items Outcome(const Facts& facts) {
  const auto* dataset = facts.Dataset();
  if (dataset == nullptr || dataset->target.empty()) return {};
  const std::string wanted = facts.charter.outcome;
  Line line = Shown("predicts " + dataset->target + " of each " +
                        (facts.charter.entity.empty() ? "row" : facts.charter.entity),
                    facts.PlaceOf("data." + dataset->name + ".target"),
                    facts.Newest("data.contract_checked", "dataset", dataset->name),
                    "no data with this column was checked yet");
  if (!wanted.empty() && wanted != dataset->target) {
    line.bond = Bond::Drifted;
    line.to = "the charter predicts '" + wanted + "', the data set's target is '" + dataset->target + "'";
  }
  return {{dataset->target, std::move(line)}};
}

Items Columns(const Facts& facts) {
  Items items;
  const auto* dataset = facts.Dataset();
  if (dataset == nullptr) return items;
  const Moment* checked = facts.Newest("data.contract_checked", "dataset", dataset->name);
  for (const auto& column : dataset->contract.columns) {
    if (!column.serving || column.name == dataset->target) continue;
    Line line = Shown(column.name, facts.PlaceOf("data." + dataset->name + ".contract"), checked,
                      "no data was held against the contract yet");
    if (checked != nullptr && checked->event.body.Text("contract") != dataset->contract_digest) {
      line.bond = Bond::Drifted;
      line.to = "the newest data was held against another contract than this one";
    }
    items.emplace_back(column.name, std::move(line));
  }
  return items;
}

Items Metrics(const Facts& facts) {
  Items items;
  const Moment* judged = facts.Newest("rollout.gates_judged");
  for (const auto& rule : facts.gates.rules) {
    std::string metric = rule.metric;
    if (metric.empty() && !rule.kpi.empty()) {
      const auto* kpi = facts.charter.FindKpi(rule.kpi);
      if (kpi != nullptr) metric = kpi->source.substr(kpi->source.find('.') + 1);
    }
    const bool listed =
        std::any_of(items.begin(), items.end(), [&](const auto& item) { return item.first == metric; });
    if (metric.empty() || listed) continue;
    items.emplace_back(metric, Shown(metric + " (gate '" + rule.name + "')", facts.PlaceOf("gates.rules"),
                                     judged, "no candidate was held against the gates yet"));
  }
  return items;
}

Items Decides(const Facts& facts) {
  Items items;
  if (facts.gates.model.empty()) return items;
  const Moment* examined = facts.Newest("rollout.examined");
  const std::string threshold =
      facts.gates.threshold ? ShortestText(*facts.gates.threshold) : std::string("cost");
  items.emplace_back("threshold " + threshold,
                     Shown(facts.gates.threshold ? "yes from " + threshold + " on"
                                                 : "yes where a wrong no costs more than a wrong yes",
                           facts.PlaceOf("model.threshold"), examined, "no version was examined yet"));
  if (facts.serving.Has(serving::Link::Heuristic))
    items.emplace_back("fallback heuristic", Shown("the heuristic answers when the model cannot",
                                                   facts.PlaceOf("charter.heuristic"),
                                                   facts.Newest("serving.loaded"), "nothing is served yet"));
  return items;
}

Items Serves(const Facts& facts) {
  if (facts.gates.model.empty()) return {};
  const std::string name = facts.gates.model + "@" + facts.gates.alias;
  const Moment* moved = nullptr;
  for (const Moment* move : facts.ground->history.Of("registry.alias_moved")) {
    const Json& body = move->event.body;
    if (body.Text("model") == facts.gates.model && body.Text("alias") == facts.gates.alias) moved = move;
  }
  Line line = Shown(name, facts.PlaceOf("model.name"), moved, "no version stands under this alias yet");
  if (moved != nullptr && VersionIn(moved->event.body).empty()) {
    line.bond = Bond::Drifted;
    line.to = "the alias was taken away: " + Told(*moved);
  }
  return {{name, std::move(line)}};
}

Items Labels(const Facts& facts) {
  if (facts.charter.wait.empty()) return {};
  const Moment* window = facts.Newest("monitoring.window_closed", "kind", "quality");
  const bool watched = std::any_of(facts.monitors.begin(), facts.monitors.end(),
                                   [](const auto& monitor) { return !monitor.quality.empty(); });
  Line line = Shown("labels are due after " + facts.charter.wait, facts.PlaceOf("charter.prediction.wait"),
                    window, "no labelled window has closed yet");
  if (!watched) {
    // Where nothing is watched yet, nothing contradicts.
    line.bond = facts.monitors.empty() ? Bond::Waiting : Bond::Drifted;
    line.to = "no monitor of quality waits for labels: `monitors` in cairn.yaml";
  }
  return {{facts.charter.wait, std::move(line)}};
}

Items Triggers(const Facts& facts) {
  Items items;
  for (const auto& trigger : facts.triggers) {
    const Moment* fired = nullptr;
    for (const Moment* run : facts.ground->history.Of("pipeline.run_started")) {
      if (run->event.body.At("trigger").Text("name") == trigger.name) fired = run;
    }
    Line line{trigger.name + " (on " + trigger.on + ")", Bond::Bound, facts.PlaceOf("triggers"), fired};
    if (fired == nullptr) line.to += "; has not fired yet";
    items.emplace_back(trigger.name, std::move(line));
  }
  return items;
}

Items Monitors(const Facts& facts) {
  Items items;
  for (const auto& monitor : facts.monitors) {
    const std::string what = monitor.quality.empty() ? monitor.drift : monitor.quality;
    items.emplace_back(
        monitor.name,
        Shown(monitor.name + ": " + what + " over " + FormatDuration(monitor.window_ms) + ", " +
                  (monitor.above ? "alert above " : "alert below ") + ShortestText(monitor.bound()),
              facts.PlaceOf("monitors"), facts.Newest("monitoring.window_closed", "monitor", monitor.name),
              "no window of it has closed yet"));
  }
  return items;
}

}  // namespace

std::string_view NameOf(Bond bond) {
  switch (bond) {
    case Bond::Bound:
      return "bound";
    case Bond::Narrative:
      return "narrative";
    case Bond::Waiting:
      return "waiting";
    case Bond::Drifted:
      return "drifted";
  }
  return "drifted";
}

Line Shown(std::string text, std::string to, const Moment* evidence, std::string_view until_then) {
  if (evidence == nullptr) return {std::move(text), Bond::Waiting, std::string(until_then), nullptr};
  return {std::move(text), Bond::Bound, std::move(to), evidence};
}

void AddSaid(std::vector<Line>& lines, const std::string& text, const std::string& place) {
  if (!Trim(text).empty()) lines.push_back({text, Bond::Narrative, place});
}

Result<Facts> Facts::Of(const CanvasGround& ground) {
  Facts facts;
  facts.ground = &ground;
  facts.charter = CAIRN_TRY(charter::Parse(ground.configuration));
  facts.data = CAIRN_TRY(data::ParseSpecifications(ground.configuration));
  facts.gates = CAIRN_TRY(rollout::ParseGates(ground.configuration));
  facts.serving = CAIRN_TRY(serving::ParseSettings(ground.configuration));
  facts.monitors = CAIRN_TRY(monitoring::ParseMonitors(ground.configuration));
  facts.triggers = CAIRN_TRY(pipeline::ParseTriggers(ground.configuration));
  return facts;
}

const data::Specification* Facts::Dataset() const {
  for (const auto& dataset : data) {
    if (dataset.name == gates.dataset || data.size() == 1) return &dataset;
  }
  return nullptr;
}

std::string Facts::PlaceOf(std::string_view path) const {
  const Node* node = ground->configuration.FindPath(path);
  return node == nullptr ? std::string(path) : std::string(path) + " at " + node->Where();
}

const Moment* Facts::Newest(std::string_view kind, std::string_view name, std::string_view value) const {
  const auto all = ground->history.Of(kind);
  const auto found = std::find_if(all.rbegin(), all.rend(), [&](const Moment* moment) {
    return name.empty() || moment->event.body.Text(name) == value;
  });
  return found == all.rend() ? nullptr : *found;
}

std::vector<std::pair<std::string, Line>> Facts::Listed(std::string_view list) const {
  static constexpr std::pair<std::string_view, Items (*)(const Facts&)> kLists[] = {
      {"kpis", Kpis},         {"datasets", Datasets}, {"outcome", Outcome}, {"columns", Columns},
      {"metrics", Metrics},   {"decides", Decides},   {"serves", Serves},   {"labels", Labels},
      {"triggers", Triggers}, {"monitors", Monitors}};
  for (const auto& [name, items] : kLists) {
    if (name == list) return items(*this);
  }
  return {};
}

std::vector<Canvas::Finding> Canvas::Findings() const {
  std::vector<Finding> findings;
  for (const Box& box : boxes) {
    if (box.lines.empty()) findings.push_back({std::string(box.name), "is empty", Bond::Waiting});
    for (const Line& line : box.lines) {
      if (line.bond == Bond::Drifted || line.bond == Bond::Waiting)
        findings.push_back({std::string(box.name), "'" + line.text + "': " + line.to, line.bond});
    }
  }
  return findings;
}

Result<Canvas> CanvasNamed(std::string_view kind, const CanvasGround& ground) {
  if (kind == "ml") return MlCanvas(ground);
  if (kind == "ai") return AiCanvas(ground);
  if (kind == "stack") return StackCanvas(ground);
  return Error{Reason::InvalidArgument, "'" + std::string(kind) + "' is no canvas: ml, ai or stack"};
}

Json ToJson(const Canvas& canvas) {
  Json boxes = Json::Array(), findings = Json::Array();
  for (const Box& box : canvas.boxes) {
    Json lines = Json::Array();
    for (const Line& line : box.lines)
      lines.Push(Json{{"text", line.text},
                      {"bond", NameOf(line.bond)},
                      {"to", line.to},
                      {"evidence", line.evidence == nullptr ? Json() : Citation(*line.evidence)}});
    boxes.Push(Json{{"name", box.name},
                    {"title", box.title},
                    {"also", box.also},
                    {"asks", box.asks},
                    {"lines", std::move(lines)}});
  }
  for (const auto& finding : canvas.Findings())
    findings.Push(Json{{"box", finding.box}, {"problem", finding.problem}, {"bond", NameOf(finding.bond)}});
  return Json{{"kind", canvas.kind},
              {"title", canvas.title},
              {"project", canvas.project},
              {"boxes", std::move(boxes)},
              {"findings", std::move(findings)}};
}

}  // namespace cairn::scorecard
