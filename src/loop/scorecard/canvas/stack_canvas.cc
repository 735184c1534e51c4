#include <array>

#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"
#include "loop/scorecard/canvas/facts.h"

namespace cairn::scorecard {
namespace {

using Lines = std::vector<Line>;

std::string Count(std::size_t count, const std::string& one, const std::string& many) {
  return WithThousands(static_cast<std::int64_t>(count)) + " " + (count == 1 ? one : many);
}

void AddListed(const Facts& facts, std::string_view list, Lines& lines) {
  for (auto& [name, line] : facts.Listed(list)) lines.push_back(std::move(line));
}

Lines Value(const Facts& facts) {
  Lines lines;
  AddSaid(lines, facts.charter.why, facts.PlaceOf("charter.why"));
  AddListed(facts, "kpis", lines);
  return lines;
}

Lines DataSources(const Facts& facts) {
  Lines lines;
  for (const auto& dataset : facts.data) {
    const auto added = facts.ground->history.Of("data.version_added");
    std::size_t versions = 0;
    const Moment* newest = nullptr;
    for (const Moment* one : added) {
      if (one->event.body.Text("dataset") != dataset.name) continue;
      ++versions;
      newest = one;
    }
    lines.push_back(
        Shown(dataset.name + ": " + Count(versions, "version", "versions") +
                  ", each named by the digest of its files",
              newest == nullptr ? "" : "newest " + newest->event.body.Text("digest").substr(0, 12), newest,
              "no version of it was added"));
  }
  return lines;
}

Lines Experiments(const Facts& facts) {
  const auto runs = facts.ground->history.Of("run.ended");
  return {Shown(Count(runs.size(), "tracked run ended", "tracked runs ended") + " (of the newest thousand)",
                "through the MLflow clients", runs.empty() ? nullptr : runs.back(),
                "no run is on record (`mlflow` in a stage logs here by itself)")};
}

Lines FeatureStore(const Facts& facts) {
  const auto* dataset = facts.Dataset();
  Lines lines{{"Optional: there is none here", Bond::Narrative, ""}};
  if (dataset != nullptr && !dataset->contract_digest.empty())
    lines.push_back(Shown("training and serving share the contract " + dataset->contract_digest.substr(0, 12),
                          facts.PlaceOf("data." + dataset->name + ".contract"),
                          facts.Newest("serving.loaded"), "nothing is served under it yet"));
  return lines;
}

Lines Foundations(const Facts& facts) {
  const Moment* committed = facts.ground->history.LastCommitted();
  return {Shown("code in git" + (committed == nullptr
                                     ? std::string()
                                     : ", last built from " +
                                           committed->event.body.At("git").Text("commit").substr(0, 12)),
                "named by each pipeline run", committed, "no pipeline run names a commit")};
}

Lines Automation(const Facts& facts) {
  Lines lines;
  AddListed(facts, "triggers", lines);
  if (facts.triggers.empty())
    lines.push_back({"retrained by hand only", Bond::Waiting, "triggers says nothing"});
  const Moment* ended = facts.Newest("pipeline.run_ended");
  lines.push_back(Shown("the pipeline of dvc.yaml runs the stages that are stale", "dvc.yaml", ended,
                        "it has never run"));
  return lines;
}

Lines Registry(const Facts& facts) {
  const auto versions = facts.ground->history.Of("registry.version_added");
  return {Shown(Count(versions.size(), "version registered", "versions registered") +
                    ", each with a manifest of its files",
                "registry", versions.empty() ? nullptr : versions.back(), "no version is registered")};
}

std::string Shares(const std::vector<double>& steps) {
  std::string text;
  for (const double share : steps) text += (text.empty() ? "" : ", ") + ShortestText(share * 100) + " %";
  return text;
}

/// The policy of releases, as it is configured.
Lines Deployment(const Facts& facts) {
  if (facts.gates.model.empty()) return {};
  Lines lines;
  AddListed(facts, "serves", lines);
  const std::string who = facts.gates.by_policy ? "the gates approve by themselves" : "a person approves";
  lines.push_back(Shown("release: " + Count(facts.gates.rules.size(), "gate", "gates") + ", then " + who,
                        facts.PlaceOf("gates"), facts.Newest("governance.decision_approved"),
                        "no decision was approved yet"));
  lines.push_back(Shown("then a canary of " + Shares(facts.serving.canary.steps) + " over " +
                            std::to_string(facts.serving.canary.min_requests) + " requests each",
                        facts.PlaceOf("serving.canary"), facts.Newest("rollout.canary_ended"),
                        "no canary was run yet"));
  return lines;
}

Lines Serving(const Facts& facts) {
  const Moment* loaded = facts.Newest("serving.loaded");
  Lines lines{Shown(loaded == nullptr ? "online, by HTTP" : "online: " + SentenceOf(*loaded), "serving",
                    loaded, "nothing was loaded yet")};
  AddListed(facts, "decides", lines);
  const Moment* segment = facts.Newest("serving.segment_closed");
  lines.push_back(Shown("every answer is logged", "prediction log", segment,
                        "no segment of the prediction log has closed yet"));
  return lines;
}

Lines Monitoring(const Facts& facts) {
  Lines lines;
  AddListed(facts, "monitors", lines);
  return lines;
}

Lines Metadata(const Facts& facts) {
  const auto& moments = facts.ground->history.moments();
  return {Shown("every deed is an event in a sealed log; `cairn audit verify` proves it", "event log",
                moments.empty() ? nullptr : &moments.back(), "nothing has happened yet")};
}

Lines Tools(const Facts&) {
  return {
      {"One program for the loop; at its doors MLflow, DVC, Open Inference, S3 and OpenLineage, so that "
       "each part can be replaced",
       Bond::Narrative, ""}};
}
Lines Platform(const Facts&) {
  return {{"One machine with SQLite and folders, or PostgreSQL and S3 behind the same commands",
           Bond::Narrative, ""}};
}
Lines Skills(const Facts& facts) {
  Lines lines;
  for (const auto& person : facts.charter.stakeholders)
    AddSaid(lines, person.name + ", " + person.role, facts.PlaceOf("charter.stakeholders"));
  return lines;
}

struct Part {
  std::string_view name, title, asks;
  Lines (*lines)(const Facts&);
};
constexpr std::array<Part, 14> kParts{{
    {"value", "Value proposition", "What is it worth, and how is that told?", Value},
    {"data", "Data sources and versions", "Which data, and how is a version named?", DataSources},
    {"experiments", "Analysis and experiments", "How is trying things out kept?", Experiments},
    {"features", "Feature store", "Mandatory or optional?", FeatureStore},
    {"foundations", "Foundations", "Where is the code, and how is it built?", Foundations},
    {"automation", "CI, CT and CD", "What begins a training?", Automation},
    {"registry", "Model registry", "Where do versions live?", Registry},
    {"deployment", "Deployment", "What is the release policy?", Deployment},
    {"serving", "Serving", "How are predictions made?", Serving},
    {"monitoring", "Monitoring", "What is watched, and when is there an alert?", Monitoring},
    {"metadata", "Metadata store", "How does one know what happened?", Metadata},
    {"tools", "Dilemma: tools", "One tool or many?", Tools},
    {"platform", "Dilemma: platform", "How much platform?", Platform},
    {"skills", "Dilemma: skills", "Who can do it?", Skills},
}};

}  // namespace

Result<Canvas> StackCanvas(const CanvasGround& ground) {
  const Facts facts = CAIRN_TRY(Facts::Of(ground));
  Canvas canvas{"stack", "MLOps stack canvas", facts.charter.project, {}};
  for (const Part& part : kParts)
    canvas.boxes.push_back({part.name, part.title, "", part.asks, part.lines(facts)});
  return canvas;
}

}  // namespace cairn::scorecard
