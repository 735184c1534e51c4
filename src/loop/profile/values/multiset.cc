#include "loop/profile/values/multiset.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "loop/profile/values/order.h"

namespace cairn::profile {
namespace {

constexpr std::size_t kLeastSettled = std::size_t{1} << 16;
constexpr std::size_t kKeyBytes = sizeof(std::int64_t);

/// Both ascending; equal keys are added up.
Counted Merged(const Counted& a, const Counted& b) {
  Counted both;
  both.keys.reserve(a.keys.size() + b.keys.size());
  both.rows.reserve(a.keys.size() + b.keys.size());
  std::size_t i = 0, j = 0;
  while (i < a.keys.size() || j < b.keys.size()) {
    const bool left = j == b.keys.size() || (i < a.keys.size() && a.keys[i] <= b.keys[j]);
    const bool right = i == a.keys.size() || (j < b.keys.size() && b.keys[j] <= a.keys[i]);
    both.keys.push_back(left ? a.keys[i] : b.keys[j]);
    both.rows.push_back((left ? a.RowsOf(i) : 0) + (right ? b.RowsOf(j) : 0));
    i += left ? 1 : 0;
    j += right ? 1 : 0;
  }
  if (std::all_of(both.rows.begin(), both.rows.end(), [](std::int64_t rows) { return rows == 1; })) {
    std::vector<std::int64_t>().swap(both.rows);
  }
  both.keys.shrink_to_fit();
  both.rows.shrink_to_fit();
  return both;
}

/// Counts the runs of ascending keys.
Counted Runs(std::vector<std::int64_t> keys) {
  Counted counted;
  const std::size_t all = keys.size();
  std::size_t runs = 0;
  for (std::size_t i = 0; i < all; ++i) runs += i == 0 || keys[i] != keys[i - 1] ? 1 : 0;
  if (runs == all) {
    counted.keys = std::move(keys);
    return counted;
  }
  counted.keys.reserve(runs);
  counted.rows.reserve(runs);
  for (std::size_t i = 0; i < all; ++i) {
    if (i == 0 || keys[i] != keys[i - 1]) {
      counted.keys.push_back(keys[i]);
      counted.rows.push_back(0);
    }
    ++counted.rows.back();
  }
  return counted;
}

}  // namespace

Multiset::Multiset(std::size_t bytes)
    : bytes_(bytes),
      block_keys_(std::clamp<std::size_t>(bytes / 128, 512, 256 << 10) / kKeyBytes),
      settle_at_(kLeastSettled) {}

void Multiset::Add(std::span<const std::int64_t> keys) {
  while (!keys.empty()) {
    if (fresh_.empty() || fresh_.back().size() == block_keys_) fresh_.emplace_back().reserve(block_keys_);
    auto& block = fresh_.back();
    const std::size_t part = std::min(keys.size(), block_keys_ - block.size());
    block.insert(block.end(), keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(part));
    keys = keys.subspan(part);
    fresh_keys_ += part;
  }
  const bool full = fresh_keys_ * kKeyBytes > bytes_;
  if (!full && fresh_keys_ < settle_at_) return;
  Settle();
  // Where hardly a key comes twice, order gains nothing before the end.
  settle_at_ =
      2 * table_.keys.size() > kLeastSettled ? std::numeric_limits<std::size_t>::max() : kLeastSettled;
  if (full) Judge();
}

void Multiset::Add(const Counted& counted) {
  Settle();
  table_ = table_.keys.empty() ? counted : Merged(table_, counted);
  Judge();
}

void Multiset::Settle() {
  if (fresh_keys_ == 0) return;
  std::vector<std::int64_t> keys;
  // Where no key came twice yet, those that are there are ordered once more with the new ones.
  const bool all = table_.rows.empty() && table_.keys.size() < fresh_keys_;
  keys.reserve(fresh_keys_ + (all ? table_.keys.size() : 0));
  if (all) {
    keys.insert(keys.end(), table_.keys.begin(), table_.keys.end());
    std::vector<std::int64_t>().swap(table_.keys);
  }
  for (auto& block : fresh_) {
    keys.insert(keys.end(), block.begin(), block.end());
    std::vector<std::int64_t>().swap(block);
  }
  fresh_.clear();
  fresh_keys_ = 0;
  Order(keys);
  Counted runs = Runs(std::move(keys));
  table_ = table_.keys.empty() ? std::move(runs) : Merged(table_, runs);
}

void Multiset::Judge() { outgrown_ = outgrown_ || 4 * table_.keys.size() * kKeyBytes > bytes_; }

const Counted& Multiset::Counts() {
  Settle();
  return table_;
}

Counted Multiset::Take() {
  Settle();
  return std::move(table_);
}

}  // namespace cairn::profile
