#include "loop/runtime/merging.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <random>

#include "ground/os/clock.h"
#include "ground/vocabulary/text.h"
#include "loop/runtime/rows.h"

namespace cairn::runtime {
namespace {

constexpr std::int64_t kRows = 16, kTimed = 8;
constexpr std::array<std::int64_t, 5> kSizes = {2, 3, 5, 8, 16};

/// A model that answers within this is timed once more and no further.
constexpr std::int64_t kQuickNs = 200'000;
constexpr int kRuns = 4;

template <class T>
void Fill(Tensor& tensor, const std::function<T()>& next) {
  for (T& value : tensor.As<T>()) value = next();
}

void FillWith(Tensor& tensor, std::mt19937_64& chance) {
  std::normal_distribution<double> normal;
  const auto real = [&] { return normal(chance); };
  const auto whole = [&] { return chance() % 10; };
  const auto wholes = [&]<class T>(T) { Fill<T>(tensor, [&] { return static_cast<T>(whole()); }); };
  switch (tensor.type) {
    case DataType::Fp32:
      return Fill<float>(tensor, [&] { return static_cast<float>(real()); });
    case DataType::Fp64:
      return Fill<double>(tensor, real);
    case DataType::Fp16:
      return Fill<std::uint16_t>(tensor, [&] { return ToFp16(real()); });
    case DataType::Bf16:
      return Fill<std::uint16_t>(tensor, [&] { return ToBf16(real()); });
    case DataType::Bool:
      return Fill<std::uint8_t>(tensor, [&] { return static_cast<std::uint8_t>(whole() % 2); });
    case DataType::Uint8:
    case DataType::Int8:
      return wholes(std::uint8_t{});
    case DataType::Uint16:
    case DataType::Int16:
      return wholes(std::uint16_t{});
    case DataType::Uint32:
    case DataType::Int32:
      return wholes(std::uint32_t{});
    case DataType::Uint64:
    case DataType::Int64:
      return wholes(std::uint64_t{});
    case DataType::Bytes:
      for (auto& text : tensor.texts) text = std::string(1, static_cast<char>('A' + whole()));
      return;
  }
}

Batch MadeUp(const Signature& signature) {
  std::mt19937_64 chance(1);
  Batch rows;
  for (const Port& port : signature.inputs) {
    auto shape = port.shape;
    for (auto& size : shape) size = std::max<std::int64_t>(size, 1);
    if (!shape.empty()) shape[0] = kRows;
    FillWith(rows.tensors.emplace_back(Tensor::Of(port.name, port.type, shape)), chance);
  }
  return rows;
}

/// Whether the number of rows is free, in and out.
bool TakesAnyNumber(const Signature& signature) {
  const auto free = [](const Port& port) { return !port.shape.empty() && port.shape[0] < 0; };
  return !signature.inputs.empty() && std::all_of(signature.inputs.begin(), signature.inputs.end(), free);
}

bool IsReal(DataType type) {
  return type == DataType::Fp32 || type == DataType::Fp64 || type == DataType::Fp16 || type == DataType::Bf16;
}

/// How far two answers to the same row are apart, 0 when they are the same bit for bit; infinite when they
/// are no two roundings of one number.
double Distance(const Tensor& a, const Tensor& b) {
  constexpr double kApart = std::numeric_limits<double>::infinity();
  if (a.shape != b.shape || a.type != b.type) return kApart;
  if (a.data == b.data && a.texts == b.texts) return 0;
  if (!IsReal(a.type)) return kApart;
  double most = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(a.Elements()); ++i) {
    const double x = a.Number(i), y = b.Number(i);
    if (std::isnan(x) && std::isnan(y)) continue;
    if (!std::isfinite(x) || !std::isfinite(y)) return x == y ? most : kApart;
    most = std::max(most, std::abs(x - y) / std::max({1.0, std::abs(x), std::abs(y)}));
  }
  // The bits differ, if only in the sign of a zero.
  return std::max(most, std::numeric_limits<double>::min());
}

void Worsen(Trial& trial, Merging to, std::string why) {
  if (to <= trial.merging) return;
  trial.merging = to;
  trial.why = std::move(why);
}

/// Of so many rows together, beside the answers they had alone.
void Compare(Trial& trial, const Result<Batch>& together, const std::vector<Batch>& alone,
             std::int64_t count) {
  const std::string of = std::to_string(count) + " rows together";
  if (!together) return Worsen(trial, Merging::Different, of + " failed: " + together.error().message);
  for (const Tensor& output : together->tensors)
    if (output.shape.empty() || output.shape[0] != count)
      return Worsen(trial, Merging::Different, "output '" + output.name + "' does not have a row for each");
  for (std::int64_t row = 0; row < count; ++row) {
    const auto own = RowsOf(*together, row, 1);
    const auto& expected = alone[static_cast<std::size_t>(row)];
    for (std::size_t t = 0; t < own.tensors.size(); ++t) {
      const double apart = Distance(own.tensors[t], expected.tensors[t]);
      if (apart == 0) continue;
      const std::string about = "output '" + own.tensors[t].name + "' of " + of;
      if (apart <= kClose)
        Worsen(trial, Merging::Close, about + " is rounded otherwise, by up to " + ShortestText(apart));
      else
        return Worsen(trial, Merging::Different, about + " is another one than that of each row alone");
    }
  }
}

/// What the fastest of some runs took; nothing when it fails.
std::optional<std::int64_t> TimeOf(const Model& model, const Batch& rows) {
  std::optional<std::int64_t> best;
  for (int run = 0; run < kRuns; ++run) {
    const std::int64_t begun = os::SteadyNs();
    if (!model.Run(rows)) return std::nullopt;
    best = std::min(best.value_or(std::numeric_limits<std::int64_t>::max()), os::SteadyNs() - begun);
    if (*best < kQuickNs && run > 0) break;
  }
  return best;
}

}  // namespace

std::int64_t TimeOfOneRow(const Model& model) {
  const auto rows = MadeUp(model.signature());
  const bool any = TakesAnyNumber(model.signature());
  return TimeOf(model, any ? RowsOf(rows, 0, 1) : rows).value_or(0);
}

Trial TryMerging(const Model& model) {
  Trial trial;
  trial.row_ns = TimeOfOneRow(model);
  if (trial.row_ns == 0) trial.why = "it fails on a row that was made up to try it";
  if (!TakesAnyNumber(model.signature())) trial.why = "it does not take any number of rows";
  if (!trial.why.empty()) return trial;
  const auto rows = MadeUp(model.signature());
  std::vector<Batch> alone;
  for (std::int64_t row = 0; row < kRows; ++row) {
    auto answer = model.Run(RowsOf(rows, row, 1));
    if (!answer) {
      trial.why = "it fails on a row that was made up to try it";
      return trial;
    }
    alone.push_back(*std::move(answer));
  }
  trial.merging = Merging::Identical;
  for (const std::int64_t size : kSizes) Compare(trial, model.Run(RowsOf(rows, 0, size)), alone, size);
  const auto together = TimeOf(model, RowsOf(rows, 0, kTimed));
  if (together) trial.speedup = static_cast<double>(kTimed * trial.row_ns) / static_cast<double>(*together);
  return trial;
}

}  // namespace cairn::runtime
