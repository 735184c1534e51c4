#pragma once

#include <cstdint>
#include <span>

namespace cairn::profile {

/// How often a column holds the target of its own row, of the row before and of the next one. Rows in which
/// one of the two is missing are not asked. Parts are taken in the order of the rows.
class Shifts {
 public:
  /// `whole` says that nothing is missing in either, which is counted faster.
  void Add(std::span<const std::uint64_t> column, std::span<const std::uint64_t> target, bool whole);
  /// `next` follows this part.
  void Append(const Shifts& next);

  struct Count {
    std::int64_t equal = 0;
    std::int64_t asked = 0;
  };
  const Count& same() const { return same_; }
  const Count& before() const { return before_; }  ///< The target of the row before.
  const Count& next() const { return next_; }      ///< The target of the next row.

 private:
  friend class ShiftsForm;
  static void Ask(Count& count, std::uint64_t column, std::uint64_t target) {
    const bool both = column != 0 && target != 0;
    count.asked += both ? 1 : 0;
    count.equal += both && column == target ? 1 : 0;
  }
  void Seam(std::uint64_t column, std::uint64_t target);

  Count same_, before_, next_;
  bool empty_ = true;
  std::uint64_t first_column_ = 0, first_target_ = 0, last_column_ = 0, last_target_ = 0;
};

}  // namespace cairn::profile
