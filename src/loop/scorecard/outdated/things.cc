#include <algorithm>
#include <map>
#include <optional>

#include "ground/os/files.h"
#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"
#include "loop/charter/charter.h"
#include "loop/data/specification.h"
#include "loop/scorecard/history.h"
#include "loop/scorecard/outdated.h"
#include "loop/scorecard/outdated/gate_changes.h"
#include "loop/scorecard/outdated/past.h"
#include "loop/scorecard/outdated/version_changes.h"

namespace cairn::scorecard {
namespace {

using Cause = Thing::Cause;

std::string Quoted(const std::vector<std::string>& names) { return "'" + Join(names, "', '") + "'"; }

std::string NameOfVersion(const std::string& model, std::int64_t version) {
  return model + "/" + std::to_string(version);
}

/// An alert on the model that was not closed.
struct OpenAlert {
  std::string monitor;
  std::string version;  ///< "3": which answered most of the window that it is about.
  TimeMs raised = 0;
};

/// A version on its way or in production, and the decision by which it is there.
struct Judged {
  std::int64_t version = 0;
  std::optional<governance::Decision> decision;  ///< None when no gate ever judged it.
};

class Look {
 public:
  Look(const OutdatedRooms& rooms, Past& past, rollout::Gates gates, const std::string& project_dir)
      : rooms_(rooms), past_(past), gates_(std::move(gates)), project_dir_(project_dir) {}

  Result<std::vector<Thing>> Run() {
    CAIRN_TRY(ReadModel());
    CAIRN_TRY(ReadWorkingCopy());
    CAIRN_TRY(LookAtCharter());
    CAIRN_TRY(LookAtGates());
    CAIRN_TRY(LookAtData());
    CAIRN_TRY(LookAtVersions());
    return std::move(things_);
  }

 private:
  Result<> ReadModel() {
    if (gates_.model.empty()) return Done{};
    decisions_ = CAIRN_TRY(rooms_.decisions.List(gates_.model, "", kDecisions));
    std::erase_if(decisions_, [](const auto& one) { return one.rules.empty(); });
    production_ = CAIRN_TRY(rooms_.registry.StandingOf(gates_.model)).version;
    auto newest = rooms_.catalogue.Find(gates_.dataset);
    if (!newest && newest.error().reason != Reason::NotFound) return newest.error();
    if (newest) {
      columns_ = CAIRN_TRY(past_.ColumnsOf(*newest));
      newest_ = *std::move(newest);
    }
    CAIRN_TRY(ReadHeuristic());
    return ReadAlerts();
  }

  Result<> ReadAlerts() {
    for (const auto& alert : CAIRN_TRY(rooms_.monitoring.Alerts(true))) {
      const auto raised = CAIRN_TRY(
          rooms_.log.Read({.kind = "monitoring.alert_raised", .subject = "alert:" + alert.id, .limit = 1}));
      if (raised.empty() || raised.front().event.body.Text("model") != gates_.model) continue;
      alerts_.push_back({alert.monitor, VersionIn(raised.front().event.body), alert.raised_ms});
    }
    return Done{};
  }

  /// The project's cairn.yaml, when it is about what was accepted. One that cannot be read is for `cairn
  /// apply` to complain about.
  Result<> ReadWorkingCopy() {
    if (project_dir_.empty()) return Done{};
    const auto text = os::ReadFile(project_dir_ + "/cairn.yaml");
    if (!text) return Done{};
    auto document = ParseYaml(*text, "cairn.yaml");
    if (document && TextAtPath(*document, "project") == TextAtPath(past_.now(), "project"))
      working_copy_ = *std::move(document);
    return Done{};
  }

  Result<> LookAtCharter() {
    Thing charter{ThingKind::Charter, "charter"};
    const std::string number = std::to_string(past_.CharterOf(past_.digest()));
    if (working_copy_) {
      std::vector<std::string> fields;
      for (const auto& [key, differs] : CharterFields())
        if (differs) fields.push_back(key);
      if (!fields.empty())
        charter.causes.push_back({"cairn.yaml", "cairn.yaml says otherwise than charter " + number +
                                                    ", which governs, of " + Join(fields, ", ") +
                                                    ": `cairn apply` submits it"});
    }
    CAIRN_TRY(LookAtSignatures(number, charter));
    if (!unread_.empty())
      charter.causes.push_back({"contract", "its heuristic reads " + NotPromised(unread_)});
    const std::string outcome = TextAtPath(past_.now(), "charter.prediction.outcome");
    if (std::find(columns_.given_up.begin(), columns_.given_up.end(), outcome) != columns_.given_up.end())
      charter.causes.push_back({"contract", "it is to predict " + NotPromised({outcome})});
    things_.push_back(std::move(charter));
    return Done{};
  }

