#include "loop/sweep/sobol.h"

#include <bit>

#include "loop/sweep/sobol_directions.h"

namespace cairn::sweep {
namespace {

constexpr unsigned kBits = 30;
static_assert(kDirections.size() == Sobol::kMostDimensions);

/// The direction numbers of one dimension, each shifted to its place.
std::vector<std::uint32_t> NumbersOf(unsigned dimension) {
  const auto& [polynomial, first] = kDirections[dimension];
  const unsigned degree = static_cast<unsigned>(std::bit_width(polynomial)) - 1;
  std::vector<std::uint32_t> numbers(kBits, 1);
  for (unsigned i = 0; dimension > 0 && i < kBits; ++i) {
    if (i < degree) {
      numbers[i] = first[i];
      continue;
    }
    numbers[i] = numbers[i - degree];
    for (unsigned k = 0; k < degree; ++k) {
      if ((polynomial >> (degree - 1 - k)) & 1) numbers[i] ^= numbers[i - k - 1] << (k + 1);
    }
  }
  for (unsigned i = 0; i < kBits; ++i) numbers[i] <<= kBits - 1 - i;
  return numbers;
}

}  // namespace

Result<Sobol> Sobol::Of(unsigned dimensions) {
  if (dimensions == 0 || dimensions > kMostDimensions) {
    return Error{Reason::InvalidArgument, "a Sobol search takes 1 to " + std::to_string(kMostDimensions) +
                                              " parameters, not " + std::to_string(dimensions)};
  }
  return Sobol(dimensions);
}

Sobol::Sobol(unsigned dimensions) : point_(dimensions, 0) {
  for (unsigned i = 0; i < dimensions; ++i) directions_.push_back(NumbersOf(i));
}

std::vector<double> Sobol::Next() {
  if (count_ > 0) {
    const auto bit = static_cast<unsigned>(std::countr_one(count_ - 1));
    for (std::size_t i = 0; i < point_.size(); ++i) point_[i] ^= directions_[i][bit];
  }
  ++count_;
  std::vector<double> point;
  for (const std::uint32_t coordinate : point_)
    point.push_back(static_cast<double>(coordinate) / static_cast<double>(std::uint32_t{1} << kBits));
  return point;
}

}  // namespace cairn::sweep
