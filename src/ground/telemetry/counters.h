#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cairn::telemetry {

/// Only ever grows. Safe from any thread.
class alignas(64) Counter {
 public:
  void Add(std::uint64_t by = 1) { value_.fetch_add(by, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

/// Goes up and down. Safe from any thread.
class alignas(64) Gauge {
 public:
  void Set(double value) { value_.store(value, std::memory_order_relaxed); }
  void Add(double by) { value_.fetch_add(by, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_ = 0;
};

/// How many observations lay at or below each bound: durations from 10 µs to 100 s, three bounds a decade.
/// Safe from any thread.
class alignas(64) Durations {
 public:
  static constexpr std::array<double, 22> kBoundsSeconds = {
      1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2,
      5e-2, 0.1,    0.25, 0.5,  1,      2.5,  5,    10,     25,   50,   100};

  void Observe(double seconds);
  std::uint64_t count() const;
  double sum_seconds() const { return sum_.load(std::memory_order_relaxed); }
  /// Observations in the bucket that ends with bound `i`; the last, at kBoundsSeconds.size(), has no end.
  std::uint64_t In(std::size_t i) const { return buckets_[i].load(std::memory_order_relaxed); }

 private:
  std::array<std::atomic<std::uint64_t>, kBoundsSeconds.size() + 1> buckets_ = {};
  std::atomic<double> sum_ = 0;
};

/// The counters of one process. Who counts asks once for what it needs, keeps the reference (valid as long as
/// this), and adds to it without a lookup. Asking again for the same name and labels gives the same one.
/// Names are Prometheus's: letters, digits and '_', starting with "cairn_", with the unit last
/// ("cairn_requests_total", "cairn_request_seconds"). Safe from any thread.
class Counters {
 public:
  using Labels = std::vector<std::pair<std::string, std::string>>;

  /// `help` is one sentence. A name stands for one kind and one help text: asking otherwise is a bug and ends
  /// the program.
  Counter& Count(std::string_view name, std::string_view help, const Labels& labels = {});
  Gauge& Level(std::string_view name, std::string_view help, const Labels& labels = {});
  Durations& Times(std::string_view name, std::string_view help, const Labels& labels = {});

  /// All of them in Prometheus's text format (version 0.0.4), sorted by name and labels.
  std::string Exposition() const;

 private:
  enum class Kind { Counter, Gauge, Histogram };
  struct Member {
    std::unique_ptr<Counter> counter;
    std::unique_ptr<Gauge> gauge;
    std::unique_ptr<Durations> durations;
  };
  struct Family {
    Kind kind = Kind::Counter;
    std::string help;
    std::map<std::string, Member> members;  ///< By their labels as text: `method="GET",status="200"`.
  };

  Member& Find(std::string_view name, std::string_view help, const Labels& labels, Kind kind);
  static void Show(std::string& out, const std::string& name, const std::string& labels,
                   const Member& member);

  mutable std::mutex mutex_;
  std::map<std::string, Family, std::less<>> families_;
};

}  // namespace cairn::telemetry
