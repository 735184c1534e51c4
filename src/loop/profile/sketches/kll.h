#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ground/vocabulary/result.h"

namespace cairn::profile {

/// The distribution of numbers that are too many to keep: Apache DataSketches' KLL sketch of doubles. The
/// same numbers in the same order give the same bytes. Safe from any thread, each object from one at a time.
class Kll {
 public:
  /// How far the rank of a value, and so the share of rows below it, may be off: with 99 % confidence, as a
  /// share of all rows.
  static double RankError();

  Kll();
  Kll(Kll&&) noexcept;
  Kll& operator=(Kll&&) noexcept;
  ~Kll();

  /// Finite numbers only.
  void Add(std::span<const double> values);
  void Merge(const Kll& other);
  std::uint64_t rows() const;
  /// Values in ascending order, each with the rows it stands for; they add up to rows().
  std::vector<std::pair<double, std::uint64_t>> Items() const;

  /// The sketch in DataSketches' own form (family 15, serial version 1), which its other languages read.
  std::string Bytes() const;
  /// Corrupt for bytes that are no such sketch.
  static Result<Kll> FromBytes(std::string_view bytes);

 private:
  struct State;
  explicit Kll(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace cairn::profile
