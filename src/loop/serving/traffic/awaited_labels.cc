#include "loop/serving/traffic/awaited_labels.h"

namespace cairn::serving {

void AwaitedLabels::Add(std::string_view id, bool to_canary, double share, std::span<const double> scores) {
  if (scores.empty() || scores.size() > ChosenRows::kMostRows) return;
  const std::uint64_t key = chosen_.KeyOf(id);
  const std::uint32_t row = ChosenRows::RowOf(key, scores.size());
  if (!rows_.try_emplace(key, Row{scores[row], share, row, to_canary}).second) return;
  order_.push_back(key);
  while (order_.size() > most_) {
    rows_.erase(order_.front());
    order_.pop_front();
  }
}

std::optional<AwaitedLabels::Loss> AwaitedLabels::TakeRow(std::string_view id, std::uint64_t row,
                                                          double label) {
  const auto found = rows_.find(chosen_.KeyOf(id));
  if (found == rows_.end() || found->second.row != row) return std::nullopt;
  const Row& awaited = found->second;
  const double difference = awaited.score - label;
  Loss loss{awaited.to_canary != 0, awaited.share, difference * difference, false};
  loss.is_event = ChosenRows::Draws(found->first, loss.loss);
  rows_.erase(found);
  return loss;
}

std::optional<AwaitedLabels::Loss> AwaitedLabels::Take(std::string_view id, double label) {
  if (label != 0 && label != 1) return std::nullopt;
  return ReadRowId(id,
                   [&](std::string_view request, std::uint64_t row) { return TakeRow(request, row, label); });
}

}  // namespace cairn::serving
