#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>
#include <utility>

namespace cairn::serving {

/// One `Row` of each of the newest requests, by the request's key (ChosenRows::KeyOf). Not safe from several
/// threads at once.
template <class Row>
class NewestRequests {
 public:
  /// At most so many are kept.
  explicit NewestRequests(std::size_t most) : most_(most) {}

  /// False, and nothing is changed, when there is one of that request. The oldest go when there are too many.
  bool Add(std::uint64_t key, Row row) {
    if (!rows_.try_emplace(key, std::move(row)).second) return false;
    order_.push_back(key);
    while (order_.size() > most_) {
      rows_.erase(order_.front());
      order_.pop_front();
    }
    return true;
  }
  /// Null when there is none. Good until the next Add or Remove.
  Row* Find(std::uint64_t key) {
    const auto found = rows_.find(key);
    return found == rows_.end() ? nullptr : &found->second;
  }
  void Remove(std::uint64_t key) { rows_.erase(key); }

  std::size_t size() const { return rows_.size(); }

 private:
  const std::size_t most_;
  std::unordered_map<std::uint64_t, Row> rows_;
  std::deque<std::uint64_t> order_;  ///< Oldest first; some may be gone from rows_.
};

}  // namespace cairn::serving
