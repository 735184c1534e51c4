#include "loop/serving/traffic/awaited_labels.h"

namespace cairn::serving {

void AwaitedLabels::Add(std::string_view id, bool to_canary, double share, std::span<const double> scores) {
  if (scores.empty() || scores.size() > ChosenRows::kMostRows) return;
  const std::uint64_t key = chosen_.KeyOf(id);
  const std::uint32_t row = ChosenRows::RowOf(key, scores.size());
  rows_.Add(key, Row{scores[row], share, row, to_canary});
}

std::optional<AwaitedLabels::Loss> AwaitedLabels::TakeRow(std::string_view id, std::uint64_t row,
                                                          double label) {
  const std::uint64_t key = chosen_.KeyOf(id);
  const Row* awaited = rows_.Find(key);
  if (!awaited || awaited->row != row) return std::nullopt;
  const double difference = awaited->score - label;
  Loss loss{awaited->to_canary != 0, awaited->share, difference * difference, false};
  loss.is_event = ChosenRows::Draws(key, loss.loss);
  rows_.Remove(key);
  return loss;
}

std::optional<AwaitedLabels::Loss> AwaitedLabels::Take(std::string_view id, double label) {
  if (label != 0 && label != 1) return std::nullopt;
  return ReadRowId(id,
                   [&](std::string_view request, std::uint64_t row) { return TakeRow(request, row, label); });
}

}  // namespace cairn::serving
