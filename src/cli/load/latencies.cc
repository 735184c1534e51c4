#include "cli/load/latencies.h"

#include <algorithm>
#include <cmath>

namespace cairn::cli::load {
namespace {

constexpr double kLeastNs = 1000, kGrowth = 1.02;

double UpperMs(std::size_t bucket) { return kLeastNs * std::pow(kGrowth, static_cast<double>(bucket)) / 1e6; }

std::size_t BucketOf(std::int64_t ns, std::size_t buckets) {
  if (ns <= static_cast<std::int64_t>(kLeastNs)) return 0;
  const double place = std::ceil(std::log(static_cast<double>(ns) / kLeastNs) / std::log(kGrowth));
  return std::min(buckets - 1, static_cast<std::size_t>(place));
}

}  // namespace

void Latencies::Add(std::int64_t ns) {
  ++buckets_[BucketOf(ns, kBuckets)];
  ++count_;
  greatest_ns_ = std::max(greatest_ns_, ns);
  sum_ns_ += static_cast<double>(ns);
}

void Latencies::Merge(const Latencies& other) {
  for (std::size_t i = 0; i < kBuckets; ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  greatest_ns_ = std::max(greatest_ns_, other.greatest_ns_);
  sum_ns_ += other.sum_ns_;
}

double Latencies::WithinMs(double share) const {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += buckets_[i];
    if (seen > 0 && seen >= wanted) return std::min(UpperMs(i), GreatestMs());
  }
  return 0;
}

double Latencies::MeanMs() const { return count_ == 0 ? 0 : sum_ns_ / static_cast<double>(count_) / 1e6; }

std::vector<Latencies::Bar> Latencies::Bars(std::size_t most) const {
  const auto holds = [](std::uint64_t bucket) { return bucket > 0; };
  const auto first = std::find_if(buckets_.begin(), buckets_.end(), holds);
  if (first == buckets_.end() || most == 0) return {};
  const auto last = std::find_if(buckets_.rbegin(), buckets_.rend(), holds).base();
  const auto wide = static_cast<std::size_t>(last - first);
  const std::size_t each = (wide + most - 1) / most;
  std::vector<Bar> bars;
  for (auto at = first; at < last;) {
    const auto from = static_cast<std::size_t>(at - buckets_.begin());
    const std::size_t taken = std::min(each, static_cast<std::size_t>(last - at));
    Bar bar{from == 0 ? 0 : UpperMs(from - 1), UpperMs(from + taken - 1), 0};
    for (std::size_t i = 0; i < taken; ++i) bar.count += *at++;
    bars.push_back(bar);
  }
  return bars;
}

}  // namespace cairn::cli::load
