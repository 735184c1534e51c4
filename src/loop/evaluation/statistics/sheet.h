#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace cairn::evaluation {

/// How often a row counts in a resample. A row is drawn more than 65,535 times with a chance too small to
/// write down (about 1 / 65,536!).
using Weight = std::uint16_t;

struct Figure {
  std::string name;  ///< "roc_auc", "recall[late]"
  bool higher_is_better = true;
  bool has_better_end = true;  ///< A share or a bias is what it is: neither more nor less of it is better.
};

/// Several figures over one set of rows, sorted and prepared once, so that all of them are read off one pass
/// for each weighting of the rows. A sheet keeps its rows in an order of its own, by *places*. Safe from any
/// thread once it is made; owns what it needs.
class Sheet {
 public:
  virtual ~Sheet() = default;

  std::size_t rows() const { return place_of_.size(); }
  const std::vector<Figure>& figures() const { return figures_; }
  /// Where row i of the input stands.
  std::span<const std::uint32_t> place_of() const { return place_of_; }

  /// Each figure with the row at place p counted weights[p] times, or every row once when there are no
  /// weights. NaN where a figure is not defined on these rows. O(rows).
  virtual void Measure(std::span<const Weight> weights, std::span<double> into) const = 0;

  std::vector<double> Values() const {
    std::vector<double> values(figures_.size());
    Measure({}, values);
    return values;
  }

 protected:
  std::vector<Figure> figures_;
  std::vector<std::uint32_t> place_of_;
};

/// A sum in two levels, whose error grows with the square root of the terms instead of their number.
class Sum {
 public:
  void Add(double value) {
    part_ += value;
    if (++terms_ == kPart) Close();
  }
  double Total() const { return total_ + part_; }

 private:
  static constexpr int kPart = 512;
  void Close() {
    total_ += part_;
    part_ = 0;
    terms_ = 0;
  }

  double total_ = 0, part_ = 0;
  int terms_ = 0;
};

}  // namespace cairn::evaluation
