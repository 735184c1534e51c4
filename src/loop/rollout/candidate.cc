#include "loop/rollout/candidate.h"

#include "ground/crypto/hash.h"
#include "ground/vocabulary/text.h"
#include "ledger/metadata/log.h"
#include "loop/data/synthetic.h"
#include "loop/evaluation/examination.h"
#include "loop/rollout/contract_verdict.h"
#include "loop/rollout/judging.h"

namespace cairn::rollout {
namespace {

using evaluation::Examinee;
using registry::ModelVersion;

/// Errors of the machine, not of the model: an examination must not blame a candidate for them.
bool IsSurroundings(Reason reason) { return reason == Reason::Unavailable || reason == Reason::Exhausted; }

struct Servable {
  Examinee model;
  std::string runs;  ///< As runtime::LoadedFolder says it.
};
Result<Servable> LoadVersion(const Rollouts::Rooms& rooms, const Setting& setting,
                             const ModelVersion& version) {
  CAIRN_TRY(rooms.registry.Verify(version));
  const auto loaded = CAIRN_TRY(
      runtime::LoadModelFolder(CAIRN_TRY(rooms.registry.FolderOf(version)), setting.serving.worker));
  return Servable{CAIRN_TRY(Examinee::Of(loaded, setting.specification)), loaded.runs};
}

Result<> AddModel(evaluation::Examination& examination, const std::string& name, const ModelVersion& version,
                  const Examinee& model) {
  auto scores = CAIRN_TRY(model.Score(examination.table()));
  const auto latency = CAIRN_TRY(model.MeasureLatency(examination.table()));
  return examination.Add({name, version.manifest, std::move(scores), latency});
}

Result<evaluation::Examination> OpenExamination(const Rollouts::Rooms& rooms, const Setting& setting,
                                                const Rollout& rollout, const data::DatasetVersion& dataset) {
  const auto files = CAIRN_TRY(rooms.catalogue.OpenSeal(
      dataset, rollout.actor, "gates of " + rollout.model + " version " + std::to_string(rollout.version),
      rollout.story()));
  evaluation::ExaminationSettings settings;
  settings.metric = CAIRN_TRY(evaluation::MetricNamed(setting.gates.metric));
  settings.threshold = setting.gates.threshold;
  if (setting.charter.cost)
    settings.cost = {setting.charter.cost->false_positive, setting.charter.cost->false_negative, 0, 0};
  settings.slices = setting.gates.slices;
  const auto task =
      evaluation::IsRegression(settings.metric) ? evaluation::Task::Regression : evaluation::Task::Binary;
  auto rows = CAIRN_TRY(
      evaluation::ReadRows(*CAIRN_TRY(rooms.catalogue.Engine()), files, setting.specification, task));
  return evaluation::Examination::Of(std::move(rows), std::move(settings));
}

Result<> AddProduction(const Rollouts::Rooms& rooms, const Setting& setting, const Rollout& rollout,
                       evaluation::Examination& examination, Evidence& evidence) {
  evidence.production = rollout.previous;
  if (rollout.previous == 0) return Done{};
  const auto version = CAIRN_TRY(rooms.registry.Find(rollout.model, rollout.previous));
  const auto model = LoadVersion(rooms, setting, version);
  const auto added =
      model ? AddModel(examination, "production", version, model->model) : Result<>(model.error());
  if (!added && IsSurroundings(added.error().reason)) return added.error();
  if (!added) evidence.production_problem = added.error().message;
  return Done{};
}

Json HeadOf(const Rollout& rollout, const Setting& setting, const ModelVersion& version,
            const data::DatasetVersion& dataset) {
  return Json{{"model", rollout.model},
              {"version", rollout.version},
              {"manifest", version.manifest},
              {"production", rollout.previous},
              {"configuration", setting.digest},
              {"cost_unit", setting.charter.cost ? setting.charter.cost->unit : ""},
              {"slices",
               [&] {
                 Json slices = Json::Array();
                 for (const auto& slice : setting.gates.slices) slices.Push(slice);
                 return slices;
               }()},
              {"dataset", Json{{"name", dataset.dataset},
                               {"version", dataset.version},
                               {"digest", dataset.digest},
                               {"seal", dataset.seal_digest},
                               {"sealed_rows", dataset.sealed_rows}}}};
}

/// How often these test rows were looked at so far: each look makes them a little less unseen.
Result<std::int64_t> OpeningsOf(const Rollouts::Rooms& rooms, const data::DatasetVersion& dataset) {
  metadata::EventFilter filter;
  filter.kind = "data.seal_opened";
  filter.subject = "dataset:" + dataset.dataset + "@" + std::to_string(dataset.version);
  return static_cast<std::int64_t>(CAIRN_TRY(metadata::Log(rooms.database).Read(filter)).size());
}

Result<> Measure(const Rollouts::Rooms& rooms, const Setting& setting, const Rollout& rollout,
                 const ModelVersion& version, const data::DatasetVersion& dataset, const Servable& servable,
                 Candidate& candidate) {
  Evidence evidence;
  evidence.charter = &setting.charter;
  auto examination = CAIRN_TRY(OpenExamination(rooms, setting, rollout, dataset));
  const auto added = AddModel(examination, "candidate", version, servable.model);
  if (!added && IsSurroundings(added.error().reason)) return added.error();
  if (!added) {
    evidence.not_servable = "the model loads, but does not answer the test rows: " + added.error().message;
    candidate.rules = Judge(setting.gates, evidence);
    return Done{};
  }
  CAIRN_TRY(AddProduction(rooms, setting, rollout, examination, evidence));
  if (setting.charter.heuristic) {
    CAIRN_TRY(
        examination.Add({"heuristic",
                         "",
                         CAIRN_TRY(evaluation::ScoreByRule(*setting.charter.heuristic, examination.table())),
                         {}}));
  }
  const auto contract = CAIRN_TRY(JudgeContract(rooms, setting, dataset));
  evidence.contract_passed = contract.passed;
  evidence.contract = contract.sentence;
  const Json measured = CAIRN_TRY(examination.Report());
  for (const auto& [name, value] : measured.members()) candidate.report.Set(name, value);
  candidate.report.Set("seal_openings", CAIRN_TRY(OpeningsOf(rooms, dataset)));
  const Json& own = measured.At("contestants").items().front();
  candidate.value = own.At("value");
  evidence.examination = &examination;
  evidence.latency = evaluation::Latency{own.At("latency").Double("p50_ms"),
                                         own.At("latency").Double("p99_ms"), own.At("latency").Int("calls")};
  evidence.servable = servable.runs + ", and takes " + Join(servable.model.columns(), ", ");
  candidate.rules = Judge(setting.gates, evidence);
  return Done{};
}

/// Whether what the regime demands is in place, as one more rule.
Result<> JudgeGovernance(const Rollouts::Rooms& rooms, Candidate& candidate) {
  if (!rooms.governance) return Done{};
  const auto governance = CAIRN_TRY(rooms.governance());
  if (!governance.binding) return Done{};
  const auto count = static_cast<std::int64_t>(governance.missing.size());
  candidate.rules.push_back(
      {"governance in place", count == 0, count, 0,
       count == 0 ? "what the regime demands is in place" : "missing: " + Join(governance.missing, " ")});
  return Done{};
}

/// Figures about rows that were made up say nothing of real ones.
void JudgeRows(const data::DatasetVersion& dataset, Candidate& candidate) {
  std::vector<std::string> made_up;
  for (const auto& file : dataset.files) {
    if (data::IsSynthetic(file)) made_up.push_back(file.name);
  }
  if (made_up.empty()) return;
  candidate.rules.push_back({"real test rows", false, static_cast<std::int64_t>(made_up.size()), 0,
                             "the test rows of '" + dataset.dataset +
                                 "' are not all real: " + Join(made_up, ", ") +
                                 (made_up.size() == 1 ? " is" : " are") + " synthetic"});
}

}  // namespace

Result<Candidate> ExamineCandidate(const Rollouts::Rooms& rooms, const Setting& setting,
                                   const Rollout& rollout) {
  const auto version = CAIRN_TRY(rooms.registry.Find(rollout.model, rollout.version));
  const auto dataset = CAIRN_TRY(rooms.catalogue.Find(setting.gates.dataset));
  Candidate candidate{HeadOf(rollout, setting, version, dataset), {}, Json(), version.created_by};
  const auto model = LoadVersion(rooms, setting, version);
  if (!model && IsSurroundings(model.error().reason)) return model.error();
  if (model) {
    CAIRN_TRY(Measure(rooms, setting, rollout, version, dataset, *model, candidate));
    JudgeRows(dataset, candidate);
    CAIRN_TRY(JudgeGovernance(rooms, candidate));
    return candidate;
  }
  Evidence evidence;
  evidence.not_servable = model.error().message;
  candidate.rules = Judge(setting.gates, evidence);
  return candidate;
}

std::string DigestOf(const Json& report) {
  // As it reads back from the store, where a whole double has become an integer.
  const auto stored = Json::Parse(report.Dump());
  return crypto::Sha256Hex((stored ? *stored : report).Canonical());
}

}  // namespace cairn::rollout
