#include "loop/evidence/formats/hugging_face.h"

#include <algorithm>
#include <array>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/text.h"
#include "loop/evidence/figures.h"

namespace cairn::evidence {
namespace {

/// Of the licences that the hub knows by a word, those that models come under; others are `other`, by name.
constexpr std::array<std::string_view, 15> kLicences = {
    "apache-2.0",   "bsd-2-clause", "bsd-3-clause", "cc-by-4.0", "cc-by-nc-4.0",
    "cc-by-sa-4.0", "cc0-1.0",      "gpl-3.0",      "lgpl-3.0",  "mit",
    "mpl-2.0",      "odbl",         "openrail",     "unlicense", "zlib"};
constexpr std::array<std::string_view, 6> kLibraries = {"sklearn",  "xgboost", "lightgbm",
                                                        "catboost", "keras",   "pytorch"};

void SetLicence(const std::string& licence, Json& front) {
  if (licence.empty()) return;
  const std::string word = LowerAscii(licence);
  const bool known = std::find(kLicences.begin(), kLicences.end(), word) != kLicences.end();
  front.Set("license", known ? word : "other");
  if (!known) front.Set("license_name", licence);
}

std::string LibraryOf(const Dossier& dossier) {
  for (const auto library : kLibraries)
    for (const auto& flavour : dossier.kind.flavours)
      if (flavour == library) return std::string(library);
  const auto& all = dossier.kind.flavours;
  return std::find(all.begin(), all.end(), "onnx") != all.end() ? "onnx" : "";
}

std::string HubTask(const Dossier& dossier) {
  const std::string task = TaskOf(dossier);
  if (task.empty()) return "";
  return task == "regression" ? "tabular-regression" : "tabular-classification";
}

Json ModelIndex(const Dossier& dossier, const std::vector<Figure>& figures) {
  const Json& dataset = dossier.rollout->report.At("dataset");
  Json metrics = Json::Array();
  for (const Figure& figure : figures)
    metrics.Push(Json{{"type", figure.metric},
                      {"name", figure.metric + (figure.slice.empty() ? "" : " where " + figure.slice)},
                      {"value", figure.value}});
  const Json result{
      {"task", Json{{"type", HubTask(dossier)}}},
      {"dataset", Json{{"name", dataset.Text("name") + ", held-out rows"},
                       {"type", dataset.Text("name")},
                       {"revision", std::to_string(dataset.Int("version"))}}},
      {"metrics", std::move(metrics)},
      {"source", Json{{"name", "examination " + dossier.report_digest}, {"url", "examination.json"}}}};
  return Json::Array({Json{{"name", dossier.version.model}, {"results", Json::Array({result})}}});
}

Json FrontOf(const Dossier& dossier, const std::vector<Figure>& figures) {
  Json front = Json::Object();
  SetLicence(dossier.licence, front);
  if (const auto library = LibraryOf(dossier); !library.empty()) front.Set("library_name", library);
  if (const auto task = HubTask(dossier); !task.empty()) front.Set("pipeline_tag", task);
  Json tags = Json::Array({Json("tabular")});
  for (const auto& flavour : dossier.kind.flavours) tags.Push(flavour);
  front.Set("tags", std::move(tags));
  Json datasets = Json::Array();
  for (const auto& used : dossier.data) {
    const auto& known = datasets.items();
    if (std::none_of(known.begin(), known.end(),
                     [&](const Json& one) { return one.AsString() == used.version.dataset; }))
      datasets.Push(used.version.dataset);
  }
  if (!datasets.items().empty()) front.Set("datasets", std::move(datasets));
  if (figures.empty()) return front;
  front.Set("metrics", Json::Array({Json(figures.front().metric)}));
  return front.Set("model-index", ModelIndex(dossier, figures));
}

std::string Paragraph(const std::string& head, const std::string& text) {
  return text.empty() ? "" : "## " + head + "\n\n" + text + "\n\n";
}

std::string FiguresText(const std::vector<Figure>& figures, const std::string& digest) {
  if (figures.empty()) return "";
  std::string text = "| measured | where | value | 95 % interval |\n|---|---|---|---|\n";
  for (const Figure& figure : figures)
    text +=
        "| " + figure.metric + " | " + (figure.slice.empty() ? "all rows" : figure.slice) + " | " +
        ShortestText(figure.value) + " | " +
        (figure.low && figure.high ? ShortestText(*figure.low) + " … " + ShortestText(*figure.high) : "") +
        " |\n";
  return text + "\nMeasured on rows that were held back (examination " + digest + ").";
}

}  // namespace

std::string HuggingFaceCard(const Dossier& dossier) {
  const auto figures = FiguresOf(dossier);
  std::string card = "---\n" + DumpYaml(FrontOf(dossier, figures)) + "---\n\n# " + dossier.version.model +
                     ", version " + std::to_string(dossier.version.version) + "\n\n";
  card += Paragraph("What it is", dossier.version.description.empty() ? dossier.model.description
                                                                      : dossier.version.description);
  if (dossier.charter) {
    card += Paragraph("Intended use", dossier.charter->objective);
    card += Paragraph("Who uses it", dossier.charter->persona);
    card += Paragraph("Out of scope", Join(dossier.charter->out_of_scope, "; "));
  }
  return card + Paragraph("Measured", FiguresText(figures, dossier.report_digest)) +
         Paragraph("Files", "Manifest " + dossier.version.manifest + " (SHA-256).");
}

}  // namespace cairn::evidence
