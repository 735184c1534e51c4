#include "loop/serving/testing/test_versions.h"

#include <gtest/gtest.h>

#include <array>

#include "ledger/metadata/log.h"
#include "ledger/metadata/schema.h"

namespace cairn::serving::testing {

ScriptedModel::ScriptedModel(Script script) : script_(std::move(script)) {
  signature_.inputs = {{"hour", runtime::DataType::Fp32, {-1, 1}}};
  signature_.outputs = {{"probabilities", runtime::DataType::Fp32, {-1, 1}}};
}

Result<runtime::Batch> ScriptedModel::Run(const runtime::Batch& inputs) const {
  CAIRN_TRY(runtime::Matches(signature_, inputs));
  const auto answers = CAIRN_TRY(script_(inputs.tensors[0].As<float>()));
  const auto rows = static_cast<std::int64_t>(answers.size());
  return runtime::Batch{{runtime::Tensor::From<float>("probabilities", {rows, 1}, answers)}};
}

WorkerLikeModel::WorkerLikeModel(float probability)
    : probability_(probability),
      signature_{{{"hour", runtime::DataType::Fp64, {-1}}},
                 {{"predictions", runtime::DataType::Int64, {-1}},
                  {"probabilities", runtime::DataType::Fp64, {-1, 2}}},
                 "predictions"} {}

Result<runtime::Batch> WorkerLikeModel::Run(const runtime::Batch& inputs) const {
  CAIRN_TRY(runtime::Matches(signature_, inputs));
  const std::int64_t rows = inputs.tensors[0].rows();
  std::vector<std::int64_t> labels;
  std::vector<double> chances;
  for (std::int64_t row = 0; row < rows; ++row) {
    labels.push_back(probability_ > 0.5F ? 1 : 0);
    chances.push_back(1 - probability_);
    chances.push_back(probability_);
  }
  return runtime::Batch{{runtime::Tensor::From<std::int64_t>("predictions", {rows}, labels),
                         runtime::Tensor::From<double>("probabilities", {rows, 2}, chances)}};
}

std::shared_ptr<const runtime::Model> Constant(float probability) {
  return std::make_shared<ScriptedModel>(
      [probability](std::span<const float> hours) { return std::vector<float>(hours.size(), probability); });
}

void TestVersions::Put(std::int64_t version, std::shared_ptr<const runtime::Model> model,
                       std::vector<std::string> columns) {
  const std::lock_guard lock(mutex_);
  versions_[version] = {std::move(model), std::move(columns), false};
}

void TestVersions::PutFile(std::int64_t version, const std::string& name, std::vector<std::string> columns) {
  auto model = runtime::Model::Load("src/loop/runtime/testdata/" + name);
  ASSERT_TRUE(model) << model.error().message;
  Put(version, *model, std::move(columns));
}

void TestVersions::Damage(std::int64_t version) {
  const std::lock_guard lock(mutex_);
  versions_[version].damaged = true;
}

void TestVersions::Promote(std::int64_t version) {
  const std::lock_guard lock(mutex_);
  if (production_ != version) previous_ = production_;
  production_ = version;
}

void TestVersions::Forbid(std::int64_t version) {
  const std::lock_guard lock(mutex_);
  forbidden_.insert(version);
}

Result<std::int64_t> TestVersions::InProduction(const std::string& model) {
  const std::lock_guard lock(mutex_);
  if (production_ == 0) return Error{Reason::NotFound, "No version of '" + model + "' is in production."};
  if (forbidden_.contains(production_)) return Error{Reason::Denied, "No decision put it there."};
  return production_;
}

Result<std::int64_t> TestVersions::Previous(const std::string&) {
  const std::lock_guard lock(mutex_);
  if (previous_ == 0) return Error{Reason::NotFound, "There is no previous version."};
  return previous_;
}

Result<std::vector<std::int64_t>> TestVersions::List(const std::string&) {
  const std::lock_guard lock(mutex_);
  std::vector<std::int64_t> numbers;
  for (const auto& [number, stored] : versions_) numbers.push_back(number);
  return numbers;
}

Result<> TestVersions::AllowAnswering(const std::string&, std::int64_t version) {
  const std::lock_guard lock(mutex_);
  if (forbidden_.contains(version)) return Error{Reason::Denied, "No decision lets it answer."};
  return Done{};
}

Result<StoredVersion> TestVersions::Load(const std::string&, std::int64_t version,
                                         const runtime::WorkerSettings& worker) {
  if (before_load_) before_load_(version);
  const std::lock_guard lock(mutex_);
  const auto found = versions_.find(version);
  if (found == versions_.end()) return Error{Reason::NotFound, "There is no such version."};
  if (found->second.damaged)
    return Error{Reason::Corrupt, "The file 'model.onnx' is not the one that was registered."};
  ++found->second.loads;
  StoredVersion stored{version, "manifest-" + std::to_string(version), {{}, found->second.model}, worker};
  for (const auto& column : found->second.columns) stored.folder.about.columns.push_back({column, "double"});
  return stored;
}

int TestVersions::LoadsOf(std::int64_t version) {
  const std::lock_guard lock(mutex_);
  return versions_.at(version).loads;
}

TestService::TestService(const std::string& engine) : store(engine) {
  const std::array schemas = {&metadata::Schema()};
  EXPECT_TRUE(store->Migrate(schemas));
  log = std::move(*PredictionLog::Open(*store, clock, disk, "predictions", Mask("a key of tests")));
  auto source = std::make_unique<TestVersions>();
  versions = source.get();
  service = std::make_unique<Service>(std::move(source), *log, clock, 7);
}

Settings TestService::Parsed(const std::string& yaml) {
  const auto node = ParseYaml(yaml, "cairn.yaml");
  EXPECT_TRUE(node);
  auto settings = ParseSettings(*node);
  EXPECT_TRUE(settings) << settings.error().message;
  return settings ? *settings : Settings{};
}

Settings TestService::Flights() {
  return Parsed(
      "charter:\n  heuristic:\n    - {when: \"hour >= 17\", score: 0.6}\n    - {otherwise: 0.18}\n"
      "data:\n  flights:\n    path: data/flights\n    target: late\n    time: at\n    contract:\n      "
      "columns:\n"
      "        at: {type: timestamp}\n"
      "        carrier: {type: string, nullable: false, allowed: [AA, UA, B6, DL, ZZ]}\n"
      "        hour: {type: integer, nullable: false, min: 0, max: 23}\n"
      "        distance: {type: number, min: 10, max: 6000}\n"
      "        late: {type: integer, allowed: [0, 1], serving: false}\n"
      "model: {name: late-arrival, dataset: flights}\n"
      "serving: {canary: {share: 20%, min_requests: 300, max_error_rate_alpha: 0.02}}\n");
}

std::vector<Prediction> TestService::Logged() const {
  std::vector<Prediction> predictions;
  EXPECT_TRUE(log->Read("", [&](const Prediction& prediction) -> Result<> {
    predictions.push_back(prediction);
    return Done{};
  }));
  return predictions;
}

std::vector<Json> TestService::Events(const std::string& kind) {
  metadata::EventFilter filter;
  filter.kind = kind;
  std::vector<Json> bodies;
  const auto events = metadata::Log(*store).Read(filter);
  EXPECT_TRUE(events);
  for (const auto& logged : *events) bodies.push_back(logged.event.body);
  return bodies;
}

}  // namespace cairn::serving::testing
