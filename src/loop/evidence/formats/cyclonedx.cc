#include "loop/evidence/formats/cyclonedx.h"

#include <algorithm>
#include <array>

#include "ground/vocabulary/text.h"
#include "loop/evidence/figures.h"
#include "loop/pipeline/open_lineage.h"

namespace cairn::evidence {
namespace {

/// Of the identifiers of SPDX, those that models and data come under; others go by their name.
constexpr std::array<std::string_view, 24> kSpdx = {"0BSD",
                                                    "AFL-3.0",
                                                    "AGPL-3.0-only",
                                                    "Apache-2.0",
                                                    "BSD-2-Clause",
                                                    "BSD-3-Clause",
                                                    "CC-BY-4.0",
                                                    "CC-BY-NC-4.0",
                                                    "CC-BY-NC-ND-4.0",
                                                    "CC-BY-NC-SA-4.0",
                                                    "CC-BY-ND-4.0",
                                                    "CC-BY-SA-4.0",
                                                    "CC0-1.0",
                                                    "CDLA-Permissive-2.0",
                                                    "GPL-2.0-only",
                                                    "GPL-3.0-only",
                                                    "ISC",
                                                    "LGPL-3.0-only",
                                                    "MIT",
                                                    "MPL-2.0",
                                                    "ODbL-1.0",
                                                    "PDDL-1.0",
                                                    "Unlicense",
                                                    "Zlib"};

Json LicencesOf(const std::string& licence) {
  const bool known = std::find(kSpdx.begin(), kSpdx.end(), licence) != kSpdx.end();
  return Json::Array({Json{{"license", Json{{known ? "id" : "name", licence}}}}});
}

Json Hashes(const std::string& sha256) {
  return Json::Array({Json{{"alg", "SHA-256"}, {"content", sha256}}});
}

Json Property(const std::string& name, const std::string& value) {
  return Json{{"name", "cairn:" + name}, {"value", value}};
}

std::string DataRef(const UsedData& used) { return data::SubjectOf(used.version); }

Json DataComponent(const UsedData& used) {
  const auto& version = used.version;
  Json about{{"type", "dataset"},
             {"name", version.dataset + ", version " + std::to_string(version.version)},
             {"contents",
              Json{{"properties", Json::Array({Property("rows", std::to_string(version.rows)),
                                               Property("sealed_rows", std::to_string(version.sealed_rows)),
                                               Property("contract", version.contract_digest),
                                               Property("part", used.part)})}}}};
  if (!version.provenance.owner.empty())
    about.Set(
        "governance",
        Json{{"owners", Json::Array({Json{{"organization", Json{{"name", version.provenance.owner}}}}})}});
  Json component{{"type", "data"},
                 {"bom-ref", DataRef(used)},
                 {"name", version.dataset},
                 {"version", std::to_string(version.version)},
                 {"hashes", Hashes(version.digest)},
                 {"data", Json::Array({std::move(about)})}};
  if (!version.provenance.description.empty()) component.Set("description", version.provenance.description);
  if (!version.provenance.licence.empty()) component.Set("licenses", LicencesOf(version.provenance.licence));
  return component;
}

/// Each data set version once, whatever parts it played.
std::vector<UsedData> EachOnce(const Dossier& dossier) {
  std::vector<UsedData> once;
  for (const auto& used : dossier.data) {
    const auto known = std::find_if(once.begin(), once.end(),
                                    [&](const UsedData& one) { return DataRef(one) == DataRef(used); });
    if (known == once.end()) {
      once.push_back(used);
    } else {
      known->part += ", " + used.part;
    }
  }
  return once;
}

Json ComponentsOf(const Dossier& dossier) {
  Json components = Json::Array();
  for (const auto& file : dossier.manifest.files)
    components.Push(Json{{"type", "file"},
                         {"bom-ref", "file:model/" + file.path},
                         {"name", "model/" + file.path},
                         {"hashes", Hashes(file.sha256)}});
  for (const auto& used : EachOnce(dossier)) components.Push(DataComponent(used));
  for (const auto& one : dossier.requirements) {
    const std::string purl =
        "pkg:pypi/" + LowerAscii(one.name) + (one.version.empty() ? "" : "@" + PercentEncode(one.version));
    Json library{{"type", "library"}, {"bom-ref", purl}, {"name", one.name}, {"purl", purl}};
    if (!one.version.empty()) library.Set("version", one.version);
    components.Push(std::move(library));
  }
  return components;
}

Json DependenciesOf(const Dossier& dossier, const Json& components) {
  Json on = Json::Array();
  for (const Json& component : components.items()) on.Push(component.Text("bom-ref"));
  return Json::Array({Json{{"ref", "model:" + dossier.Name()}, {"dependsOn", std::move(on)}}});
}

Json SideOf(const Json& columns) {
  Json list = Json::Array();
  for (const Json& column : columns.items()) {
    const std::string type = column.Text("type");
    list.Push(Json{{"format", column.Text("name", "unnamed") + ": " +
                                  (type == "tensor" ? column.At("tensor-spec").Dump() : type)}});
  }
  return list;
}

Json ParametersOf(const Dossier& dossier) {
  Json parameters{{"approach", Json{{"type", "supervised"}}}};
  const std::string task = TaskOf(dossier);
  // Only what was examined on labels is known to have learnt from them.
  if (task.empty()) parameters = Json::Object();
  if (!task.empty()) parameters.Set("task", task);
  if (!dossier.kind.flavours.empty()) parameters.Set("modelArchitecture", Join(dossier.kind.flavours, ", "));
  Json datasets = Json::Array();
  for (const auto& used : EachOnce(dossier)) datasets.Push(Json{{"ref", DataRef(used)}});
  if (!datasets.items().empty()) parameters.Set("datasets", std::move(datasets));
  if (dossier.kind.inputs.IsArray()) parameters.Set("inputs", SideOf(dossier.kind.inputs));
  if (dossier.kind.outputs.IsArray()) parameters.Set("outputs", SideOf(dossier.kind.outputs));
  return parameters;
}

Json MetricsOf(const Dossier& dossier) {
  Json metrics = Json::Array();
  for (const Figure& figure : FiguresOf(dossier)) {
    Json metric{{"type", figure.metric}, {"value", ShortestText(figure.value)}};
    if (!figure.slice.empty()) metric.Set("slice", figure.slice);
    if (figure.low && figure.high)
      metric.Set("confidenceInterval",
                 Json{{"lowerBound", ShortestText(*figure.low)}, {"upperBound", ShortestText(*figure.high)}});
    metrics.Push(std::move(metric));
  }
  return metrics;
}

Json Texts(const std::vector<std::string>& given) {
  Json texts = Json::Array();
  for (const auto& text : given)
    if (!text.empty()) texts.Push(text);
  return texts;
}

Json ConsiderationsOf(const charter::Charter& charter) {
  Json considerations = Json::Object();
  const auto set = [&](const char* name, Json texts) {
    if (!texts.items().empty()) considerations.Set(name, std::move(texts));
  };
  set("users", Texts({charter.persona}));
  std::vector<std::string> uses = charter.in_scope;
  uses.insert(uses.begin(), charter.objective);
  set("useCases", Texts(uses));
  set("technicalLimitations", Texts(charter.out_of_scope));
  if (charter.cost)
    set("performanceTradeoffs",
        Texts({"A false positive costs " + ShortestText(charter.cost->false_positive) +
               ", a false negative " + ShortestText(charter.cost->false_negative) + " " +
               charter.cost->unit}));
  if (charter.risk)
    set("ethicalConsiderations",
        Json::Array({Json{{"name", "risk class " + std::string(charter::NameOf(*charter.risk))},
                          {"mitigationStrategy", charter.risk_reason}}}));
  return considerations;
}

Json CardOf(const Dossier& dossier) {
  Json card{{"bom-ref", "card:" + dossier.Name()}, {"modelParameters", ParametersOf(dossier)}};
  Json metrics = MetricsOf(dossier);
  if (!metrics.items().empty())
    card.Set("quantitativeAnalysis", Json{{"performanceMetrics", std::move(metrics)}});
  if (dossier.charter) {
    Json considerations = ConsiderationsOf(*dossier.charter);
    if (!considerations.members().empty()) card.Set("considerations", std::move(considerations));
  }
  return card;
}

}  // namespace

Json VersionComponent(const Dossier& dossier) {
  Json properties = Json::Array({Property("manifest", dossier.version.manifest)});
  if (dossier.rollout) properties.Push(Property("examination", dossier.report_digest));
  if (dossier.decision)
    properties.Push(Property("decision", dossier.decision->id + ", " + NameOf(dossier.decision->state)));
  if (dossier.configuration) properties.Push(Property("configuration", dossier.configuration->digest));
  Json component{{"type", "machine-learning-model"},
                 {"bom-ref", "model:" + dossier.Name()},
                 {"name", dossier.version.model},
                 {"version", std::to_string(dossier.version.version)}};
  if (!dossier.version.description.empty()) component.Set("description", dossier.version.description);
  if (!dossier.licence.empty()) component.Set("licenses", LicencesOf(dossier.licence));
  return component.Set("properties", std::move(properties));
}

Json BomHead(const Dossier& dossier, const std::string& content, Json subject) {
  const auto pinned = dossier.program.find("==");
  return Json{
      {"$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json"},
      {"bomFormat", "CycloneDX"},
      {"specVersion", "1.6"},
      {"serialNumber",
       "urn:uuid:" + pipeline::LineageIdOf(content + " " + dossier.Name(), dossier.head.root)},
      {"version", 1},
      {"metadata",
       Json{{"timestamp", FormatUtc(dossier.head.at)},
            {"tools", Json{{"components",
                            Json::Array({Json{{"type", "application"},
                                              {"name", dossier.program.substr(0, pinned)},
                                              {"version", pinned == std::string::npos
                                                              ? std::string()
                                                              : dossier.program.substr(pinned + 2)}}})}}},
            {"component", std::move(subject)}}}};
}

Json MachineLearningBom(const Dossier& dossier) {
  Json subject = VersionComponent(dossier);
  subject.Set("modelCard", CardOf(dossier));
  Json bom = BomHead(dossier, "bom", std::move(subject)), components = ComponentsOf(dossier);
  Json dependencies = DependenciesOf(dossier, components);
  return bom.Set("components", std::move(components)).Set("dependencies", std::move(dependencies));
}

}  // namespace cairn::evidence
