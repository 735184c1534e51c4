#include "loop/profile/sketches/hll.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <exception>
#include <hll.hpp>

namespace cairn::profile {
namespace {

constexpr std::uint8_t kLgK = 12;
constexpr std::size_t kRegisters = std::size_t{1} << kLgK;
using Sketch = datasketches::hll_sketch;

Error Broken(const std::string& why) {
  return {Reason::Corrupt, "the profile's sketch of distinct values is damaged: " + why};
}

template <class Number>
Number At(std::string_view bytes, std::size_t offset) {
  Number number;
  std::memcpy(&number, bytes.data() + offset, sizeof number);
  return number;
}

constexpr unsigned kEmpty = 4, kCompact = 8, kOutOfOrder = 16;

/// A few values, each as one word.
Result<> CheckWords(std::string_view bytes, std::size_t first, std::uint32_t count, std::uint32_t most) {
  if (count > most || bytes.size() != first + 4 * std::size_t{count})
    return Broken("its length does not fit its count");
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto word = At<std::uint32_t>(bytes, first + 4 * std::size_t{i});
    if ((word >> 26) == 0) return Broken("an entry is empty");
  }
  return Done{};
}

Result<> CheckRegisters(std::string_view bytes) {
  constexpr std::size_t kFirst = 40;
  if (bytes.size() != kFirst + kRegisters) return Broken("its length does not fit its registers");
  if (At<std::uint8_t>(bytes, 6) != 0 || At<std::uint32_t>(bytes, 36) != 0)
    return Broken("its form is not HLL_8");
  std::uint32_t zeros = 0;
  for (const char c : bytes.substr(kFirst)) {
    if (static_cast<unsigned char>(c) > 63) return Broken("a register is out of range");
    zeros += c == 0 ? 1 : 0;
  }
  if (At<std::uint32_t>(bytes, 32) != zeros) return Broken("its registers do not add up");
  for (const std::size_t sum : {8, 16, 24}) {
    const auto value = At<double>(bytes, sum);
    if (!(value >= 0 && value < 1e300)) return Broken("its sums are no numbers");
  }
  return Done{};
}

/// The library trusts what it reads: what that would make it touch is checked here.
Result<> CheckForm(std::string_view bytes) {
  if (bytes.size() < 8) return Broken("it is too short");
  const auto preamble = At<std::uint8_t>(bytes, 0), flags = At<std::uint8_t>(bytes, 5),
             mode = At<std::uint8_t>(bytes, 7);
  if (At<std::uint8_t>(bytes, 3) != kLgK || (mode >> 2) != datasketches::HLL_8)
    return Broken("its parameters are not those of this program");
  if (flags & ~(kEmpty | kCompact | kOutOfOrder)) return Broken("it has unknown flags");
  // The library leaves out to read what is in one that says it is empty, and counts it all the same.
  const bool holds = preamble == 2 ? At<std::uint8_t>(bytes, 6) != 0 : true;
  if ((flags & kEmpty) && holds) return Broken("it says that it is empty and is not");
  if (preamble == 2 && (flags & kCompact)) return CheckWords(bytes, 8, At<std::uint8_t>(bytes, 6), 8);
  if (preamble == 3 && (flags & kCompact) && bytes.size() >= 12)
    return CheckWords(bytes, 12, At<std::uint32_t>(bytes, 8), kRegisters / 8 * 3 / 4);
  if (preamble == 10) return CheckRegisters(bytes);
  return Broken("it has no known form");
}

}  // namespace

struct Hll::State {
  Sketch sketch{kLgK, datasketches::HLL_8};
};

double Hll::StandardError() { return 1.04 / std::sqrt(static_cast<double>(kRegisters)); }

Hll::Hll() : state_(std::make_unique<State>()) {}
Hll::Hll(std::unique_ptr<State> state) : state_(std::move(state)) {}
Hll::Hll(Hll&&) noexcept = default;
Hll& Hll::operator=(Hll&&) noexcept = default;
Hll::~Hll() = default;

void Hll::Add(double value) { state_->sketch.update(value); }
void Hll::Add(std::int64_t value) { state_->sketch.update(value); }
void Hll::Add(std::string_view text) { state_->sketch.update(text.data(), text.size()); }

void Hll::Merge(const Hll& other) {
  datasketches::hll_union both(kLgK);
  both.update(state_->sketch);
  both.update(other.state_->sketch);
  state_->sketch = both.get_result(datasketches::HLL_8);
}

double Hll::Estimate() const { return state_->sketch.get_estimate(); }

std::string Hll::Bytes() const {
  const auto bytes = state_->sketch.serialize_compact();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Result<Hll> Hll::FromBytes(std::string_view bytes) {
  CAIRN_TRY(CheckForm(bytes));
  try {
    auto state = std::make_unique<State>();
    state->sketch = Sketch::deserialize(bytes.data(), bytes.size());
    if (!std::isfinite(state->sketch.get_estimate())) return Broken("it estimates no number");
    return Hll(std::move(state));
  } catch (const std::exception& wrong) {
    return Broken(wrong.what());
  }
}

}  // namespace cairn::profile
