#include "loop/serving/traffic/awaited_pairs.h"

namespace cairn::serving {

void AwaitedPairs::Add(std::string_view id, std::span<const double> scores, int side) {
  if (scores.empty() || scores.size() > ChosenRows::kMostRows) return;
  const std::uint64_t key = chosen_.KeyOf(id);
  const std::uint32_t row = ChosenRows::RowOf(key, scores.size());
  rows_.Add(key, Row{{}, row});
  Row* awaited = rows_.Find(key);
  if (!awaited || awaited->row != row) return;
  auto& score = awaited->scores[side];
  if (!score) score = scores[row];
}

std::optional<AwaitedPairs::Losses> AwaitedPairs::TakeRow(std::string_view id, std::uint64_t row,
                                                          double label) {
  const std::uint64_t key = chosen_.KeyOf(id);
  const Row* awaited = rows_.Find(key);
  if (!awaited || awaited->row != row) return std::nullopt;
  const auto& [production, shadow] = awaited->scores;
  if (!production || !shadow) return std::nullopt;
  const Losses losses{(*production - label) * (*production - label), (*shadow - label) * (*shadow - label)};
  rows_.Remove(key);
  return losses;
}

std::optional<AwaitedPairs::Losses> AwaitedPairs::Take(std::string_view id, double label) {
  if (label != 0 && label != 1) return std::nullopt;
  return ReadRowId(id,
                   [&](std::string_view request, std::uint64_t row) { return TakeRow(request, row, label); });
}

}  // namespace cairn::serving
