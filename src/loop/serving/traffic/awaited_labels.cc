#include "loop/serving/traffic/awaited_labels.h"

#include "ground/vocabulary/text.h"

namespace cairn::serving {
namespace {

constexpr std::uint64_t kMostRows = (std::uint64_t{1} << 31) - 1;

std::uint64_t Mix(std::uint64_t value) {  // SplitMix64's
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
  return value ^ (value >> 31);
}

}  // namespace

std::uint64_t AwaitedLabels::Mixed(std::string_view id) const {
  std::uint64_t hash = 0xCBF29CE484222325u ^ Mix(seed_ + 1);  // FNV-1a from a start that nobody knows
  for (const char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  return Mix(hash);
}

void AwaitedLabels::Add(std::string_view id, bool to_canary, double share, std::span<const double> scores) {
  if (scores.empty() || scores.size() > kMostRows) return;
  const std::uint64_t key = Mixed(id);
  // Other bits than those that decide below whether it is an event.
  const auto chosen = static_cast<std::uint32_t>(Mix(key + 1) % scores.size());
  if (!rows_.try_emplace(key, Row{scores[chosen], share, chosen, to_canary}).second) return;
  order_.push_back(key);
  while (order_.size() > most_) {
    rows_.erase(order_.front());
    order_.pop_front();
  }
}

std::optional<AwaitedLabels::Loss> AwaitedLabels::TakeRow(std::string_view id, std::uint64_t row,
                                                          double label) {
  const auto found = rows_.find(Mixed(id));
  if (found == rows_.end() || found->second.row != row) return std::nullopt;
  const Row& awaited = found->second;
  const double difference = awaited.score - label;
  Loss loss{awaited.to_canary != 0, awaited.share, difference * difference, false};
  loss.is_event = static_cast<double>(Mix(found->first + 2) >> 11) * 0x1p-53 < loss.loss;
  rows_.erase(found);
  return loss;
}

std::optional<AwaitedLabels::Loss> AwaitedLabels::Take(std::string_view id, double label) {
  if (label != 0 && label != 1) return std::nullopt;
  if (const auto dot = id.rfind('.'); dot != id.npos) {
    const auto row = ParseInt(id.substr(dot + 1));
    if (row && *row >= 0)
      if (auto loss = TakeRow(id.substr(0, dot), static_cast<std::uint64_t>(*row), label)) return loss;
  }
  return TakeRow(id, 0, label);
}

}  // namespace cairn::serving
