#include "loop/profile/table/shifts.h"

namespace cairn::profile {
namespace {

void AskAll(Shifts::Count& count, std::span<const std::uint64_t> column,
            std::span<const std::uint64_t> target, bool whole) {
  std::uint64_t equal = 0, asked = column.size();
  if (whole) {
    for (std::size_t i = 0; i < column.size(); ++i) equal += column[i] == target[i] ? 1U : 0U;
  } else {
    asked = 0;
    for (std::size_t i = 0; i < column.size(); ++i) {
      const std::uint64_t both = (column[i] != 0 ? 1U : 0U) & (target[i] != 0 ? 1U : 0U);
      asked += both;
      equal += both & (column[i] == target[i] ? 1U : 0U);
    }
  }
  count.asked += static_cast<std::int64_t>(asked);
  count.equal += static_cast<std::int64_t>(equal);
}

}  // namespace

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

void Shifts::Add(std::span<const std::uint64_t> column, std::span<const std::uint64_t> target, bool whole) {
  if (column.empty()) return;
  Seam(column.front(), target.front());
  AskAll(same_, column, target, whole);
  AskAll(before_, column.subspan(1), target.first(target.size() - 1), whole);
  AskAll(next_, column.first(column.size() - 1), target.subspan(1), whole);
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
