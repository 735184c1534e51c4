#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "loop/serving/traffic/chosen_rows.h"
#include "loop/serving/traffic/newest_requests.h"

namespace cairn::serving {

/// What production and a shadow said to the same requests, until a label comes: of each request one row. In
/// memory alone, and of the newest requests (some 90 bytes each): a label for another one, or for one that
/// only one of them answered, is not told. Not safe from several threads at once.
class AwaitedPairs {
 public:
  /// Equal seeds choose equally. At most so many are awaited.
  explicit AwaitedPairs(std::uint64_t seed, std::size_t most = 500'000) : chosen_(seed), rows_(most) {}

  /// Of a request the scores of one side, between 0 and 1; the first counts. The sides come in any order.
  void AddProduction(std::string_view id, std::span<const double> scores) { Add(id, scores, 0); }
  void AddShadow(std::string_view id, std::span<const double> scores) { Add(id, scores, 1); }

  /// (score - label)^2 of both, in 0 … 1.
  struct Losses {
    double production = 0, shadow = 0;
  };
  /// Of a row, "<request id>.<row>" or a request's id for its first row; each once. None for a row that is
  /// not awaited, or a label that is neither 0 nor 1.
  std::optional<Losses> Take(std::string_view id, double label);

  std::size_t size() const { return rows_.size(); }

 private:
  struct Row {
    std::optional<double> scores[2];  ///< Of production, of the shadow.
    std::uint32_t row = 0;
  };
  void Add(std::string_view id, std::span<const double> scores, int side);
  std::optional<Losses> TakeRow(std::string_view id, std::uint64_t row, double label);

  const ChosenRows chosen_;
  NewestRequests<Row> rows_;
};

}  // namespace cairn::serving
