#include "ground/vocabulary/text.h"
#include "loop/documents/facts/model_facts.h"
#include "loop/documents/facts/sayings.h"

namespace cairn::documents {
namespace {

using charter::Charter;

void AddPurpose(const Charter& charter, Sayings& says) {
  says.Add("use", "problem", charter.problem);
  says.Add("use", "objective", charter.objective);
  says.Add("use", "users", charter.persona);
  says.Add("use", "why", charter.why);
  says.Add("use", "about", charter.entity);
  says.Add("use", "predicts", charter.outcome);
  says.Add("use", "then", charter.action);
  for (const auto& one : charter.in_scope) says.Add("use", "in scope", one);
  for (const auto& one : charter.out_of_scope) says.Add("out_of_scope", "not for", one);
  if (charter.risk) says.Add("risk", "risk class", std::string(charter::NameOf(*charter.risk)));
  says.Add("risk", "because", charter.risk_reason);
}

void AddMeasures(const Charter& charter, Sayings& says) {
  if (charter.cost) {
    says.Add("cost", "a false positive costs",
             ShortestText(charter.cost->false_positive) + " " + charter.cost->unit);
    says.Add("cost", "a false negative costs",
             ShortestText(charter.cost->false_negative) + " " + charter.cost->unit);
  }
  for (const auto& success : charter.success)
    says.Add("success", "good enough to launch",
             success.metric + " " + success.comparator + " " +
                 (success.target ? ShortestText(*success.target) : success.than));
  for (const auto& kpi : charter.kpis)
    says.Add("success", "KPI " + kpi.name,
             kpi.source + " " + kpi.comparator + " " + (kpi.target ? ShortestText(*kpi.target) : "?") +
                 ", owned by " + kpi.owner);
  if (charter.heuristic)
    says.Add("heuristic", "without a model", "a rule of the charter, measured beside it");
}

}  // namespace

Facts CharterFacts(const evidence::Dossier& dossier) {
  Facts facts;
  if (!dossier.configuration || !dossier.charter) return facts;
  Sayings says(facts, {"cairn.yaml", dossier.configuration->digest});
  AddPurpose(*dossier.charter, says);
  AddMeasures(*dossier.charter, says);
  const auto root = ParseYaml(dossier.configuration->text, "the accepted cairn.yaml");
  if (!root) return facts;
  if (const Node* metric = root->FindPath("model.metric"); metric && metric->IsScalar())
    says.Add("metric", "the metric that counts", metric->text());
  if (const Node* slices = root->FindPath("model.slices"))
    for (const Node& slice : slices->items()) says.Add("slices_declared", "looked at by", slice.text());
  if (const Node* monitors = root->Find("monitors"))
    for (const Node& monitor : monitors->items())
      says.Add("monitors", "monitor", monitor.ToJson().Canonical());
  return facts;
}

}  // namespace cairn::documents
