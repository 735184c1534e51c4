#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "loop/serving/traffic/chosen_rows.h"
#include "loop/serving/traffic/newest_requests.h"

namespace cairn::serving {

/// What was answered while a canary was tried, until a label comes for it: of each request one row, since its
/// rows went to one side together. In memory alone, and of the newest requests (some 60 bytes each): a label
/// for another one is not told. Not safe from several threads at once.
class AwaitedLabels {
 public:
  /// Equal seeds choose equally. At most so many are awaited.
  explicit AwaitedLabels(std::uint64_t seed, std::size_t most = 500'000) : chosen_(seed), rows_(most) {}

  /// Of a request the scores, between 0 and 1. An id that is awaited already counts for the first alone.
  void Add(std::string_view id, bool to_canary, double share, std::span<const double> scores);

  struct Loss {
    bool to_canary = false;
    double share = 0;
    double loss = 0;  ///< (score - label)^2, in 0 … 1.
    /// True with the chance `loss`, drawn independently: the mean of such events is the mean loss, so that a
    /// test that counts events is one of the loss.
    bool is_event = false;
  };
  /// The loss of a row, "<request id>.<row>" or a request's id for its first row; each once. None for a row
  /// that is not awaited, or a label that is neither 0 nor 1.
  std::optional<Loss> Take(std::string_view id, double label);

  std::size_t size() const { return rows_.size(); }

 private:
  struct Row {
    double score = 0;
    double share = 0;
    std::uint32_t row : 31;
    std::uint32_t to_canary : 1;
  };
  std::optional<Loss> TakeRow(std::string_view id, std::uint64_t row, double label);

  const ChosenRows chosen_;
  NewestRequests<Row> rows_;
};

}  // namespace cairn::serving
