#include "loop/serving/traffic/recollection.h"

#include <unordered_set>
#include <utility>

namespace cairn::serving {
namespace {

/// Requests whose labels are looked up in one go.
constexpr std::size_t kAtOnce = 1000;

/// One request as the log tells it: all that can be awaited of it.
struct Request {
  std::string id;
  Arm arm = Arm::Production;
  std::optional<double> share;
  std::vector<double> scores;
};

class Recollection {
 public:
  Recollection(std::uint64_t seed, const LabelledAmong& labelled)
      : chosen_(seed), labelled_(labelled), awaited_(seed) {}

  Result<> Take(const Prediction& prediction) {
    if (prediction.scores.empty()) return Done{};
    some_.push_back({prediction.id, prediction.arm, prediction.share, prediction.scores});
    return some_.size() < kAtOnce ? Result<>() : Flush();
  }

  Result<> Flush() {
    std::vector<std::string> rows;
    rows.reserve(some_.size());
    for (const Request& one : some_)
      rows.push_back(one.id + "." +
                     std::to_string(ChosenRows::RowOf(chosen_.KeyOf(one.id), one.scores.size())));
    const auto found = CAIRN_TRY(labelled_(rows));
    const std::unordered_set<std::string> known(found.begin(), found.end());
    for (std::size_t i = 0; i < some_.size(); ++i)
      if (!known.contains(rows[i])) Await(some_[i]);
    some_.clear();
    return Done{};
  }

  Awaited Hand() { return std::move(awaited_); }

 private:
  void Await(const Request& one) {
    if (one.share) {
      awaited_.labels.Add(one.id, one.arm == Arm::Canary, *one.share, one.scores);
    } else if (one.arm == Arm::Shadow) {
      awaited_.pairs.AddShadow(one.id, one.scores);
    } else {
      awaited_.pairs.AddProduction(one.id, one.scores);
    }
  }

  const ChosenRows chosen_;
  const LabelledAmong& labelled_;
  Awaited awaited_;
  std::vector<Request> some_;
};

/// What a trial of the version may await: the first answer of its request, by one side or the other.
bool Counts(const Prediction& prediction, const std::string& model, std::int64_t version) {
  if (prediction.model != model || !prediction.failure.empty()) return false;
  const bool on_trial = prediction.arm == Arm::Canary || prediction.arm == Arm::Shadow;
  return prediction.arm == Arm::Production || (on_trial && prediction.version == version);
}

}  // namespace

Result<Awaited> Recollect(const PredictionLog& log, const CanaryRecord& record, const std::string& model,
                          std::int64_t version, const LabelledAmong& labelled) {
  const auto seed = static_cast<std::uint64_t>(record.seed);
  if (record.log_from.empty() || !labelled) return Awaited(seed);
  Recollection recollection(seed, labelled);
  CAIRN_TRY(log.Read(record.log_from, [&](const Prediction& prediction) -> Result<> {
    return Counts(prediction, model, version) ? recollection.Take(prediction) : Result<>();
  }));
  CAIRN_TRY(recollection.Flush());
  return recollection.Hand();
}

}  // namespace cairn::serving
