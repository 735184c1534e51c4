#include <algorithm>

#include "ground/crypto/hash.h"
#include "ground/vocabulary/text.h"
#include "loop/documents/facts/data_facts.h"

namespace cairn::documents {
namespace {

/// Four significant digits are enough for people; the profile has the rest.
std::string Short(const Json& value) {
  if (!value.IsNumber()) return value.IsString() ? value.AsString() : value.Dump();
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value.AsDouble());
  return text;
}

void AddGaps(const Json& profile, const Record& record, Facts& facts) {
  for (const Json& column : profile.At("columns").items()) {
    const std::int64_t missing = column.Int("missing"), rows = column.Int("rows");
    if (missing == 0) continue;
    facts["quality"].push_back({"missing in " + column.Text("name"),
                                WithThousands(missing) + " of " + WithThousands(rows) + " rows", record});
  }
}

void AddTarget(const Json& profile, const Record& record, Facts& facts) {
  const std::string target = profile.Text("target");
  if (target.empty()) return;
  facts["target"].push_back({"target", target, record});
  for (const Json& one : profile.At("table").At("classes").items())
    facts["target"].push_back(
        {"rows of '" + Short(one.At("value")) + "'", WithThousands(one.Int("rows")), record});
  for (const Json& column : profile.At("columns").items()) {
    const Json& association = column.At("association");
    if (!association.IsObject()) continue;
    std::string says;
    for (const auto& [name, value] : association.members())
      if (!value.IsNull()) says += (says.empty() ? "" : ", ") + name + " " + Short(value);
    if (!says.empty()) facts["relevance"].push_back({column.Text("name"), says, record});
  }
}

void AddFeasibility(const DataDossier& dossier, Facts& facts) {
  if (!dossier.feasibility) return;
  const auto& verdict = *dossier.feasibility;
  const Record record{"feasibility report", crypto::Sha256Hex(verdict.report.Canonical())};
  auto& list = facts["feasibility"];
  list.push_back({"feasibility", (verdict.go ? "go: " : "no-go: ") + verdict.reason, record});
  list.push_back({"p-value of a signal", Short(Json(verdict.p_value)), record});
  const Json& heuristic = verdict.report.At("heuristic");
  if (heuristic.IsObject()) {
    list.push_back({"log loss of the heuristic", Short(Json(verdict.heuristic)), record});
    list.push_back({"log loss of the probe", Short(Json(verdict.probe)), record});
  }
}

}  // namespace

Facts QualityFacts(const DataDossier& dossier) {
  Facts facts;
  if (dossier.profile) {
    const Json& profile = *dossier.profile;
    const Record record{"profile", crypto::Sha256Hex(profile.Canonical())};
    AddGaps(profile, record, facts);
    AddTarget(profile, record, facts);
  }
  AddFeasibility(dossier, facts);
  return facts;
}

}  // namespace cairn::documents
