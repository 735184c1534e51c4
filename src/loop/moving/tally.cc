#include "loop/moving/tally.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "ground/crypto/hash.h"
#include "ground/vocabulary/spread.h"

namespace cairn::moving {
namespace {

constexpr std::size_t kNamed = 100;

/// Stores keep infinities as the largest finite numbers, and no sign of zero.
double Kept(double value) {
  if (std::isinf(value)) return std::copysign(std::numeric_limits<double>::max(), value);
  return value == 0 ? 0.0 : value;
}

std::uint64_t BitsOf(double value) {
  return std::isnan(value) ? ~std::uint64_t{0} : std::bit_cast<std::uint64_t>(Kept(value));
}

/// {key: value} of tags or params, by key.
template <class T>
Json MapOf(const std::vector<T>& pairs) {
  std::map<std::string, std::string> sorted;
  for (const auto& [key, value] : pairs) sorted[key] = value;
  Json json = Json::Object();
  for (const auto& [key, value] : sorted) json.Set(key, value);
  return json;
}

Json ListOf(std::vector<std::string> items) {
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
  Json list = Json::Array();
  for (auto& item : items) list.Push(std::move(item));
  return list;
}

Json OrNull(const std::optional<std::string>& text) { return text ? Json(*text) : Json(); }

std::string Sealed(std::vector<std::string> digests) {
  std::sort(digests.begin(), digests.end());
  std::string all;
  for (const auto& digest : digests) all += digest;
  return crypto::Sha256Hex(all);
}

Json TextList(const std::vector<std::string>& texts, std::int64_t more) {
  Json list = Json::Array();
  for (const auto& text : texts) list.Push(text);
  if (more > 0) list.Push("and " + std::to_string(more) + " more");
  return list;
}

}  // namespace

void PointSum::AddOne(std::int64_t step, std::int64_t at_ms, double value) {
  std::uint64_t hash = Spread(static_cast<std::uint64_t>(step));
  hash = Spread(hash ^ static_cast<std::uint64_t>(at_ms));
  sum_ += Spread(hash ^ BitsOf(value));
  ++count_;
}

void PointSum::Add(std::span<const tracking::Point> points) {
  for (const auto& point : points) AddOne(point.step, point.at_ms, point.value);
}

void PointSum::Add(std::span<const tracking::Metric> points) {
  for (const auto& point : points) AddOne(point.step, point.at_ms, point.value);
}

Json PointSum::ToJson() const { return std::to_string(count_) + " points, sum " + std::to_string(sum_); }

Json Canonical(const tracking::Experiment& e) {
  return Json{{"name", e.name},          {"artifact_location", e.artifact_location},
              {"deleted", e.deleted},    {"created", e.created_ms},
              {"updated", e.updated_ms}, {"tags", MapOf(e.tags)}};
}

Json Canonical(const tracking::Run& run, const std::map<std::string, PointSum>& points) {
  const auto& info = run.info;
  Json inputs = Json::Object(), metrics = Json::Object();
  std::map<std::string, Json> sorted;
  for (const auto& input : run.inputs) {
    const auto& d = input.dataset;
    sorted[d.name + " " + d.digest] = Json{{"source_type", d.source_type},
                                           {"source", d.source},
                                           {"schema", OrNull(d.schema)},
                                           {"profile", OrNull(d.profile)},
                                           {"tags", MapOf(input.tags)}};
  }
  for (auto& [name, input] : sorted) inputs.Set(name, std::move(input));
  for (const auto& [key, sum] : points) metrics.Set(key, sum.ToJson());
  std::vector<std::string> outputs;
  for (const auto& output : run.outputs)
    outputs.push_back(output.model_id + "@" + std::to_string(output.step));
  return Json{{"experiment", info.experiment},
              {"name", info.name},
              {"user", info.user},
              {"status", NameOf(info.status)},
              {"start", info.start_ms},
              {"end", info.end_ms.value_or(0)},
              {"artifact_uri", info.artifact_uri},
              {"deleted", info.deleted},
              {"params", MapOf(run.params)},
              {"tags", MapOf(run.tags)},
              {"metrics", std::move(metrics)},
              {"inputs", std::move(inputs)},
              {"input_models", ListOf(run.input_models)},
              {"outputs", ListOf(std::move(outputs))}};
}

Json Canonical(const tracking::LoggedModel& model) {
  std::vector<std::string> metrics;
  for (const auto& m : model.metrics) {
    metrics.push_back(m.key + " " + std::to_string(m.at_ms) + " " + std::to_string(m.step) + " " +
                      std::to_string(BitsOf(m.value)) + " " + m.run_id + " " + m.dataset_name + " " +
                      m.dataset_digest);
  }
  return Json{{"experiment", model.experiment},
              {"name", model.name},
              {"type", model.type},
              {"source_run", model.source_run},
              {"artifact_uri", model.artifact_uri},
              {"status", static_cast<int>(model.status)},
              {"deleted", model.deleted},
              {"created", model.created_ms},
              {"updated", model.updated_ms},
              {"tags", MapOf(model.tags)},
              {"params", MapOf(model.params)},
              {"metrics", ListOf(std::move(metrics))}};
}

Json Canonical(const registry::RegisteredModel& model) {
  return Json{{"description", model.description},
              {"tags", MapOf(model.tags)},
              {"created", model.created_ms},
              {"updated", model.updated_ms}};
}

Json Canonical(const FoundVersion& found) {
  const auto& v = found.version;
  return Json{{"source", v.source},      {"storage", v.storage},       {"run_id", v.run_id},
              {"model_id", v.model_id},  {"run_link", v.run_link},     {"description", v.description},
              {"stage", v.stage},        {"created_by", v.created_by}, {"created", v.created_ms},
              {"updated", v.updated_ms}, {"tags", MapOf(v.tags)}};
}

std::string FirstDifference(const Json& theirs, const Json& ours) {
  if (theirs == ours) return "";
  if (!theirs.IsObject() || !ours.IsObject())
    return ": " + theirs.Dump().substr(0, 80) + " there, " + ours.Dump().substr(0, 80) + " here";
  for (const auto& [name, value] : theirs.members()) {
    if (!(value == ours.At(name))) {
      const std::string below = FirstDifference(value, ours.At(name));
      return (below.starts_with(':') ? name : name + ".") + below;
    }
  }
  for (const auto& [name, value] : ours.members()) {
    if (theirs.Find(name) == nullptr) return name + ": null there, " + value.Dump().substr(0, 80) + " here";
  }
  return "";
}

void Tally::Compare(std::string_view kind, const std::string& name, const Json& theirs, const Json& ours,
                    Fate fate) {
  const auto digest = [&](const Json& record) { return crypto::Sha256Hex(name + "\n" + record.Canonical()); };
  const std::string their_digest = theirs.IsNull() ? "" : digest(theirs);
  const std::string our_digest = ours.IsNull() ? "" : digest(ours);
  const std::string difference = ours.IsNull()     ? "it is not here"
                                 : theirs.IsNull() ? "it is not there"
                                                   : FirstDifference(theirs, ours);
  const std::lock_guard lock(mutex_);
  Kind& entry = kinds_[std::string(kind)];
  if (!theirs.IsNull()) {
    ++entry.theirs;
    entry.their_digests.push_back(their_digest);
  }
  if (!ours.IsNull()) {
    ++entry.ours;
    entry.our_digests.push_back(our_digest);
  }
  entry.added += fate == Fate::Added;
  entry.completed += fate == Fate::Completed;
  entry.unchanged += fate == Fate::Unchanged;
  if (difference.empty()) return;
  if (differences_.size() < kNamed) {
    differences_.push_back(std::string(kind) + " " + name + ": " + difference);
  } else {
    ++more_differences_;
  }
}

void Tally::Count(std::string_view kind, std::int64_t theirs, std::int64_t ours, std::int64_t added) {
  const std::lock_guard lock(mutex_);
  Kind& entry = kinds_[std::string(kind)];
  entry.theirs += theirs;
  entry.ours += ours;
  entry.added += added;
  entry.unchanged += std::max<std::int64_t>(ours - added, 0);
}

void Tally::Note(std::string note) {
  const std::lock_guard lock(mutex_);
  if (std::find(notes_.begin(), notes_.end(), note) == notes_.end()) notes_.push_back(std::move(note));
}

void Tally::Problem(std::string problem) {
  const std::lock_guard lock(mutex_);
  if (problems_.size() < kNamed) {
    problems_.push_back(std::move(problem));
  } else {
    ++more_problems_;
  }
}

bool Tally::Clean() const {
  const std::lock_guard lock(mutex_);
  return differences_.empty() && problems_.empty();
}

std::int64_t Tally::Changed() const {
  const std::lock_guard lock(mutex_);
  std::int64_t changed = 0;
  for (const auto& [name, kind] : kinds_) changed += kind.added + kind.completed;
  return changed;
}

Json Tally::ToJson() const {
  const std::lock_guard lock(mutex_);
  Json kinds = Json::Array();
  for (const auto& [name, kind] : kinds_) {
    Json entry{{"kind", name},        {"source", kind.theirs},       {"here", kind.ours},
               {"added", kind.added}, {"completed", kind.completed}, {"unchanged", kind.unchanged}};
    if (!kind.their_digests.empty()) {
      entry.Set("digest", Sealed(kind.their_digests));
      entry.Set("digest_here", Sealed(kind.our_digests));
    }
    kinds.Push(std::move(entry));
  }
  return Json{{"kinds", std::move(kinds)},
              {"differences", TextList(differences_, more_differences_)},
              {"problems", TextList(problems_, more_problems_)},
              {"notes", TextList(notes_, 0)}};
}

std::string Tally::Digest() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> all;
  for (const auto& [name, kind] : kinds_) all.push_back(name + Sealed(kind.our_digests));
  return Sealed(std::move(all));
}

}  // namespace cairn::moving
