#include "loop/profile/sketches/kll.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <exception>
#include <kll_sketch.hpp>
#include <mutex>

namespace cairn::profile {
namespace {

using Sketch = datasketches::kll_sketch<double>;

/// 0.44 % of the rows, in about 24 KiB.
constexpr std::uint16_t kK = 1024;

/// Where the form has the count of levels, their offsets, and the item of a sketch of one.
constexpr std::size_t kLevelCount = 18, kLevels = 20, kSingleItem = 8;

Error Broken(const std::string& why) {
  return {Reason::Corrupt, "the profile's quantile sketch is damaged: " + why};
}

/// The library draws its random bits from one generator without a lock, seeded by the clock. While this
/// exists, no other thread draws, and what is drawn depends on the sketch and its input alone.
class Draws {
 public:
  Draws(std::uint64_t rows, double next) : lock_(mutex_) {
    const std::uint64_t mixed =
        (rows * 0x9E3779B97F4A7C15ULL) ^ (std::bit_cast<std::uint64_t>(next) * 0xC2B2AE3D27D4EB4FULL);
    datasketches::random_bit.seed(static_cast<std::uint32_t>(mixed >> 32) ^
                                  static_cast<std::uint32_t>(mixed));
  }

 private:
  static inline std::mutex mutex_;
  std::lock_guard<std::mutex> lock_;
};

template <class Number>
Number At(std::string_view bytes, std::size_t offset) {
  Number number;
  std::memcpy(&number, bytes.data() + offset, sizeof number);
  return number;
}

/// The library trusts the level offsets it reads: what they would make it touch is checked here.
Result<> CheckForm(std::string_view bytes) {
  constexpr unsigned kEmpty = 1, kSingle = 4;
  if (bytes.size() < 8) return Broken("it is too short");
  if (At<std::uint16_t>(bytes, 4) != kK || At<std::uint8_t>(bytes, 6) != Sketch::DEFAULT_M)
    return Broken("its parameters are not those of this program");
  const auto flags = At<std::uint8_t>(bytes, 3);
  if (flags & (kEmpty | kSingle)) {
    if (bytes.size() != ((flags & kEmpty) ? 8U : 16U)) return Broken("its length does not fit its form");
    return Done{};
  }
  if (bytes.size() < kLevels) return Broken("it is too short");
  const std::size_t levels = At<std::uint8_t>(bytes, kLevelCount);
  if (levels == 0 || levels > 60 || bytes.size() < kLevels + 4 * levels)
    return Broken("its levels are cut off");
  const std::uint32_t capacity = datasketches::kll_helper::compute_total_capacity(
      kK, Sketch::DEFAULT_M, static_cast<std::uint8_t>(levels));
  std::uint32_t last = 0;
  std::uint64_t weight = 1, rows = 0;
  for (std::size_t level = 0; level < levels; ++level, weight *= 2) {
    const auto begin = At<std::uint32_t>(bytes, kLevels + 4 * level);
    const auto end = level + 1 < levels ? At<std::uint32_t>(bytes, kLevels + 4 * level + 4) : capacity;
    if (begin < last || end < begin || end > capacity) return Broken("its levels are out of order");
    rows += weight * (end - begin);
    last = begin;
  }
  const std::size_t items = capacity - At<std::uint32_t>(bytes, kLevels);
  if (bytes.size() != kLevels + 4 * levels + 8 * (items + 2))
    return Broken("its length does not fit its levels");
  if (rows != At<std::uint64_t>(bytes, 8)) return Broken("its rows do not add up");
  const std::size_t first = kLevels + 4 * levels;
  const double least = At<double>(bytes, first), greatest = At<double>(bytes, first + 8);
  for (std::size_t i = 0; i < items; ++i) {
    const double value = At<double>(bytes, first + 8 * (i + 2));
    if (!(value >= least && value <= greatest)) return Broken("a value is outside its range");
  }
  return Done{};
}

}  // namespace

struct Kll::State {
  Sketch sketch{kK};
};

double Kll::RankError() { return Sketch::get_normalized_rank_error(kK, false); }

Kll::Kll() : state_(std::make_unique<State>()) {}
Kll::Kll(std::unique_ptr<State> state) : state_(std::move(state)) {}
Kll::Kll(Kll&&) noexcept = default;
Kll& Kll::operator=(Kll&&) noexcept = default;
Kll::~Kll() = default;

void Kll::Add(std::span<const double> values) {
  if (values.empty()) return;
  const Draws draws(rows(), values.front());
  for (const double value : values) state_->sketch.update(value);
}

void Kll::Merge(const Kll& other) {
  const Draws draws(rows() + other.rows(), other.rows() == 0 ? 0 : other.state_->sketch.get_min_value());
  state_->sketch.merge(other.state_->sketch);
}

std::uint64_t Kll::rows() const { return state_->sketch.get_n(); }

std::vector<std::pair<double, std::uint64_t>> Kll::Items() const {
  std::vector<std::pair<double, std::uint64_t>> items;
  if (rows() == 0) return items;
  // From the bytes: the library's own iterator takes the weight of the first level for an empty one's
  // successor.
  const std::string bytes = Bytes();
  if (rows() == 1) return {{At<double>(bytes, kSingleItem), 1}};
  const std::size_t levels = At<std::uint8_t>(bytes, kLevelCount), first = kLevels + 4 * levels + 16;
  const auto begins = [&](std::size_t level) {
    return At<std::uint32_t>(bytes, kLevels + 4 * level) - At<std::uint32_t>(bytes, kLevels);
  };
  for (std::size_t level = 0; level < levels; ++level) {
    const std::size_t end = level + 1 < levels ? begins(level + 1) : (bytes.size() - first) / 8;
    for (std::size_t i = begins(level); i < end; ++i)
      items.emplace_back(At<double>(bytes, first + 8 * i), std::uint64_t{1} << level);
  }
  std::sort(items.begin(), items.end());
  return items;
}

std::string Kll::Bytes() const {
  const auto bytes = state_->sketch.serialize();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Result<Kll> Kll::FromBytes(std::string_view bytes) {
  CAIRN_TRY(CheckForm(bytes));
  try {
    auto state = std::make_unique<State>();
    state->sketch = Sketch::deserialize(bytes.data(), bytes.size());
    if (!state->sketch.is_empty() &&
        !(std::isfinite(state->sketch.get_min_value()) && std::isfinite(state->sketch.get_max_value())))
      return Broken("it holds a value that is no number");
    return Kll(std::move(state));
  } catch (const std::exception& wrong) {
    return Broken(wrong.what());
  }
}

}  // namespace cairn::profile
