#include "loop/assessment/subject.h"

#include <algorithm>
#include <limits>
#include <set>

#include "ground/crypto/hash.h"
#include "ground/vocabulary/text.h"
#include "loop/charter/charter.h"
#include "loop/data/seal.h"
#include "loop/evaluation/examination.h"
#include "loop/serving/settings.h"

namespace cairn::assessment {
namespace {

std::string TextAt(const Node& root, std::string_view path) {
  const Node* node = root.FindPath(path);
  return node && node->IsScalar() ? node->text() : "";
}

/// Those asked for, of which each must be there.
std::vector<std::string> Wanted(const Question& question, const evaluation::Respondent* model) {
  auto names = question.columns.Names();
  const auto add = [&](const std::vector<std::string>& more) {
    for (const auto& name : more)
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  };
  add(question.slices);
  add(question.groups);
  if (model) add(model->columns());
  return names;
}

Result<> CheckTarget(const Question& question, const std::vector<std::string>& read,
                     const std::string& target) {
  if (target.empty()) {
    return Error{Reason::InvalidArgument,
                 "say which column holds the truth ('target'): nothing can be measured without it"};
  }
  if (std::ranges::find(read, target) == read.end() || question.model.empty()) return Done{};
  return Error{Reason::Unprocessable,
               "the model reads '" + target + "', which is the target that it should predict"};
}

std::string AsText(const Json& value) { return value.IsString() ? value.AsString() : value.Dump(); }

/// The data set's positive value, where the target has it and at most one other: a target of several classes
/// keeps them all.
std::string PositiveIn(const tables::Table& table, const std::string& target, const Json& positive) {
  const tables::Column* column = table.Find(target);
  std::set<std::string> seen;
  for (std::size_t row = 0; column && row < column->rows() && seen.size() < 3; ++row)
    seen.insert(evaluation::ClassAt(*column, row));
  const std::string text = AsText(positive);
  return seen.size() <= 2 && seen.contains(text) ? text : "";
}

Result<Json> CountOpenings(const data::Catalogue& catalogue, const data::DatasetVersion& version) {
  const auto openings = CAIRN_TRY(data::SealOpenings(catalogue, version.dataset, version.version)).size();
  std::string sentence = "these test rows were opened for the first time";
  if (openings > 1) {
    sentence = "these test rows were opened " + std::to_string(openings) +
               " times by now: each look makes them a little less unseen, and what is chosen by them looks "
               "better than it is";
  }
  return Json{{"openings", openings}, {"sentence", sentence}};
}

}  // namespace

Result<Context> ReadContext(const governance::Configurations& configurations) {
  Context context;
  const auto accepted = CAIRN_TRY(configurations.Accepted());
  if (!accepted) return context;
  Node root = CAIRN_TRY(ParseYaml(accepted->text, "the accepted cairn.yaml"));
  context.digest = accepted->digest;
  const auto charter = CAIRN_TRY(charter::Parse(root));
  if (charter.cost) {
    context.cost = evaluation::CostMatrix{charter.cost->false_positive, charter.cost->false_negative, 0, 0};
    context.cost_unit = charter.cost->unit;
  }
  context.model = TextAt(root, "model.name");
  if (const auto threshold = ParseDouble(TextAt(root, "model.threshold"))) context.threshold = *threshold;
  context.worker = CAIRN_TRY(serving::ParseSettings(root)).worker;
  context.root = std::move(root);
  return context;
}

Result<Subject> ReadFile(tables::Engine& engine, const Question& question,
                         const evaluation::Respondent* model) {
  CAIRN_TRY(
      CheckTarget(question, model ? model->columns() : std::vector<std::string>(), question.columns.target));
  const auto source = CAIRN_TRY(tables::Source::Open(question.file));
  const auto known = CAIRN_TRY(engine.Sniff(source));
  std::string list;
  for (const auto& name : Wanted(question, model)) {
    std::vector<std::string_view> names;
    for (const auto& field : known) names.push_back(field.name);
    if (std::ranges::find(names, name) == names.end())
      return Error{Reason::Unprocessable,
                   "'" + question.file + "' has no column '" + name + "'." + Suggestion(name, names)};
    list += (list.empty() ? "" : ", ") + tables::Identifier(name);
  }
  Subject subject;
  subject.table = CAIRN_TRY(engine.Query("SELECT " + list + " FROM " + source.Relation() + " WHERE " +
                                         tables::Identifier(question.columns.target) + " IS NOT NULL"));
  subject.columns = question.columns;
  std::string digests;
  for (const auto& path : source.paths())
    digests += CAIRN_TRY(crypto::HashFile(path, crypto::Kinds::Sha256)).sha256 + "\n";
  const std::string digest =
      source.paths().size() == 1 ? std::string(Trim(digests)) : crypto::Sha256Hex(digests);
  subject.thing = "sha256:" + digest;
  subject.on = Json{{"file", question.file}, {"sha256", digest}, {"rows", subject.table.rows()}};
  return subject;
}

Result<Subject> ReadDataset(data::Catalogue& catalogue, const Context& context, const Question& question,
                            std::string_view actor, std::string_view purpose) {
  const auto version = CAIRN_TRY(catalogue.Named(question.dataset, question.dataset_version));
  if (!context.root)
    return Error{Reason::Conflict, "no configuration is accepted yet, so nothing says how '" +
                                       question.dataset + "' is read: `cairn apply`"};
  auto specification = CAIRN_TRY(data::FindSpecification(*context.root, question.dataset));
  if (!question.columns.target.empty()) specification.target = question.columns.target;
  CAIRN_TRY(CheckTarget(question, {}, specification.target));
  const bool sealed = question.part == Question::Part::Unseen && version.sealed_rows > 0;
  const auto files =
      sealed ? CAIRN_TRY(catalogue.OpenSeal(version, actor, purpose)) : catalogue.TrainingParts(version);
  const auto task = question.settings.suite == evaluation::Suite::Classification
                        ? evaluation::Task::Binary
                        : evaluation::Task::Regression;
  Subject subject;
  subject.table =
      std::move(CAIRN_TRY(evaluation::ReadRows(*CAIRN_TRY(catalogue.Engine()), files, specification, task,
                                               std::numeric_limits<std::size_t>::max()))
                    .table);
  subject.columns = question.columns;
  subject.columns.target = specification.target;
  if (subject.columns.positive.empty() && task == evaluation::Task::Binary)
    subject.columns.positive = PositiveIn(subject.table, specification.target, specification.positive);
  if (subject.columns.time.empty() && question.settings.suite == evaluation::Suite::Forecasting)
    subject.columns.time = specification.time;
  subject.thing = data::SubjectOf(version);
  if (sealed) subject.seal = CAIRN_TRY(CountOpenings(catalogue, version));
  subject.on = Json{{"dataset", version.dataset},
                    {"version", version.version},
                    {"digest", sealed ? version.seal_digest : version.digest},
                    {"part", sealed ? "sealed" : "training"},
                    {"rows", subject.table.rows()}};
  return subject;
}

}  // namespace cairn::assessment
