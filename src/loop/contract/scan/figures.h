#pragma once

#include <memory>
#include <string>
#include <vector>

#include "loop/contract/scan/gauge.h"

namespace cairn::contract {

/// Gauges of whole columns and tables: figures, lists of values, ages, order. Null for another test.
Result<std::unique_ptr<Gauge>> MakeFigureGauge(const Rule& rule, const Layout& layout,
                                               const std::vector<std::size_t>& columns, TimeMs now);

/// A value's text whatever it was written as: equal values have equal texts.
std::string PlainText(const Cell& cell);

}  // namespace cairn::contract
