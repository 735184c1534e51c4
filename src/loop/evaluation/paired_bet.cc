#include "loop/evaluation/paired_bet.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace cairn::evaluation {
namespace {

/// A number that JSON can hold, even when the capital overflows it.
double Exp(double log) { return std::min(std::exp(log), std::numeric_limits<double>::max()); }

}  // namespace

/// From the rows before, with one row of the widest spread added, so that the first stakes are small.
double PairedBet::Stake() const {
  const double count = static_cast<double>(rows_) + 1;
  const double mean = sum_ / count;
  const double variance = std::max((squares_ + 1) / count - mean * mean, 0.0);
  const double edge = mean + margin_;
  return std::clamp(edge / (variance + edge * edge), 0.0, 1 / (2 * (1 + margin_)));
}

void PairedBet::Observe(double difference) {
  const double cut = std::isnan(difference) ? -1 : std::clamp(difference, -1.0, 1.0);
  log_capital_ += std::log1p(Stake() * (cut + margin_));
  log_peak_ = std::max(log_peak_, log_capital_);
  ++rows_;
  sum_ += cut;
  squares_ += cut * cut;
}

double PairedBet::Capital() const { return Exp(log_capital_); }
double PairedBet::Peak() const { return Exp(log_peak_); }

Json PairedBet::ToJson() const {
  return Json{{"test", "paired_bet"}, {"margin", margin_},           {"rows", rows_},        {"sum", sum_},
              {"squares", squares_},  {"log_capital", log_capital_}, {"log_peak", log_peak_}};
}

Result<PairedBet> PairedBet::FromJson(const Json& state) {
  const double margin = state.Double("margin", -1);
  if (state.Text("test") != "paired_bet" || !(margin >= 0))
    return Error{Reason::InvalidArgument, "this is no stored state of a paired bet"};
  PairedBet bet(margin);
  bet.rows_ = CAIRN_TRY(RequiredInt(state, "rows"));
  bet.sum_ = state.Double("sum");
  bet.squares_ = state.Double("squares");
  bet.log_capital_ = state.Double("log_capital");
  bet.log_peak_ = state.Double("log_peak");
  return bet;
}

}  // namespace cairn::evaluation
