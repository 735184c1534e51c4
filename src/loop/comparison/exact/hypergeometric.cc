#include "loop/comparison/exact/hypergeometric.h"

#include <algorithm>

namespace cairn::comparison {
namespace {

/// The margins that all tables share; a table is told by its first entry.
struct Margins {
  long double first_row, second_row, first_column;

  long double Least() const { return std::max(0.0L, first_column - second_row); }
  long double Most() const { return std::min(first_row, first_column); }
  long double Mode() const {
    return std::clamp(static_cast<long double>(static_cast<std::int64_t>(
                          (first_column + 1) * (first_row + 1) / (first_row + second_row + 2))),
                      Least(), Most());
  }
  /// Probability at x + 1 over that at x.
  long double RatioUp(long double x) const {
    return (first_row - x) * (first_column - x) / ((x + 1) * (second_row - first_column + x + 1));
  }
};

/// Weights relative to the likeliest table's, from `start` in one direction.
struct Tail {
  long double all = 0;    ///< Sum of all weights.
  long double small = 0;  ///< Of those at most as large as the bound.
};

template <class Take>
void Walk(const Margins& margins, int direction, Take&& take) {
  long double x = margins.Mode(), weight = 1;
  while (direction > 0 ? x < margins.Most() : x > margins.Least()) {
    weight = direction > 0 ? weight * margins.RatioUp(x) : weight / margins.RatioUp(x - 1);
    x += direction;
    if (weight < 1e-4900L || !take(x, weight)) break;
  }
}

}  // namespace

double FisherTwoSided(std::int64_t a, std::int64_t b, std::int64_t c, std::int64_t d) {
  const Margins margins{static_cast<long double>(a) + b, static_cast<long double>(c) + d,
                        static_cast<long double>(a) + c};
  const long double mode = margins.Mode(), seen = a;
  if (seen == mode) return 1.0;
  long double bound = 0;
  Walk(margins, seen > mode ? 1 : -1, [&](long double x, long double weight) {
    if (x != seen) return true;
    bound = weight;
    return false;
  });
  if (bound == 0) return 0.0;  // Beyond the reach of even an extended double.
  if (bound >= 1 - 1e-14L) return 1.0;
  const long double limit = bound * (1 + 1e-14L);
  Tail tail{1, 0};
  for (const int direction : {1, -1}) {
    Walk(margins, direction, [&](long double x, long double weight) {
      const bool within =
          (direction > 0) == (seen > mode) ? (seen > mode ? x >= seen : x <= seen) : weight <= limit;
      tail.all += weight;
      if (within) tail.small += weight;
      // What follows falls off faster than geometrically.
      return weight > tail.small * 1e-22L || !within;
    });
  }
  return static_cast<double>(std::min(1.0L, tail.small / tail.all));
}

}  // namespace cairn::comparison
