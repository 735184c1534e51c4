#include "loop/pipeline/items/path_table.h"

#include <bit>

namespace cairn::pipeline {

PathTable::PathTable(std::size_t count, PathAt path_at) : path_at_(std::move(path_at)) {
  slots_.assign(std::bit_ceil(count * 2 + 1), kFree);
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t& slot = slots_[SlotOf(path_at_(i))];
    if (slot == kFree) slot = static_cast<std::uint32_t>(i);
  }
}

std::size_t PathTable::SlotOf(std::string_view path) const {
  std::size_t slot = repository::Fingerprint::Of(path).low & (slots_.size() - 1);
  while (slots_[slot] != kFree && path_at_(slots_[slot]) != path) slot = (slot + 1) & (slots_.size() - 1);
  return slot;
}

std::optional<std::size_t> PathTable::Find(std::string_view path) const {
  if (slots_.empty()) return std::nullopt;
  const std::uint32_t place = slots_[SlotOf(path)];
  return place == kFree ? std::nullopt : std::optional<std::size_t>(place);
}

}  // namespace cairn::pipeline
