#include <algorithm>
#include <array>

#include "ground/os/clock.h"
#include "ground/vocabulary/text.h"
#include "loop/evaluation/examination.h"
#include "loop/evaluation/picked_rows.h"

namespace cairn::evaluation {
namespace {

constexpr std::size_t kRounds = 3;
constexpr std::size_t kCallsPerRound = 200;
constexpr std::int64_t kLongRoundNs = 1'000'000'000;  ///< What takes so long is measured well enough by one.

Result<> CheckColumns(const std::vector<std::string>& columns, const data::Specification& specification) {
  std::vector<std::string_view> known;
  for (const auto& rule : specification.contract.columns) known.push_back(rule.name);
  for (const auto& column : columns) {
    if (column == specification.target) {
      return Error{Reason::Unprocessable,
                   "the model reads '" + column + "', which is the target that it should predict"};
    }
    if (known.empty()) continue;
    const contract::ColumnRule* rule = specification.contract.Find(column);
    if (!rule) {
      return Error{Reason::Unprocessable, "the model reads '" + column + "', which the contract of '" +
                                              specification.name + "' does not list." +
                                              Suggestion(column, known)};
    }
    if (!rule->serving) {
      return Error{Reason::Unprocessable,
                   "the model reads '" + column +
                       "', which requests do not carry (serving: false in the contract of '" +
                       specification.name + "')"};
    }
  }
  return Done{};
}

double Quantile(std::vector<double>& sorted, double share) {
  return sorted[std::min(sorted.size() - 1,
                         static_cast<std::size_t>(share * static_cast<double>(sorted.size())))];
}

}  // namespace

Result<Examinee> Examinee::Of(const runtime::LoadedFolder& loaded, const data::Specification& specification) {
  std::vector<std::string> names;
  for (const auto& column : loaded.about.columns) names.push_back(column.name);
  auto binder = CAIRN_TRY(runtime::Binder::For(loaded.model->signature(), names));
  CAIRN_TRY(CheckColumns(binder.names(), specification));
  auto output = CAIRN_TRY(runtime::ScoreOf(loaded.model->signature()));
  return Examinee(loaded.model, std::move(binder), std::move(output));
}

Result<std::vector<double>> Examinee::Score(const tables::Table& table) const {
  const auto inputs = CAIRN_TRY(binder_.Bind(runtime::Features::Of(table), runtime::Extra::Ignore));
  return runtime::Scores(CAIRN_TRY(model_->Run(inputs)), output_);
}

Result<Latency> Examinee::MeasureLatency(const tables::Table& table) const {
  std::vector<runtime::Features> rows;
  for (std::size_t i = 0; i < std::min(table.rows(), kCallsPerRound); ++i) {
    rows.push_back(runtime::Features::Of(Picked(table, std::array{i})));
  }
  if (rows.empty()) return Error{Reason::Unprocessable, "there is no row to measure the latency with"};
  Latency best;
  for (std::size_t round = 0; round < kRounds; ++round) {
    std::vector<double> times;
    const std::int64_t round_began = os::SteadyNs();
    for (std::size_t call = 0; call < kCallsPerRound; ++call) {
      const std::int64_t began = os::SteadyNs();
      const auto outputs =
          CAIRN_TRY(model_->Run(CAIRN_TRY(binder_.Bind(rows[call % rows.size()], runtime::Extra::Ignore))));
      CAIRN_TRY(runtime::Scores(outputs, output_));
      times.push_back(static_cast<double>(os::SteadyNs() - began) / 1e6);
    }
    std::sort(times.begin(), times.end());
    const double p99 = Quantile(times, 0.99);
    best.calls += static_cast<std::int64_t>(times.size());
    if (round == 0 || p99 < best.p99_ms) {
      best.p50_ms = Quantile(times, 0.5);
      best.p99_ms = p99;
    }
    if (os::SteadyNs() - round_began > kLongRoundNs) break;
  }
  return best;
}

}  // namespace cairn::evaluation
