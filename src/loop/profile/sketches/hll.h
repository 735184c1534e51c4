#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "ground/vocabulary/result.h"

namespace cairn::profile {

/// How many different values there were: Apache DataSketches' HLL sketch with 4,096 registers. Each object
/// from one thread at a time.
class Hll {
 public:
  /// Standard error as a share of the estimate; 1.96 of them hold the truth 95 times of 100. Below a few
  /// hundred values the estimate is nearly exact.
  static double StandardError();

  Hll();
  Hll(Hll&&) noexcept;
  Hll& operator=(Hll&&) noexcept;
  ~Hll();

  void Add(double value);
  void Add(std::int64_t value);
  void Add(std::string_view text);
  void Merge(const Hll& other);
  double Estimate() const;

  /// The sketch in DataSketches' own compact form (family 7, HLL_8), which its other languages read.
  std::string Bytes() const;
  /// Corrupt for bytes that are no such sketch.
  static Result<Hll> FromBytes(std::string_view bytes);

 private:
  struct State;
  explicit Hll(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace cairn::profile
