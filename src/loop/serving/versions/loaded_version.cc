#include "loop/serving/versions/loaded_version.h"

#include <algorithm>
#include <optional>

#include "ground/os/clock.h"
#include "ground/os/files.h"
#include "ground/os/memory.h"
#include "loop/serving/versions/columns.h"

namespace cairn::serving {
namespace {

/// What the columns of a matrix are called: as the model's own signature says, or else by their place.
std::vector<std::string> NamesFor(const runtime::Signature& signature,
                                  const std::vector<runtime::SignatureColumn>& columns) {
  std::vector<std::string> names;
  for (const auto& column : columns) names.push_back(column.name);
  const auto& inputs = signature.inputs;
  const bool matrix = inputs.size() == 1 && inputs[0].shape.size() == 2 && inputs[0].shape[1] > 1;
  if (!matrix || !names.empty()) return names;
  for (std::int64_t i = 0; i < inputs[0].shape[1]; ++i)
    names.push_back(inputs[0].name + "[" + std::to_string(i) + "]");
  return names;
}

bool IsProbability(const runtime::Signature& signature, const runtime::ScoreOutput& score) {
  const auto port = std::find_if(signature.outputs.begin(), signature.outputs.end(),
                                 [&](const runtime::Port& one) { return one.name == score.name; });
  return score.name.starts_with("prob") ||
         (port != signature.outputs.end() && port->shape.size() == 2 && port->shape[1] == 2);
}

/// Columns of single precision, sent in the order of inputs that take it, are tensors already; nothing for
/// others.
std::optional<runtime::Batch> TensorsOf(const Question& question, const Offer& offer) {
  const auto& inputs = offer.signature.inputs;
  if (offer.matrix || question.columns.size() < inputs.size()) return std::nullopt;
  const auto rows = static_cast<std::int64_t>(question.rows);
  runtime::Batch batch;
  batch.tensors.reserve(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto& [name, values] = question.columns[i];
    const auto* floats = std::get_if<Values::Floats>(&values.kept());
    if (!floats || name != inputs[i].name || inputs[i].type != runtime::DataType::Fp32) return std::nullopt;
    auto shape = inputs[i].shape.size() == 2 ? std::vector{rows, std::int64_t{1}} : std::vector{rows};
    batch.tensors.push_back(runtime::Tensor::From<float>(name, std::move(shape), *floats));
  }
  return batch;
}

/// Of the ONNX file and of what lies beside it: weights in a file of their own are mapped, and no part of the
/// heap.
std::uint64_t BytesBeside(const std::string& file) {
  std::uint64_t bytes = 0;
  const auto entries = file.empty() ? Result<std::vector<os::TreeEntry>>(std::vector<os::TreeEntry>())
                                    : os::ListTree(os::ParentOf(file));
  if (!entries) return 0;
  for (const auto& entry : *entries)
    if (entry.kind == os::FileKind::File) bytes += entry.stamp.size;
  return bytes;
}

}  // namespace

Result<std::shared_ptr<const LoadedVersion>> LoadedVersion::Make(const std::string& model,
                                                                 StoredVersion stored,
                                                                 const Settings& settings,
                                                                 runtime::Turnstile& turnstile,
                                                                 std::uint64_t heap_before) {
  const auto& signature = stored.folder.model->signature();
  auto binder = CAIRN_TRY(runtime::Binder::For(signature, NamesFor(signature, stored.folder.about.columns)));
  auto score = CAIRN_TRY(runtime::ScoreOf(signature));
  OutputCheck check(signature, score, IsProbability(signature, score), settings.outputs);
  std::shared_ptr<LoadedVersion> loaded(
      new LoadedVersion(std::move(binder), std::move(score), std::move(check), turnstile));
  auto offer = std::make_shared<Offer>();
  offer->model = model;
  offer->version = stored.version;
  offer->manifest = stored.manifest;
  offer->signature = signature;
  offer->columns = loaded->binder_.names();
  offer->matrix = signature.inputs.size() == 1 &&
                  (offer->columns.size() != 1 || offer->columns[0] != signature.inputs[0].name);
  offer->platform = stored.folder.model->platform();
  loaded->offer_ = std::move(offer);
  loaded->worker_ = stored.worker;
  loaded->model_ = std::move(stored.folder.model);
  Question blank;
  blank.rows = 1;
  for (std::size_t i = 0; i < loaded->binder_.names().size(); ++i)
    blank.columns.emplace_back(loaded->binder_.names()[i],
                               std::vector<Json>{loaded->TakesText(i) ? Json("") : Json(0)});
  // What the model makes of a blank row is of no interest, not even a failure.
  if (const auto batch = loaded->Bind(blank)) static_cast<void>(loaded->model_->Run(*batch));
  loaded->batching_ = settings.batching;
  loaded->rules_ = settings.outputs;
  loaded->pace_ = PaceOf(*loaded->model_, settings.batching, loaded->worker_);
  if (loaded->pace_.in_line) loaded->line_ = runtime::OpenLine(loaded->pace_.line);
  if (heap_before > 0) {
    const std::uint64_t heap = os::HeapInUse();
    loaded->heap_bytes_ = std::max(heap - std::min(heap, heap_before), BytesBeside(stored.folder.about.data));
  }
  return std::shared_ptr<const LoadedVersion>(std::move(loaded));
}

LoadedVersion::~LoadedVersion() {
  model_.reset();
  os::GiveBackHeap();
}

bool LoadedVersion::Reads(std::string_view column) const {
  const auto& names = binder_.names();
  return std::find(names.begin(), names.end(), column) != names.end();
}

bool LoadedVersion::TakesText(std::size_t column) const {
  const auto& inputs = offer_->signature.inputs;
  return inputs[offer_->matrix ? 0 : column].type == runtime::DataType::Bytes;
}

Result<runtime::Batch> LoadedVersion::Bind(const Question& question) const {
  if (auto batch = TensorsOf(question, *offer_)) return *std::move(batch);
  runtime::Features features;
  const auto& names = binder_.names();
  for (std::size_t i = 0; i < names.size(); ++i) {
    // Callers mostly send the columns in the model's own order.
    const Values* values = nullptr;
    if (i < question.columns.size() && question.columns[i].first == names[i]) {
      values = &question.columns[i].second;
    } else {
      for (const auto& [name, column] : question.columns)
        if (name == names[i]) values = &column;
    }
    if (!values) return Error{Reason::Unprocessable, "Column '" + names[i] + "' is missing."};
    CAIRN_TRY(
        features.Add(CAIRN_TRY(ColumnOf(names[i], *values, TakesText(i) ? Wanted::Text : Wanted::Number))));
  }
  return binder_.Bind(features, runtime::Extra::Refuse);
}

Result<runtime::Ran> LoadedVersion::RunModel(const runtime::Batch& inputs, std::size_t rows,
                                             const runtime::Turn& turn) const {
  if (line_) return turnstile_.Run(*line_, *model_, inputs, turn);
  runtime::Ran ran;
  const std::int64_t begun = os::SteadyNs();
  if (runtime::IsExpired(turn, begun)) {
    ran.fate = runtime::Ran::Fate::Expired;
    return ran;
  }
  ran.outputs = CAIRN_TRY(model_->Run(inputs));
  ran.run_ns = os::SteadyNs() - begun;
  ran.run_rows = static_cast<std::int64_t>(rows);
  return ran;
}

Result<LoadedVersion::Outcome> LoadedVersion::Run(const runtime::Batch& inputs, std::size_t rows,
                                                  const runtime::Turn& turn) const {
  auto ran = CAIRN_TRY(RunModel(inputs, rows, turn));
  Outcome outcome;
  outcome.fate = ran.fate;
  if (ran.fate != runtime::Ran::Fate::Answered) return outcome;
  outcome.outputs = std::move(ran.outputs);
  outcome.run_ns = ran.run_ns;
  outcome.execution = {ran.queue_ns, ran.run_rows, ran.counts_run};
  auto scores = runtime::Scores(outcome.outputs, score_);
  if (!scores) return Error{Reason::Internal, scores.error().message};
  outcome.scores = std::move(*scores);
  if (outcome.scores.size() != rows)
    return Error{Reason::Internal, "Version " + std::to_string(offer_->version) + " of '" + offer_->model +
                                       "' gave " + std::to_string(outcome.scores.size()) + " scores for " +
                                       std::to_string(rows) + " rows."};
  outcome.broken = check_.Find(outcome.outputs);
  return outcome;
}

std::string LoadedVersion::Sentence(const Breach& broken) const {
  return "Version " + std::to_string(offer_->version) + " of '" + offer_->model + "' " + broken.what + ".";
}

}  // namespace cairn::serving