  /// Whether the working copy says otherwise, by field of the charter.
  std::map<std::string, bool> CharterFields() const {
    std::map<std::string, bool> fields;
    const auto section = [](const Node& document) {
      const Node* found = document.Find("charter");
      return found == nullptr ? Json::Object() : found->ToJson();
    };
    const Json here = section(*working_copy_), governs = section(past_.now());
    for (const Json* side : {&here, &governs})
      for (const auto& [key, value] : side->members())
        fields[key] = here.At(key).Canonical() != governs.At(key).Canonical();
    return fields;
  }

  Result<> LookAtSignatures(const std::string& number, Thing& charter) {
    const auto standing = CAIRN_TRY(rooms_.signatures.Now());
    if (!standing.missing.empty()) {
      charter.causes.push_back({"signatures", "charter " + number + " is not signed by " +
                                                  Join(standing.missing, ", ") +
                                                  ": `cairn charter sign --sign NAME`"});
      return Done{};
    }
    const bool counts = std::any_of(standing.signatures.begin(), standing.signatures.end(),
                                    [](const auto& one) { return one.lapsed.empty(); });
    if (counts) return Done{};
    metadata::EventFilter last{.kind = "charter.signed", .limit = 1};
    last.order = metadata::EventFilter::Order::NewestFirst;
    for (const auto& event : CAIRN_TRY(rooms_.log.Read(last)))
      charter.causes.push_back(
          {"signatures", "charter " + number + " is signed by nobody: " + event.event.body.Text("principal") +
                             " signed what it said before"});
    return Done{};
  }

  /// The columns of the heuristic that the contract of the model's data does not have.
  Result<> ReadHeuristic() {
    const auto charter = CAIRN_TRY(charter::Parse(past_.now()));
    const auto specification = data::FindSpecification(past_.now(), gates_.dataset);
    if (!charter.heuristic || !specification || specification->contract.columns.empty()) return Done{};
    for (const auto& column : charter.heuristic->columns())
      if (specification->contract.Find(column) == nullptr) unread_.push_back(column);
    return Done{};
  }

  std::string NotPromised(const std::vector<std::string>& columns) const {
    return Quoted(columns) + ", which the contract of " + gates_.dataset + " does not promise any more";
  }

  Result<> LookAtGates() {
    std::vector<GateChange> changes;
    std::string judged, then;
    if (!decisions_.empty()) {
      const auto& last = decisions_.front();
      then = last.seen.Text("configuration");
      judged = last.act.model + "/" + last.act.version;
      if (const Node* before = CAIRN_TRY(past_.Find(then)))
        changes = CAIRN_TRY(GateChangesBetween(*before, past_.now()));
    }
    for (std::size_t i = 0; i < gates_.rules.size(); ++i) {
      Thing gate{ThingKind::Gate, gates_.rules[i].name};
      if (i < changes.size()) Explain(changes[i], judged, then, gate);
      if (gates_.rules[i].against == "heuristic" && !unread_.empty())
        gate.causes.push_back({"contract", "the heuristic reads " + NotPromised(unread_)});
      LookAtWorkingGate(gate);
      things_.push_back(std::move(gate));
    }
    return Done{};
  }

  void Explain(const GateChange& change, const std::string& judged, const std::string& then, Thing& gate) {
    if (change.is_new)
      gate.causes.push_back(
          {"gates", "it is new since " + judged + " was judged, and nothing was held against it"});
    if (!change.itself.empty())
      gate.causes.push_back({"gates", "since " + judged + " was judged: " + Join(change.itself, "; ")});
    if (!change.charter.empty())
      gate.causes.push_back({"charter", "made from charter " + std::to_string(past_.CharterOf(then)) +
                                            " when " + judged + " was judged, and charter " +
                                            std::to_string(past_.CharterOf(past_.digest())) +
                                            " governs now: " + Join(change.charter, "; ")});
  }

