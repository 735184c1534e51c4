#include "loop/profile/table/shifts.h"

namespace cairn::profile {

/// The row that follows the last one.
void Shifts::Seam(std::uint64_t column, std::uint64_t target) {
  if (empty_) {
    first_column_ = column, first_target_ = target;
    empty_ = false;
    return;
  }
  Ask(before_, column, last_target_);
  Ask(next_, last_column_, target);
}

void Shifts::Add(std::span<const std::uint64_t> column, std::span<const std::uint64_t> target) {
  if (column.empty()) return;
  Seam(column.front(), target.front());
  for (std::size_t i = 0; i < column.size(); ++i) Ask(same_, column[i], target[i]);
  for (std::size_t i = 1; i < column.size(); ++i) {
    Ask(before_, column[i], target[i - 1]);
    Ask(next_, column[i - 1], target[i]);
  }
  last_column_ = column.back(), last_target_ = target.back();
}

void Shifts::Append(const Shifts& next) {
  if (next.empty_) return;
  Seam(next.first_column_, next.first_target_);
  for (const auto count : {&Shifts::same_, &Shifts::before_, &Shifts::next_}) {
    (this->*count).equal += (next.*count).equal;
    (this->*count).asked += (next.*count).asked;
  }
  last_column_ = next.last_column_, last_target_ = next.last_target_;
}

}  // namespace cairn::profile
