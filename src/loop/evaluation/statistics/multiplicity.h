#pragma once

#include <span>
#include <vector>

namespace cairn::evaluation {

/// P-values of several tests made together, adjusted so that one may still be read against one level; NaN
/// stays NaN and is no test. Both give at most 1 and keep the order.

/// Holm (1979): the chance of any false alarm among them stays below the level, whatever their dependence.
std::vector<double> HolmAdjusted(std::span<const double> p_values);
/// Benjamini & Hochberg (1995): the expected share of false alarms among the alarms stays below the level,
/// for tests that are independent or positively dependent.
std::vector<double> FalseDiscoveryAdjusted(std::span<const double> p_values);

}  // namespace cairn::evaluation