  void LookAtWorkingGate(Thing& gate) {
    if (!working_copy_) return;
    const auto rule_in = [&](const Node& document) {
      const Node* rules = document.FindPath("gates.rules");
      if (rules != nullptr)
        for (const Node& rule : rules->items())
          if (TextAtPath(rule, "name") == gate.name) return rule.ToJson();
      return Json();
    };
    std::vector<std::string> phrases;
    const Json governs = rule_in(past_.now()), here = rule_in(*working_copy_);
    if (here.IsNull())
      phrases.emplace_back("it is gone");
    else
      Differ("", governs, here, phrases);
    if (!phrases.empty())
      gate.causes.push_back(
          {"cairn.yaml", "in cairn.yaml, which `cairn apply` submits: " + Join(phrases, "; ")});
  }

  Result<> LookAtData() {
    for (const auto& specification : CAIRN_TRY(data::ParseSpecifications(past_.now()))) {
      const auto newest = rooms_.catalogue.Find(specification.name);
      if (!newest && newest.error().reason == Reason::NotFound) continue;
      if (!newest) return newest.error();
      Thing dataset{ThingKind::Dataset, specification.name};
      CAIRN_TRY(LookAtDataset(*newest, dataset));
      things_.push_back(std::move(dataset));
    }
    return Done{};
  }

  Result<> LookAtDataset(const data::DatasetVersion& newest, Thing& dataset) {
    const std::string name = NameOfData(newest);
    const auto columns = CAIRN_TRY(past_.ColumnsOf(newest));
    if (!columns.given_up.empty())
      dataset.causes.push_back({"contract", name + " has " + Quoted(columns.given_up) +
                                                ", which its contract does not promise any more"});
    if (!columns.lacking.empty())
      dataset.causes.push_back(
          {"contract", name + " lacks " + Quoted(columns.lacking) + ", which its contract promises now"});
    metadata::EventFilter last{.kind = "data.verified", .subject = SubjectOf(newest), .limit = 1};
    last.order = metadata::EventFilter::Order::NewestFirst;
    for (const auto& event : CAIRN_TRY(rooms_.log.Read(last))) {
      if (event.event.body.Bool("sound", true)) continue;
      std::vector<std::string> problems;
      for (const Json& one : event.event.body.At("problems").items())
        problems.push_back(one.Text("part") + " of " + one.Text("file") + " " + one.Text("state"));
      dataset.causes.push_back(
          {"data", name + " was found to be other than it was added: " + Join(problems, ", ")});
    }
    if (newest.dataset != gates_.dataset) return Done{};
    for (const auto& alert : alerts_) {
      if (alert.version == std::to_string(production_) && alert.raised > newest.created_ms)
        dataset.causes.push_back({"alert", name + " is older than what monitor '" + alert.monitor +
                                               "' found on " + FormatDate(alert.raised) +
                                               ": newer rows are needed"});
    }
    return Done{};
  }

  Result<> LookAtVersions() {
    if (gates_.model.empty()) return Done{};
    std::vector<Judged> versions;
    for (const auto& rollout : CAIRN_TRY(rooms_.rollouts.UnderWay()))
      if (rollout.model == gates_.model && rollout.version != production_)
        versions.push_back({rollout.version, LastJudgementOf(rollout.version)});
    if (production_ != 0) versions.push_back({production_, LastJudgementOf(production_)});
    std::sort(versions.begin(), versions.end(), [](auto& a, auto& b) { return a.version < b.version; });
    std::optional<Thing> deployment;
    for (const auto& judged : versions) {
      Thing thing{ThingKind::Model, NameOfVersion(gates_.model, judged.version)};
      CAIRN_TRY(LookAtVersion(judged, thing));
      if (judged.version == production_) {
        deployment.emplace(Thing{ThingKind::Deployment, gates_.model + "@" + gates_.alias});
        if (thing.IsOutdated())
          deployment->causes.push_back({"model", "serves " + thing.name + ", which is out of date"});
      }
      things_.push_back(std::move(thing));
    }
    if (deployment) things_.push_back(*std::move(deployment));
    return Done{};
  }

  std::optional<governance::Decision> LastJudgementOf(std::int64_t version) const {
    const auto found = std::find_if(decisions_.begin(), decisions_.end(), [&](const auto& one) {
      return one.act.version == std::to_string(version);
    });
    return found == decisions_.end() ? std::nullopt : std::optional(*found);
  }

