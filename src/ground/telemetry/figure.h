#pragma once

#include <string>
#include <utility>
#include <vector>

namespace cairn::telemetry {

/// One number about the program at one moment, as monitoring systems take it.
struct Figure {
  enum class Kind { Counter, Gauge };  ///< A counter only grows while the program runs.
  std::string name;                    ///< As Counters has names.
  std::string help;                    ///< One sentence; the same for figures of one name.
  Kind kind = Kind::Gauge;
  double value = 0;
  std::vector<std::pair<std::string, std::string>> labels = {};
};

/// In Prometheus's text format (version 0.0.4). Figures of one name stand together.
std::string Exposition(const std::vector<Figure>& figures);

}  // namespace cairn::telemetry
