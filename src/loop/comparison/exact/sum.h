#pragma once

#include <cmath>

namespace cairn::comparison {

/// A sum that carries what rounding loses (Neumaier 1974): its error does not grow with the number of terms.
class Sum {
 public:
  void Add(double term) {
    const double next = sum_ + term;
    lost_ += std::fabs(sum_) >= std::fabs(term) ? (sum_ - next) + term : (term - next) + sum_;
    sum_ = next;
  }
  double value() const { return sum_ + lost_; }

 private:
  double sum_ = 0;
  double lost_ = 0;
};

}  // namespace cairn::comparison
