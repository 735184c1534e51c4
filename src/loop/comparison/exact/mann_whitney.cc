#include "loop/comparison/exact/mann_whitney.h"

#include <algorithm>
#include <vector>

namespace cairn::comparison {
namespace {

/// Shares of all orderings with U = 0 … most (at most n1 n2 / 2): the coefficients of the Gaussian binomial
/// of (n1 + n2, n1), built factor by factor as (1 - q^(n2 + i)) / (1 - q^i), each divided by its sum
/// (n2 + i) / i.
std::vector<long double> Shares(std::int64_t n1, std::int64_t n2, std::int64_t most) {
  std::vector<long double> shares(static_cast<std::size_t>(most) + 1, 0.0L);
  shares[0] = 1.0L;
  for (std::int64_t i = 1; i <= n1; ++i) {
    for (std::int64_t u = most; u >= n2 + i; --u)
      shares[static_cast<std::size_t>(u)] -= shares[static_cast<std::size_t>(u - n2 - i)];
    for (std::int64_t u = i; u <= most; ++u)
      shares[static_cast<std::size_t>(u)] += shares[static_cast<std::size_t>(u - i)];
    const auto scale = static_cast<long double>(i) / static_cast<long double>(n2 + i);
    for (long double& share : shares) share *= scale;
  }
  return shares;
}

}  // namespace

double MannWhitneyExactTail(std::int64_t n1, std::int64_t n2, std::int64_t u) {
  if (n1 > n2) std::swap(n1, n2);
  // U and n1 n2 - U are equally likely: the tail is summed from its thin end.
  const std::int64_t mirrored = n1 * n2 - u;
  const std::int64_t most = std::min(u, mirrored);
  if (most < 0) return u <= 0 ? 1.0 : 0.0;
  const auto shares = Shares(n1, n2, most);
  long double sum = 0.0L;
  for (const long double share : shares) sum += share;
  if (mirrored <= u) return static_cast<double>(std::min(1.0L, sum));
  return static_cast<double>(1.0L - sum + shares.back());
}

}  // namespace cairn::comparison
