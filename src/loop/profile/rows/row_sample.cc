#include "loop/profile/rows/row_sample.h"

#include <algorithm>

namespace cairn::profile {

std::size_t RowSample::Admit(std::uint64_t number) {
  if (order_.size() < most_) {
    const auto place = static_cast<std::uint32_t>(order_.size());
    order_.emplace_back(number, place);
    std::push_heap(order_.begin(), order_.end());
    for (auto& column : cells_) column.push_back(0);
    return place;
  }
  std::pop_heap(order_.begin(), order_.end());
  order_.back().first = number;
  const std::size_t place = order_.back().second;
  std::push_heap(order_.begin(), order_.end());
  return place;
}

void RowSample::Merge(const RowSample& other) {
  for (const auto& [number, from] : other.order_) {
    if (most_ == 0 || !Wants(number)) continue;
    const std::size_t place = Admit(number);
    for (std::size_t column = 0; column < cells_.size(); ++column)
      cells_[column][place] = other.cells_[column][from];
  }
}

RowSample RowSample::Reduced(std::size_t most) const {
  RowSample reduced(cells_.size(), most);
  auto lowest = order_;
  std::sort(lowest.begin(), lowest.end());
  if (lowest.size() > most) lowest.resize(most);
  for (const auto& [number, from] : lowest) {
    const std::size_t place = reduced.Admit(number);
    for (std::size_t column = 0; column < cells_.size(); ++column)
      reduced.cells_[column][place] = cells_[column][from];
  }
  return reduced;
}

void RowSample::Blank(std::size_t column, std::uint64_t cell) {
  std::fill(cells_[column].begin(), cells_[column].end(), cell);
}

}  // namespace cairn::profile
