#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/json.h"
#include "loop/moving/source.h"

namespace cairn::moving {

/// A sum over the points of one metric that two equal sets of points share, whatever their order.
class PointSum {
 public:
  void Add(std::span<const tracking::Point> points);
  void Add(std::span<const tracking::Metric> points);
  std::int64_t count() const { return count_; }
  Json ToJson() const;

 private:
  void AddOne(std::int64_t step, std::int64_t at_ms, double value);

  std::int64_t count_ = 0;
  std::uint64_t sum_ = 0;
};

/// One record as text that two equal ones share.
Json Canonical(const tracking::Experiment& experiment);
/// `points`: by key.
Json Canonical(const tracking::Run& run, const std::map<std::string, PointSum>& points);
Json Canonical(const tracking::LoggedModel& model);
Json Canonical(const registry::RegisteredModel& model);
Json Canonical(const FoundVersion& version);

/// "params.depth" for the first member in which two records differ, with both values; "" for equal ones.
std::string FirstDifference(const Json& theirs, const Json& ours);

/// What was brought over, counted and digested on both sides. Safe from any thread.
class Tally {
 public:
  enum class Fate { Added, Completed, Unchanged };
  /// Takes one record of `kind` as it is there and, read back, here; null where it is not. Differences are
  /// kept by name, the first 100.
  void Compare(std::string_view kind, const std::string& name, const Json& theirs, const Json& ours,
               Fate fate);
  /// The same for what is many in one record (metric points): counted, not named.
  void Count(std::string_view kind, std::int64_t theirs, std::int64_t ours, std::int64_t added);
  void Note(std::string note);
  /// Something that could not be brought over.
  void Problem(std::string problem);

  bool Clean() const;
  std::int64_t Changed() const;
  /// {"kinds": [{"kind", "source", "here", "added", "completed", "unchanged", "digest", "digest_here"}],
  /// "differences", "problems", "notes"}; the digest is SHA-256 over the sorted digests of the records.
  Json ToJson() const;
  /// SHA-256 over all the digests.
  std::string Digest() const;

 private:
  struct Kind {
    std::int64_t theirs = 0, ours = 0, added = 0, completed = 0, unchanged = 0;
    std::vector<std::string> their_digests, our_digests;
  };

  mutable std::mutex mutex_;
  std::map<std::string, Kind, std::less<>> kinds_;
  std::vector<std::string> differences_, problems_, notes_;
  std::int64_t more_differences_ = 0, more_problems_ = 0;
};

}  // namespace cairn::moving
