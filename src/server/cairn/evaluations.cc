#include <algorithm>
#include <initializer_list>

#include "ground/os/temp_folder.h"
#include "ground/vocabulary/text.h"
#include "server/cairn/answer.h"
#include "server/cairn/mount.h"

namespace cairn::api {
namespace {

using assessment::Question;

constexpr std::uint64_t kMemory = 4ull << 30;

Result<> OnlyMembers(const Json& body, std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : body.members()) {
    if (std::ranges::find(known, name) != known.end()) continue;
    const std::vector<std::string_view> names(known);
    return Error{Reason::InvalidArgument,
                 "unknown member '" + name + "' in the body." + Suggestion(name, names)};
  }
  return Done{};
}

Result<std::vector<std::string>> NamesIn(const Json& body, const char* member) {
  std::vector<std::string> names;
  for (const Json& name : body.At(member).items()) {
    if (!name.IsString())
      return Error{Reason::InvalidArgument, std::string("'") + member + "' must be a list of names"};
    names.push_back(name.AsString());
  }
  return names;
}

Result<std::optional<double>> NumberIn(const Json& body, const char* member) {
  const Json& value = body.At(member);
  if (value.IsNull()) return std::optional<double>();
  if (value.IsNumber()) return std::optional<double>(value.AsDouble());
  return Error{Reason::InvalidArgument, std::string("'") + member + "' must be a number"};
}

Result<evaluation::JudgedColumns> ColumnsIn(const Json& body) {
  evaluation::JudgedColumns columns{body.Text("target"),
                                    body.Text("positive"),
                                    CAIRN_TRY(NamesIn(body, "classes")),
                                    body.Text("predictions"),
                                    {},
                                    {},
                                    body.Text("time")};
  for (const auto& [name, column] : body.At("probabilities").members()) {
    if (!column.IsString())
      return Error{Reason::InvalidArgument, "'probabilities' must name a column for each class"};
    columns.chances.emplace_back(name, column.AsString());
  }
  for (const auto& [level, column] : body.At("quantiles").members()) {
    if (!column.IsString())
      return Error{Reason::InvalidArgument, "'quantiles' must name a column for each level"};
    columns.quantiles.emplace_back(CAIRN_TRY(ParseDouble(level)), column.AsString());
  }
  std::ranges::sort(columns.quantiles);
  return columns;
}

Result<evaluation::SuiteSettings> SettingsIn(const Json& body) {
  evaluation::SuiteSettings settings;
  settings.suite = CAIRN_TRY(evaluation::SuiteNamed(body.Text("suite", "classification")));
  settings.metric = body.Text("metric");
  const std::string ends = body.Text("intervals", "bca");
  if (ends != "bca" && ends != "percentile")
    return Error{Reason::InvalidArgument, "'intervals' must be bca or percentile, not '" + ends + "'"};
  settings.bca = ends == "bca";
  settings.replicates = static_cast<int>(std::clamp<std::int64_t>(body.Int("replicates"), 0, 1'000'000));
  settings.confidence = body.Double("confidence", 0.95);
  settings.seed = static_cast<std::uint64_t>(body.Int("seed", 1));
  settings.minimum_rows = body.Int("minimum_rows", 30);
  settings.season =
      static_cast<std::size_t>(std::clamp<std::int64_t>(body.Int("season", 1), 0, 1'000'000'000));
  if (const Json& cost = body.At("cost"); cost.IsObject()) {
    settings.cost =
        evaluation::CostMatrix{cost.Double("false_positive", 1), cost.Double("false_negative", 1), 0, 0};
    settings.cost_unit = cost.Text("unit");
  }
  return settings;
}

Result<Question> QuestionIn(const Json& body) {
  CAIRN_TRY(OnlyMembers(
      body,
      {"model",      "version",    "dataset", "dataset_version", "file",          "part",      "suite",
       "target",     "positive",   "classes", "predictions",     "probabilities", "quantiles", "time",
       "season",     "slices",     "groups",  "metric",          "threshold",     "cost",      "intervals",
       "replicates", "confidence", "seed",    "minimum_rows",    "rescoring"}));
  Question question;
  question.model = body.Text("model");
  question.version = body.Int("version");
  question.dataset = body.Text("dataset");
  question.dataset_version = body.Text("dataset_version");
  question.file = body.Text("file");
  if (!question.file.empty() && !question.file.starts_with('/'))
    return Error{Reason::InvalidArgument,
                 "'file' must be an absolute path on the server's machine, not '" + question.file + "'"};
  const std::string part = body.Text("part", "unseen");
  if (part != "unseen" && part != "training")
    return Error{Reason::InvalidArgument, "'part' must be unseen or training, not '" + part + "'"};
  question.part = part == "unseen" ? Question::Part::Unseen : Question::Part::Training;
  question.columns = CAIRN_TRY(ColumnsIn(body));
  question.slices = CAIRN_TRY(NamesIn(body, "slices"));
  question.groups = CAIRN_TRY(NamesIn(body, "groups"));
  question.settings = CAIRN_TRY(SettingsIn(body));
  question.threshold = CAIRN_TRY(NumberIn(body, "threshold"));
  question.rescoring = body.Bool("rescoring", true);
  return question;
}

Result<Json> Evaluate(assessment::Assessments* assessments, const Call& call) {
  const Question question = CAIRN_TRY(QuestionIn(call.body));
  if (assessments) return assessments->Assess(question, call.Actor());
  const auto spill = CAIRN_TRY(os::TempFolder::Create());
  tables::Engine::Options options;
  options.threads = 0;
  options.memory_bytes = kMemory;
  options.spill = spill.path();
  return assessment::AssessFile(*CAIRN_TRY(tables::Engine::Open(options)), question);
}

Result<Json> Plan(assessment::Assessments& assessments, const Call& call) {
  CAIRN_TRY(OnlyMembers(call.body, {"model", "threshold", "metric", "min", "max"}));
  return assessments.Record({CAIRN_TRY(RequiredText(call.body, "model")),
                             CAIRN_TRY(NumberIn(call.body, "threshold")), call.body.Text("metric"),
                             CAIRN_TRY(NumberIn(call.body, "min")), CAIRN_TRY(NumberIn(call.body, "max"))},
                            call.Actor());
}

Result<Json> List(const assessment::Assessments& assessments, const Call& call) {
  const std::string version = call.Query("version");
  Json items = Json::Array();
  for (Json& one :
       CAIRN_TRY(assessments.List(call.Query("model"), version.empty() ? 0 : CAIRN_TRY(ParseInt(version)))))
    items.Push(std::move(one));
  return Json{{"items", std::move(items)}};
}

}  // namespace

void MountEvaluations(http::Router& router, assessment::Assessments* assessments) {
  router.Post("/api/v1/evaluations",
              Answer([assessments](const Call& call) { return Evaluate(assessments, call); }),
              http::Lane::Bytes);
  if (!assessments) return;
  router.Get("/api/v1/evaluations",
             Answer([assessments](const Call& call) { return List(*assessments, call); }));
  router.Get("/api/v1/evaluations/{id}",
             Answer([assessments](const Call& call) { return assessments->Find(call.Path("id")); }));
  router.Post("/api/v1/evaluations/plans",
              Answer([assessments](const Call& call) { return Plan(*assessments, call); }));
}

}  // namespace cairn::api
