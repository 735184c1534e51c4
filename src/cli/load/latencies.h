#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace cairn::cli::load {

/// How long answers took, from 1 µs to 10 minutes, in buckets whose upper edge is 2 % above the lower: of any
/// number of them in 8 KiB. For one thread; each keeps its own, and they are merged.
class Latencies {
 public:
  void Add(std::int64_t ns);
  void Merge(const Latencies& other);

  std::uint64_t count() const { return count_; }
  /// What so large a share (0 … 1) stayed within, at most 2 % too much; 0 without any.
  double WithinMs(double share) const;
  double GreatestMs() const { return static_cast<double>(greatest_ns_) / 1e6; }
  double MeanMs() const;

  struct Bar {
    double from_ms = 0, to_ms = 0;
    std::uint64_t count = 0;
  };
  /// At most `most` bars of equal ratio from the least to the greatest.
  std::vector<Bar> Bars(std::size_t most) const;

 private:
  static constexpr std::size_t kBuckets = 1024;
  std::array<std::uint64_t, kBuckets> buckets_{};
  std::uint64_t count_ = 0;
  std::int64_t greatest_ns_ = 0;
  double sum_ns_ = 0;
};

}  // namespace cairn::cli::load
