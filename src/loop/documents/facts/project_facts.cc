#include "loop/documents/facts/project_facts.h"

#include <algorithm>
#include <utility>

#include "ground/crypto/hash.h"
#include "ground/vocabulary/text.h"
#include "loop/data/specification.h"
#include "loop/documents/facts/sayings.h"

namespace cairn::documents {
namespace {

std::string Target(const std::string& comparator, const std::optional<double>& target,
                   const std::string& than) {
  return comparator + " " + (target ? ShortestText(*target) : than.empty() ? "?" : than);
}

void AddStatement(const charter::Charter& charter, Sayings& says) {
  says.Add("problem", "problem", charter.problem);
  says.Add("why", "why", charter.why);
  says.Add("persona", "who", charter.persona);
  says.Add("objective", "objective", charter.objective);
  for (const auto& one : charter.in_scope) says.Add("in_scope", "in", one);
  for (const auto& one : charter.out_of_scope) says.Add("out_of_scope", "out", one);
  says.Add("task", "about", charter.entity);
  says.Add("task", "truth", charter.outcome);
  says.Add("task", "known after", charter.wait);
  says.Add("task", "then", charter.action);
  if (charter.heuristic)
    for (const Json& rule : charter.heuristic->written().items())
      says.Add("heuristic", rule.Text("when").empty() ? "otherwise" : rule.Text("when"),
               rule.Text("when").empty() ? rule.At("otherwise").Dump() : rule.At("score").Dump());
  if (!charter.cost) return;
  says.Add("cost", "a wrong yes", ShortestText(charter.cost->false_positive) + " " + charter.cost->unit);
  says.Add("cost", "a wrong no", ShortestText(charter.cost->false_negative) + " " + charter.cost->unit);
}

void AddTimeline(const charter::Charter& charter, TimeMs now, Sayings& says) {
  std::size_t overdue = 0;
  for (const auto& one : charter.timeline) {
    overdue += one.IsOverdue(now);
    const std::string due = one.due_ms == 0 ? "without a date" : "due " + FormatDate(one.due_ms);
    says.Add("timeline", one.milestone,
             due + (one.done_ms != 0     ? ", done " + FormatDate(one.done_ms)
                    : one.IsOverdue(now) ? ", OVERDUE"
                                         : ""));
  }
  if (overdue > 0)
    says.Add("timeline", "overdue",
             std::to_string(overdue) + " of " + std::to_string(charter.timeline.size()) + " milestones");
}

void AddCharter(const charter::Charter& charter, TimeMs now, Sayings& says) {
  for (const auto& kpi : charter.kpis)
    says.Add("kpis", kpi.name + " (" + (kpi.kind.empty() ? "of no kind" : kpi.kind) + ")",
             kpi.source + " " + Target(kpi.comparator, kpi.target, "") +
                 (kpi.owner.empty() ? "" : ", answered for by " + kpi.owner) +
                 (kpi.due_ms == 0 ? "" : ", by " + FormatDate(kpi.due_ms)));
  for (const auto& one : charter.success)
    says.Add("success", one.metric, Target(one.comparator, one.target, one.than));
  for (const auto& one : charter.stakeholders)
    says.Add("stakeholders", one.name, one.role + (one.decides.empty() ? "" : "; decides: " + one.decides));
  if (charter.risk) says.Add("risk", "risk class", std::string(charter::NameOf(*charter.risk)));
  says.Add("risk", "because", charter.risk_reason);
  AddTimeline(charter, now, says);
}

Record EventAt(const ProjectDossier& dossier, std::size_t i) {
  return {"event " + dossier.events[i].event.kind + " " + dossier.events[i].id, dossier.proven[i].proof.leaf};
}

void AddSignatures(const ProjectDossier& dossier, Facts& facts) {
  for (std::size_t i = 0; i < dossier.events.size(); ++i) {
    const auto& event = dossier.events[i];
    if (event.event.subject != "charter:" + dossier.charter_digest) continue;
    const auto& known = dossier.signatures.signatures;
    const auto found = std::find_if(known.begin(), known.end(), [&](const auto& one) {
      return one.principal == event.event.body.Text("principal") && one.at == event.at;
    });
    const std::string lapsed = found == known.end() ? "" : found->lapsed;
    facts["signatures"].push_back({"signed by " + event.event.body.Text("principal"),
                                   FormatUtc(event.at) + (lapsed.empty() ? "" : ", lapsed: " + lapsed),
                                   EventAt(dossier, i)});
  }
  for (const auto& name : dossier.signatures.missing)
    facts["signatures"].push_back({"NOT signed by", name, {"charter", dossier.charter_digest}});
}

void AddHistory(const ProjectDossier& dossier, Facts& facts) {
  for (std::size_t i = 0; i < dossier.events.size(); ++i) {
    const auto& event = dossier.events[i];
    if (event.event.kind != "governance.configuration_accepted") continue;
    const auto& changed = event.event.body.At("changed").items();
    const bool charter = std::any_of(changed.begin(), changed.end(),
                                     [](const Json& section) { return section.AsString() == "charter"; });
    if (!charter) continue;
    const std::string signer = event.event.body.Text("signer");
    facts["history"].push_back(
        {FormatUtc(event.at),
         "the charter accepted from " + event.event.actor + (signer.empty() ? "" : ", signed by " + signer),
         EventAt(dossier, i)});
  }
}

void AddFeasibility(const ProjectDossier& dossier, Facts& facts) {
  for (const auto& verdict : dossier.feasibility)
    facts["feasibility"].push_back({verdict.dataset + " version " + verdict.dataset_version,
                                    (verdict.go ? "go: " : "no-go: ") + verdict.reason,
                                    {"feasibility report", crypto::Sha256Hex(verdict.report.Canonical())}});
}

void AddUseCases(const ProjectDossier& dossier, Facts& facts) {
  const Record record{"charter", dossier.charter_digest};
  for (const auto& task : dossier.tasks) {
    if (!task.estimate)
      facts["usecases"].push_back(
          {task.name, task.needs.empty() ? "a task" : "after " + Join(task.needs, ", "), record});
  }
  std::size_t rank = 0;
  for (const auto& task : charter::Ranked(dossier.tasks)) {
    const auto worth = task.estimate->Return();
    facts["usecases"].push_back(
        {task.name + ", use case " + std::to_string(++rank),
         "predict " + (task.estimate->of.empty() ? "?" : task.estimate->of) + "; estimated return " +
             (worth ? ShortestText(*worth)
                    : "not known: " + Join(task.estimate->Missing(), ", ") + " missing"),
         record});
  }
}

void AddCosts(const ProjectDossier& dossier, Facts& facts) {
  const Record record{"charter", dossier.charter_digest};
  for (const auto expense : charter::kExpenses) {
    const auto& planned = dossier.costs.Of(expense);
    if (planned)
      facts["costs_planned"].push_back(
          {std::string(charter::NameOf(expense)) + " a run", ShortestText(*planned), record});
  }
}

/// The sealed events of some kinds, with what proves them.
Result<> GatherEvents(const evidence::Rooms& rooms, ProjectDossier& dossier) {
  const auto head = CAIRN_TRY(metadata::HeadOf(rooms.database));
  std::vector<std::string> ids;
  for (const char* kind : {"governance.configuration_accepted", "charter.signed"}) {
    metadata::EventFilter filter;
    filter.kind = kind;
    filter.scope = metadata::EventFilter::Scope::Sealed;
    filter.limit = 10'000;
    for (auto& event : CAIRN_TRY(rooms.log.Read(filter))) {
      if (event.position && std::cmp_less(*event.position, head.size)) dossier.events.push_back(event);
    }
  }
  std::sort(dossier.events.begin(), dossier.events.end(),
            [](const auto& a, const auto& b) { return *a.position < *b.position; });
  for (const auto& event : dossier.events) ids.push_back(event.id);
  dossier.proven = CAIRN_TRY(metadata::Prove(rooms.database, ids, head));
  return Done{};
}

}  // namespace

Result<ProjectDossier> GatherProject(const evidence::Rooms& rooms) {
  CAIRN_TRY(rooms.sealer.Seal());
  const auto history = CAIRN_TRY(rooms.configurations.History());
  if (history.empty())
    return Error{Reason::Conflict, "no configuration was accepted yet; 'cairn apply' submits cairn.yaml"};
  ProjectDossier dossier;
  dossier.configuration = history.front();
  dossier.number = static_cast<std::int64_t>(history.size());
  dossier.now = rooms.clock.Now();
  dossier.document = CAIRN_TRY(ParseYaml(dossier.configuration.text, "the accepted cairn.yaml"));
  dossier.charter = CAIRN_TRY(charter::Parse(dossier.document));
  dossier.costs = CAIRN_TRY(charter::ReadCostPlan(dossier.document));
  dossier.tasks = CAIRN_TRY(charter::ReadTasks(dossier.document));
  dossier.charter_digest = charter::ContentDigest(dossier.document);
  dossier.signatures = CAIRN_TRY(charter::Signatures(rooms.database, rooms.clock).Now());
  const charter::Feasibility feasibility(rooms.database, rooms.clock);
  for (const auto& specification : CAIRN_TRY(data::ParseSpecifications(dossier.document))) {
    auto verdict = CAIRN_TRY(feasibility.Newest(specification.name));
    if (verdict) dossier.feasibility.push_back(*std::move(verdict));
  }
  CAIRN_TRY(GatherEvents(rooms, dossier));
  return dossier;
}

Facts ProjectFacts(const ProjectDossier& dossier) {
  Facts facts;
  Sayings says(facts, {"charter", dossier.charter_digest});
  AddStatement(dossier.charter, says);
  AddCharter(dossier.charter, dossier.now, says);
  for (const auto add : {AddUseCases, AddCosts, AddSignatures, AddHistory, AddFeasibility})
    add(dossier, facts);
  return facts;
}

}  // namespace cairn::documents
