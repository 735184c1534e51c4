#include "loop/assessment/assessment.h"

#include "ground/vocabulary/text.h"
#include "loop/assessment/keeping.h"
#include "loop/assessment/plan.h"
#include "loop/assessment/subject.h"
#include "loop/evaluation/rescoring.h"
#include "loop/runtime/format.h"

namespace cairn::assessment {
namespace {

using evaluation::Answers;
using evaluation::Suite;

Result<> CheckQuestion(const Question& question) {
  if (question.dataset.empty() == question.file.empty())
    return Error{Reason::InvalidArgument, "say on what to measure: either a data set or a file"};
  const bool given = !question.columns.predictions.empty() || !question.columns.chances.empty();
  if (question.model.empty() && !given) {
    return Error{
        Reason::InvalidArgument,
        "say whose predictions to measure: a model's, or those in a column of the rows ('predictions')"};
  }
  if (!question.columns.predictions.empty() && !question.columns.chances.empty())
    return Error{Reason::InvalidArgument,
                 "'predictions' and 'probabilities' contradict each other: name one of them"};
  if (question.settings.season == 0) return Error{Reason::InvalidArgument, "a season is at least one row"};
  if (question.threshold && !(*question.threshold >= 0 && *question.threshold <= 1))
    return Error{Reason::InvalidArgument, "the threshold must lie between 0 and 1"};
  return Done{};
}

Result<std::vector<evaluation::SliceColumn>> ColumnsOf(const tables::Table& table,
                                                       const std::vector<std::string>& names,
                                                       std::vector<std::vector<std::string>>& kept) {
  kept.clear();
  std::vector<evaluation::SliceColumn> columns;
  for (const auto& name : names) kept.push_back(CAIRN_TRY(evaluation::ValuesOf(table, name)));
  for (std::size_t i = 0; i < names.size(); ++i) columns.push_back({names[i], kept[i]});
  return columns;
}

/// A forecast's scale needs the whole series in order, which a sample has not: its error alone is compared.
evaluation::SuiteSettings ForRescoring(evaluation::SuiteSettings settings) {
  if (settings.suite != Suite::Forecasting) return settings;
  settings.suite = Suite::Regression;
  if (settings.metric.empty() || settings.metric == "mase") settings.metric = "mae";
  return settings;
}

/// Everything that is measured on rows that were read.
Result<Json> Measure(const Question& question, const Subject& subject, const evaluation::Respondent* model) {
  const auto& settings = question.settings;
  const auto truth = CAIRN_TRY(evaluation::TruthOf(subject.table, subject.columns, settings.suite));
  const bool own =
      model != nullptr && question.columns.predictions.empty() && question.columns.chances.empty();
  const auto answers =
      own ? CAIRN_TRY(model->Answer(subject.table, truth, settings.suite))
          : CAIRN_TRY(evaluation::AnswersIn(subject.table, subject.columns, truth, settings.suite));
  std::vector<std::vector<std::string>> slice_values, group_values;
  const auto slices = CAIRN_TRY(ColumnsOf(subject.table, question.slices, slice_values));
  const auto groups = CAIRN_TRY(ColumnsOf(subject.table, question.groups, group_values));
  Json report = CAIRN_TRY(evaluation::RunSuite(truth, answers, slices, groups, settings));
  report.Set("predictions", own ? "made here" : "as handed in");
  if (!own || !question.rescoring) return report;
  const evaluation::Rescored rescored{subject.table, truth, model->columns(),
                                      [&](const tables::Table& table, const evaluation::Truth& sample) {
                                        return model->Answer(table, sample, settings.suite);
                                      }};
  report.Set("robustness", CAIRN_TRY(evaluation::Robustness(rescored, ForRescoring(settings))));
  report.Set("importance", CAIRN_TRY(evaluation::Importance(rescored, ForRescoring(settings))));
  return report;
}

Result<registry::ModelVersion> VersionOf(const registry::Registry& registry, const Question& question) {
  return question.version == 0 ? registry.Newest(question.model)
                               : registry.Find(question.model, question.version);
}

Result<evaluation::Respondent> LoadModel(const Assessments::Rooms& rooms, const Context& context,
                                         const registry::ModelVersion& version) {
  CAIRN_TRY(rooms.registry.Verify(version));
  return evaluation::Respondent::Of(
      CAIRN_TRY(runtime::LoadModelFolder(CAIRN_TRY(rooms.registry.FolderOf(version)), context.worker)));
}

}  // namespace

Result<Json> AssessFile(tables::Engine& engine, const Question& question) {
  CAIRN_TRY(CheckQuestion(question));
  if (!question.model.empty() || !question.dataset.empty())
    return Error{Reason::InvalidArgument,
                 "without a store there are neither models nor data sets, only files with predictions"};
  const auto subject = CAIRN_TRY(ReadFile(engine, question, nullptr));
  const Decided decided = ThresholdFor(question, Json(), Context());
  Question asked = question;
  asked.settings.threshold = decided.threshold;
  Json report = CAIRN_TRY(Measure(asked, subject, nullptr));
  return report.Set("on", subject.on).Set("threshold_record", decided.record);
}

Result<Json> Assessments::Assess(const Question& question, std::string_view actor) {
  CAIRN_TRY(CheckQuestion(question));
  const Context context = CAIRN_TRY(ReadContext(rooms_.configurations));
  std::optional<registry::ModelVersion> version;
  std::optional<evaluation::Respondent> model;
  Json plan;
  if (!question.model.empty()) {
    version = CAIRN_TRY(VersionOf(rooms_.registry, question));
    model = CAIRN_TRY(LoadModel(rooms_, context, *version));
    plan = CAIRN_TRY(PlanOf(rooms_.database, question.model));
  }
  const std::string purpose =
      version ? "evaluation of " + version->model + " version " + std::to_string(version->version)
              : "evaluation of predictions handed in";
  const auto subject =
      question.file.empty()
          ? CAIRN_TRY(ReadDataset(rooms_.catalogue, context, question, actor, purpose))
          : CAIRN_TRY(ReadFile(*CAIRN_TRY(rooms_.catalogue.Engine()), question, model ? &*model : nullptr));
  Question asked = question;
  const Decided decided = ThresholdFor(question, plan, context);
  asked.settings.threshold = decided.threshold;
  if (!asked.settings.cost) {
    asked.settings.cost = context.cost;
    asked.settings.cost_unit = context.cost_unit;
  }
  Json report = CAIRN_TRY(Measure(asked, subject, model ? &*model : nullptr));
  report.Set("on", subject.on).Set("threshold_record", decided.record).Set("seal", subject.seal);
  if (!version) return report;
  report.Set("model", version->model).Set("version", version->version).Set("manifest", version->manifest);
  report.Set("bound", BoundOf(plan, report)).Set("run", LogToRun(rooms_, *version, report));
  return Keep(rooms_, std::move(report), subject, actor);
}

}  // namespace cairn::assessment
