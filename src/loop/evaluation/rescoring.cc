#include "loop/evaluation/rescoring.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "loop/evaluation/findings/measured.h"
#include "loop/evaluation/picked_rows.h"
#include "loop/evaluation/random.h"

namespace cairn::evaluation {
namespace {

constexpr std::size_t kMostRows = 5000, kRepeats = 5;

struct Sampled {
  tables::Table table;
  Truth truth;
};

Sampled SampleOf(const Rescored& model) {
  std::vector<std::size_t> rows;
  Random random(7);
  for (std::size_t row = 0; row < model.table.rows() && rows.size() < kMostRows; ++row)
    if (random.Unit() * static_cast<double>(model.table.rows() - row) <
        static_cast<double>(kMostRows - rows.size()))
      rows.push_back(row);
  Sampled sampled{Picked(model.table, rows), {}};
  sampled.truth.classes = model.truth.classes;
  for (const std::size_t row : rows) {
    if (!model.truth.labels.empty()) sampled.truth.labels.push_back(model.truth.labels[row]);
    if (!model.truth.numbers.empty()) sampled.truth.numbers.push_back(model.truth.numbers[row]);
  }
  return sampled;
}

double Normal(Random& random) {
  const double radius = std::sqrt(-2 * std::log1p(-random.Unit()));
  return radius * std::cos(2 * std::numbers::pi * random.Unit());
}

double DeviationOf(const tables::Column& column) {
  double count = 0, mean = 0, squares = 0;
  for (std::size_t row = 0; row < column.rows(); ++row) {
    if (column.IsNull(row)) continue;
    const double off = column.Double(row) - mean;
    mean += off / ++count;
    squares += off * (column.Double(row) - mean);
  }
  return count > 0 ? std::sqrt(squares / count) : 0;
}

tables::Column Blurred(const tables::Column& from, double level, Random& random) {
  if (!from.IsNumeric()) return from;
  const double spread = level * DeviationOf(from);
  tables::Column to(from.name(), from.type());
  for (std::size_t row = 0; row < from.rows(); ++row) {
    const double value = from.Double(row) + spread * Normal(random);
    if (from.IsNull(row))
      to.PushNull();
    else if (from.type() == tables::Type::Int)
      to.Push(static_cast<std::int64_t>(std::llround(value)));
    else
      to.Push(value);
  }
  return to;
}

tables::Column Thinned(const tables::Column& from, double share, Random& random) {
  tables::Column to(from.name(), from.type());
  for (std::size_t row = 0; row < from.rows(); ++row) {
    if (random.Unit() < share)
      to.PushNull();
    else
      to.PushFrom(from, row);
  }
  return to;
}

tables::Column Shuffled(const tables::Column& from, Random& random) {
  std::vector<std::size_t> order(from.rows());
  std::iota(order.begin(), order.end(), 0u);
  for (std::size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[random.Below(static_cast<std::uint32_t>(i))]);
  tables::Column to(from.name(), from.type());
  for (const std::size_t row : order) to.PushFrom(from, row);
  return to;
}

/// Figures of one answering, by name.
struct Figured {
  double value = 0;
  bool higher_is_better = true;
  Json figures;
};

Result<Figured> FiguredOn(const Rescored& model, const tables::Table& table, const Truth& truth,
                          const SuiteSettings& settings) {
  const auto answers = CAIRN_TRY(model.answer(table, truth));
  const std::string metric = ChosenMetric(truth, answers, settings);
  Figured figured{std::nan(""), true, Json::Object()};
  const Json list = CAIRN_TRY(FiguresOf(truth, answers, settings));
  for (const Json& one : list.items()) {
    figured.figures.Set(one.Text("name"), one.At("value"));
    if (one.Text("name") != metric) continue;
    if (one.At("value").IsNumber()) figured.value = one.Double("value");
    figured.higher_is_better = one.Bool("higher_is_better");
  }
  return figured;
}

Json Changed(const char* kind, double level, const Figured& before, const Result<Figured>& after) {
  Json row{{"kind", kind}, {"level", level}};
  if (!after)
    return row.Set("value", Json())
        .Set("change", Json())
        .Set("figures", Json::Object())
        .Set("refused", after.error().message);
  const double change = (after->value - before.value) * (before.higher_is_better ? 1 : -1);
  return row.Set("value", NumberOrNull(after->value))
      .Set("change", NumberOrNull(change))
      .Set("figures", after->figures)
      .Set("refused", Json());
}

template <class Change>
tables::Table With(const tables::Table& table, const std::vector<std::string>& columns,
                   const Change& change) {
  tables::Table changed = table;
  for (auto& column : changed.columns())
    if (std::ranges::find(columns, column.name()) != columns.end()) column = change(column);
  return changed;
}

}  // namespace

Result<Json> Robustness(const Rescored& model, const SuiteSettings& settings) {
  const Sampled sampled = SampleOf(model);
  const auto before = CAIRN_TRY(FiguredOn(model, sampled.table, sampled.truth, settings));
  Json list = Json::Array();
  for (const double level : {0.05, 0.1, 0.2}) {
    Random random(settings.seed, 1);
    const auto table = With(sampled.table, model.columns,
                            [&](const auto& column) { return Blurred(column, level, random); });
    list.Push(Changed("noise", level, before, FiguredOn(model, table, sampled.truth, settings)));
  }
  for (const double level : {0.01, 0.05, 0.2}) {
    Random random(settings.seed, 2);
    const auto table = With(sampled.table, model.columns,
                            [&](const auto& column) { return Thinned(column, level, random); });
    list.Push(Changed("missing", level, before, FiguredOn(model, table, sampled.truth, settings)));
  }
  return list;
}

Result<Json> Importance(const Rescored& model, const SuiteSettings& settings) {
  const Sampled sampled = SampleOf(model);
  const auto before = CAIRN_TRY(FiguredOn(model, sampled.table, sampled.truth, settings));
  std::vector<std::pair<double, Json>> rows;
  for (const auto& name : model.columns) {
    std::vector<double> drops;
    for (std::size_t repeat = 0; repeat < kRepeats; ++repeat) {
      Random random(settings.seed, 100 + repeat);
      const auto table =
          With(sampled.table, {name}, [&](const auto& column) { return Shuffled(column, random); });
      const auto after = CAIRN_TRY(FiguredOn(model, table, sampled.truth, settings));
      drops.push_back((before.value - after.value) * (before.higher_is_better ? 1 : -1));
    }
    const double mean = std::accumulate(drops.begin(), drops.end(), 0.0) / static_cast<double>(kRepeats);
    double squares = 0;
    for (const double drop : drops) squares += (drop - mean) * (drop - mean);
    rows.emplace_back(
        mean, Json{{"column", name},
                   {"importance", NumberOrNull(mean)},
                   {"deviation", NumberOrNull(std::sqrt(squares / static_cast<double>(kRepeats - 1)))},
                   {"repeats", kRepeats}});
  }
  std::ranges::stable_sort(rows, std::ranges::greater{}, [](const auto& row) { return row.first; });
  Json list = Json::Array();
  for (auto& [mean, row] : rows) list.Push(std::move(row));
  return list;
}

}  // namespace cairn::evaluation
