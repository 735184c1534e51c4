#include "loop/serving/traffic/awaited_pairs.h"

namespace cairn::serving {

void AwaitedPairs::Add(std::string_view id, std::span<const double> scores, int side) {
  if (scores.empty() || scores.size() > ChosenRows::kMostRows) return;
  const std::uint64_t key = chosen_.KeyOf(id);
  const std::uint32_t row = ChosenRows::RowOf(key, scores.size());
  const auto [place, is_new] = rows_.try_emplace(key, Row{{}, row});
  auto& score = place->second.scores[side];
  if (place->second.row == row && !score) score = scores[row];
  if (!is_new) return;
  order_.push_back(key);
  while (order_.size() > most_) {
    rows_.erase(order_.front());
    order_.pop_front();
  }
}

std::optional<AwaitedPairs::Losses> AwaitedPairs::TakeRow(std::string_view id, std::uint64_t row,
                                                          double label) {
  const auto found = rows_.find(chosen_.KeyOf(id));
  if (found == rows_.end() || found->second.row != row) return std::nullopt;
  const auto& [production, shadow] = found->second.scores;
  if (!production || !shadow) return std::nullopt;
  const Losses losses{(*production - label) * (*production - label), (*shadow - label) * (*shadow - label)};
  rows_.erase(found);
  return losses;
}

std::optional<AwaitedPairs::Losses> AwaitedPairs::Take(std::string_view id, double label) {
  if (label != 0 && label != 1) return std::nullopt;
  return ReadRowId(id,
                   [&](std::string_view request, std::uint64_t row) { return TakeRow(request, row, label); });
}

}  // namespace cairn::serving