  Result<> LookAtVersion(const Judged& judged, Thing& thing) {
    const auto version = rooms_.registry.Find(gates_.model, judged.version);
    if (!version && version.error().reason == Reason::NotFound) return Done{};
    if (!version) return version.error();
    LookAtTrainingData(*version, judged, thing);
    const bool data_told = thing.IsOutdated();
    const Node* path = past_.now().FindPath("data." + gates_.dataset + ".path");
    for (auto& cause : CAIRN_TRY(PipelineChangesSince(rooms_, *version, project_dir_))) {
      const bool same_data = data_told && cause.of == "data" && path != nullptr &&
                             cause.sentence.find(": " + path->text() + " ") != std::string::npos;
      if (!same_data) thing.causes.push_back(std::move(cause));
    }
    CAIRN_TRY(LookAtItsGates(judged, thing));
    for (const auto& alert : alerts_) {
      if (alert.version == std::to_string(judged.version))
        thing.causes.push_back({"alert", "monitor '" + alert.monitor + "' found it beyond its bound on " +
                                             FormatDate(alert.raised) +
                                             ", and has not since found it within"});
    }
    return Done{};
  }

  void LookAtTrainingData(const registry::ModelVersion& version, const Judged& judged, Thing& thing) {
    if (!newest_) return;
    const std::string newest = NameOfData(*newest_);
    const bool told = version.data.starts_with(gates_.dataset + "@");
    const std::string seen = judged.decision ? judged.decision->seen.Text("dataset") : "";
    if (told && version.data != newest) {
      thing.causes.push_back({"data", "trained on " + version.data + ", and " + newest + " is the newest"});
    } else if (!told && !seen.empty() && seen != newest_->digest) {
      thing.causes.push_back({"data", "judged before " + newest + " came, which is the newest"});
    } else if (!columns_.given_up.empty()) {
      thing.causes.push_back({"contract", "made when the contract of " + gates_.dataset + " promised " +
                                              Quoted(columns_.given_up) + ", which it does not any more"});
    }
  }

  Result<> LookAtItsGates(const Judged& judged, Thing& thing) {
    if (!judged.decision) return Done{};
    const Node* before = CAIRN_TRY(past_.Find(judged.decision->seen.Text("configuration")));
    if (before == nullptr) return Done{};
    std::vector<std::string> gates;
    for (const auto& change : CAIRN_TRY(GateChangesBetween(*before, past_.now())))
      if (change.Any()) gates.push_back(change.rule);
    if (!gates.empty())
      thing.causes.push_back(
          {"gates", "was judged before the gates " + Quoted(gates) + " became what they are now"});
    return Done{};
  }

  static std::string NameOfData(const data::DatasetVersion& version) {
    return version.dataset + "@" + std::to_string(version.version);
  }

  /// So many of the newest decisions are known.
  static constexpr std::int64_t kDecisions = 200;

  const OutdatedRooms& rooms_;
  Past& past_;
  const rollout::Gates gates_;
  const std::string& project_dir_;
  std::optional<Node> working_copy_;
  std::vector<governance::Decision> decisions_;  ///< By the gates, on the bound model; newest first.
  std::int64_t production_ = 0;
  std::optional<data::DatasetVersion> newest_;  ///< Of the model's data.
  Past::Columns columns_;                       ///< Of that.
  std::vector<std::string> unread_;             ///< What the heuristic would read and cannot.
  std::vector<OpenAlert> alerts_;
  std::vector<Thing> things_;
};

}  // namespace

std::string_view NameOf(ThingKind kind) {
  switch (kind) {
    case ThingKind::Charter:
      return "charter";
    case ThingKind::Gate:
      return "gate";
    case ThingKind::Dataset:
      return "dataset";
    case ThingKind::Model:
      return "model";
    case ThingKind::Deployment:
      return "deployment";
  }
  return "";
}

Result<std::vector<Thing>> ThingsOf(const OutdatedRooms& rooms, const std::string& project_dir) {
  auto past = CAIRN_TRY(Past::Read(rooms.configurations));
  if (!past) return std::vector<Thing>();
  auto gates = CAIRN_TRY(rollout::ParseGates(past->now()));
  return Look(rooms, *past, std::move(gates), project_dir).Run();
}

Json ToJson(const std::vector<Thing>& things) {
  Json items = Json::Array();
  for (const Thing& thing : things) {
    Json causes = Json::Array();
    for (const auto& cause : thing.causes) causes.Push(Json{{"of", cause.of}, {"sentence", cause.sentence}});
    items.Push(Json{{"kind", NameOf(thing.kind)},
                    {"name", thing.name},
                    {"outdated", thing.IsOutdated()},
                    {"causes", std::move(causes)}});
  }
  return items;
}

}  // namespace cairn::scorecard
