#pragma once

#include <string>
#include <vector>

#include "ground/vocabulary/text.h"
#include "loop/serving/prediction_log.h"

namespace cairn::monitoring::testing {

/// A prediction log in memory: a position is the number of predictions seen. For one thread.
class MemoryPredictionLog final : public serving::PredictionLog {
 public:
  explicit MemoryPredictionLog(sql::Database& database) : database_(database) {}

  Result<> Append(const serving::Prediction& prediction) override {
    predictions_.push_back(prediction);
    return Done{};
  }
  Result<> Sync() override { return Done{}; }
  Result<> CloseSegments() override { return Done{}; }
  Result<Position> Read(const Position& from,
                        const std::function<Result<>(const serving::Prediction&)>& take) const override {
    std::size_t place = from.empty() ? 0 : static_cast<std::size_t>(CAIRN_TRY(ParseInt(from)));
    for (; place < predictions_.size(); ++place) {
      ++handed_;
      CAIRN_TRY(take(predictions_[place]));
    }
    return place == 0 ? Position() : std::to_string(place);
  }
  Position End() const override { return predictions_.empty() ? "" : std::to_string(predictions_.size()); }
  Result<Json> Verify() const override { return Json::Object(); }
  Result<std::int64_t> Remove(TimeMs, const std::function<bool(std::int64_t)>&) override {
    return std::int64_t{0};
  }
  Counts counts() const override { return {}; }
  Result<> Note(TimeMs at, const metadata::Event& event) override {
    CAIRN_TRY(database_.Transact(
        [&](sql::Connection& connection) { return metadata::Append(connection, at, event); }));
    return Done{};
  }

  Result<Json> LastNoted(const std::string&, const std::string&) const override { return Json(); }
  const serving::Mask& mask() const override { return mask_; }

  /// How many predictions readers were handed in all.
  int handed() const { return handed_; }

 private:
  sql::Database& database_;
  const serving::Mask mask_{"a key of tests"};
  std::vector<serving::Prediction> predictions_;
  mutable int handed_ = 0;
};

}  // namespace cairn::monitoring::testing
