#include <algorithm>

#include "ground/crypto/hash.h"
#include "ground/vocabulary/text.h"
#include "loop/documents/facts/model_facts.h"
#include "loop/evidence/figures.h"

namespace cairn::documents {
namespace {

using evidence::Dossier;

/// The last event of a kind (about `subject`, where it is given), with the leaf by which the log has it.
Record EventOf(const Dossier& dossier, std::string_view kind, std::string_view subject = "") {
  for (std::size_t i = dossier.events.size(); i-- > 0;)
    if (dossier.events[i].event.kind == kind &&
        (subject.empty() || dossier.events[i].event.subject == subject))
      return {"event " + std::string(kind) + " " + dossier.events[i].id, dossier.proven[i].proof.leaf};
  return {};
}

Record Examination(const Dossier& dossier) { return {"examination", dossier.report_digest}; }
Record Manifest(const Dossier& dossier) {
  return {"manifest of " + dossier.Name(), dossier.version.manifest};
}
Record Of(const std::string& name, const Json& value) { return {name, crypto::Sha256Hex(value.Canonical())}; }

void AddVersion(const Dossier& dossier, Facts& facts) {
  const auto& version = dossier.version;
  const Record added = EventOf(dossier, "registry.version_added");
  auto& list = facts["version"];
  list.push_back({"model", version.model, Manifest(dossier)});
  list.push_back({"version", std::to_string(version.version), Manifest(dossier)});
  list.push_back({"registered", FormatUtc(version.created_ms), added});
  list.push_back({"made by", version.created_by, added});
  if (!dossier.kind.flavours.empty())
    list.push_back({"kind", Join(dossier.kind.flavours, ", "), Manifest(dossier)});
  if (!version.description.empty())
    list.push_back({"description", version.description, Of("description", Json(version.description))});
  if (!dossier.licence.empty())
    facts["licence"].push_back({"licence", dossier.licence, Of("licence", Json(dossier.licence))});
  if (dossier.rollout && dossier.rollout->previous > 0)
    facts["lineage"].push_back({"was compared with and was to replace version",
                                std::to_string(dossier.rollout->previous), Examination(dossier)});
}

void AddFiles(const Dossier& dossier, Facts& facts) {
  std::uint64_t bytes = 0;
  for (const auto& file : dossier.manifest.files) bytes += file.bytes;
  if (!dossier.manifest.files.empty())
    facts["files"].push_back({"files",
                              std::to_string(dossier.manifest.files.size()) + ", " +
                                  WithThousands(static_cast<std::int64_t>(bytes)) + " bytes",
                              Manifest(dossier)});
  for (const auto& one : dossier.requirements)
    facts["packages"].push_back(
        {one.name, one.version.empty() ? "any version" : one.version, Manifest(dossier)});
  const auto side = [&](const char* name, const Json& columns) {
    for (const Json& column : columns.items())
      facts[name].push_back({column.Text("name", "unnamed"), column.Text("type"), Manifest(dossier)});
  };
  side("inputs", dossier.kind.inputs);
  side("outputs", dossier.kind.outputs);
}

std::string WithInterval(double value, std::optional<double> low, std::optional<double> high) {
  std::string text = ShortestText(value);
  if (low && high) text += " (95 %: " + ShortestText(*low) + " … " + ShortestText(*high) + ")";
  return text;
}

void AddMeasured(const Dossier& dossier, Facts& facts) {
  for (const auto& figure : evidence::FiguresOf(dossier))
    facts[figure.slice.empty() ? "measured" : "slices"].push_back(
        {figure.metric + (figure.slice.empty() ? "" : " where " + figure.slice),
         WithInterval(figure.value, figure.low, figure.high), Examination(dossier)});
  const Json& own = dossier.Own();
  if (own.At("threshold").IsNumber())
    facts["threshold"].push_back(
        {"decided yes from a score of", ShortestText(own.Double("threshold")), Examination(dossier)});
  if (own.At("latency").At("p99_ms").IsNumber())
    facts["latency"].push_back({"answers within (p99), in ms",
                                ShortestText(own.At("latency").Double("p99_ms")), Examination(dossier)});
  if (!dossier.rollout) return;
  for (const Json& one : dossier.rollout->report.At("comparisons").items())
    facts["comparison"].push_back(
        {"against " + one.Text("against"),
         one.Text("verdict") + ", " + one.Text("metric") + " better by " +
             WithInterval(one.At("improvement").Double("value"), one.At("improvement").Double("low"),
                          one.At("improvement").Double("high")),
         Examination(dossier)});
}

void AddData(const Dossier& dossier, Facts& facts) {
  for (const auto& used : dossier.data) {
    const auto& version = used.version;
    const std::string name = version.dataset + "@" + std::to_string(version.version);
    const Record record{"data set " + name, version.digest};
    auto& list = facts[used.part + "_data"];
    list.push_back({"data set", name, record});
    list.push_back({"rows", WithThousands(version.rows), record});
    list.push_back({"rows held back", WithThousands(version.sealed_rows), record});
    const Record added = EventOf(dossier, "data.version_added", data::SubjectOf(version));
    if (!version.provenance.source.empty()) list.push_back({"source", version.provenance.source, added});
    list.push_back({"contract", version.contract_passed ? "kept" : "broken", added});
    if (used.part != "evaluation" || !dossier.rollout) continue;
    const Json& report = dossier.rollout->report;
    if (report.At("rows").IsNumber())
      list.push_back({"rows it was measured on", WithThousands(report.Int("rows")), Examination(dossier)});
    if (report.At("seal_openings").IsNumber())
      list.push_back({"times these rows had been looked at by then",
                      std::to_string(report.Int("seal_openings")), Examination(dossier)});
  }
}

void AddDecision(const Dossier& dossier, Facts& facts) {
  if (!dossier.decision) return;
  const auto& decision = *dossier.decision;
  const Record proposed = EventOf(dossier, "governance.decision_proposed");
  for (const auto& rule : decision.rules) {
    facts["gates"].push_back(
        {rule.name, std::string(rule.passed ? "passed" : "failed") + ": " + rule.detail, proposed});
    facts["envelope"].push_back({"a later version must pass", rule.name, proposed});
  }
  facts["approvals"].push_back(
      {"decision", decision.id + ", " + governance::NameOf(decision.state), proposed});
  for (const auto& vote : decision.votes) {
    if (vote.emergency) {
      facts["approvals"].push_back(
          {"released in an EMERGENCY, without the due approvals, by " + vote.principal,
           FormatUtc(vote.at) + ": " + decision.emergency,
           EventOf(dossier, "governance.emergency_released")});
      continue;
    }
    facts["approvals"].push_back(
        {"signed by " + vote.principal + (vote.giver.empty() ? "" : " for " + vote.giver), FormatUtc(vote.at),
         EventOf(dossier, "governance.decision_approved")});
  }
  for (const auto& event : dossier.events) {
    const Json& body = event.event.body;
    if (event.event.kind == "governance.emergency_reviewed")
      facts["approvals"].push_back(
          {"reviewed afterwards by " + body.Text("principal"),
           std::string(body.Bool("justified") ? "justified: " : "NOT justified: ") + body.Text("finding"),
           EventOf(dossier, "governance.emergency_reviewed")});
  }
  std::int64_t accepted = -1, examined = -1;
  for (const auto& event : dossier.events) {
    if (event.event.kind == "governance.configuration_accepted") accepted = event.position.value_or(-1);
    if (event.event.kind == "rollout.examined") examined = event.position.value_or(-1);
  }
  if (accepted >= 0 && examined >= 0)
    facts["test_order"].push_back({"thresholds were set before the measurement",
                                   std::string(accepted < examined ? "yes" : "NO") + ": events " +
                                       std::to_string(accepted) + " and " + std::to_string(examined) +
                                       " of the log",
                                   EventOf(dossier, "rollout.examined")});
}

void AddMaking(const Dossier& dossier, Facts& facts) {
  if (dossier.run)
    for (const auto& param : dossier.run->params)
      facts["parameters"].push_back(
          {param.key, param.value,
           Of("parameter of run " + dossier.run->info.id, Json{{"key", param.key}, {"value", param.value}})});
  if (!dossier.pipeline) return;
  const auto& run = *dossier.pipeline;
  const Record ended = EventOf(dossier, "pipeline.run_ended"),
               started = EventOf(dossier, "pipeline.run_started");
  facts["pipeline"].push_back({"run of the pipeline", run.id, started});
  if (!run.source.commit.empty())
    facts["pipeline"].push_back(
        {"code", run.source.commit + (run.source.dirty ? ", with changes" : ""), started});
  for (const auto& stage : run.stages)
    facts["pipeline"].push_back({"stage " + stage.name, pipeline::NameOf(stage.state), ended});
  std::int64_t cpu_ms = 0;
  for (const auto& stage : run.stages) cpu_ms += stage.cpu_ms;
  facts["compute"].push_back({"processor time", FormatDuration(cpu_ms), ended});
  for (const auto& [name, value] : run.environment.At("machine").members())
    facts["machine"].push_back({"trained on a machine with " + name,
                                value.IsString() ? value.AsString() : value.Dump(),
                                Of("environment of run " + run.id, run.environment)});
}

void AddLife(const Dossier& dossier, Facts& facts) {
  for (std::size_t i = 0; i < dossier.events.size(); ++i) {
    const auto& event = dossier.events[i];
    const bool about =
        event.event.subject == "model:" + dossier.Name() || event.event.kind == "registry.alias_moved";
    if (!about) continue;
    const Record record{"event " + event.event.kind + " " + event.id, dossier.proven[i].proof.leaf};
    facts["life"].push_back({FormatUtc(event.at), event.event.kind + " by " + event.event.actor, record});
  }
  facts["log"].push_back({"its story",
                          "each step is an event in a signed log; `cairn evidence bundle " +
                              dossier.version.model + " " + std::to_string(dossier.version.version) +
                              "` proves them",
                          EventOf(dossier, "registry.version_added")});
  facts["score"].push_back({"ML Test Score",
                            ShortestText(dossier.score.Double("score")) + ": " + dossier.score.Text("band"),
                            Of("ML Test Score", dossier.score)});
  for (const Json& section : dossier.score.At("sections").items())
    facts["score"].push_back(
        {section.Text("name"),
         ShortestText(section.Double("sum")) + " of " + std::to_string(section.Int("of")),
         Of("ML Test Score", dossier.score)});
  facts["program"].push_back({"recorded by", dossier.program, Manifest(dossier)});
  facts["instructions"].push_back({"instructions",
                                   "`cairn docs instructions " + dossier.version.model + " " +
                                       std::to_string(dossier.version.version) +
                                       "` writes them from the same records",
                                   Manifest(dossier)});
}

}  // namespace

Facts VersionFacts(const evidence::Dossier& dossier) {
  Facts facts;
  for (const auto add : {AddVersion, AddFiles, AddMeasured, AddData, AddDecision, AddMaking, AddLife})
    add(dossier, facts);
  return facts;
}

void Merge(Facts& into, Facts facts) {
  for (auto& [name, list] : facts)
    for (auto& fact : list) into[name].push_back(std::move(fact));
}

}  // namespace cairn::documents
