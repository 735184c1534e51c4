#include "loop/runtime/parity.h"

#include <algorithm>
#include <cmath>

#include "ground/vocabulary/text.h"

namespace cairn::runtime {
namespace {

constexpr std::size_t kMostShown = 12;

bool IsReal(DataType type) {
  return type == DataType::Fp64 || type == DataType::Fp32 || type == DataType::Fp16 || type == DataType::Bf16;
}

std::string ElementText(const Tensor& tensor, std::size_t index) {
  if (tensor.type == DataType::Bytes)
    return !tensor.missing.empty() && tensor.missing[index] ? "none" : "'" + tensor.texts[index] + "'";
  if (const auto whole = tensor.Whole(index)) return std::to_string(*whole);
  if (tensor.type == DataType::Fp32) return ShortestText(static_cast<float>(tensor.Number(index)));
  return ShortestText(tensor.Number(index));
}

/// Values of one row: those after its first dimension.
std::size_t Width(const Tensor& tensor) {
  return tensor.rows() == 0 ? 0 : static_cast<std::size_t>(tensor.Elements() / tensor.rows());
}

bool SameElement(const Tensor& a, const Tensor& b, std::size_t index, const Tolerance& tolerance,
                 Parity& parity) {
  if (a.type == DataType::Bytes) return a.texts[index] == b.texts[index];
  if (!IsReal(a.type)) {
    const std::size_t size = SizeOf(a.type);
    return std::memcmp(a.data.data() + index * size, b.data.data() + index * size, size) == 0;
  }
  const double due = a.Number(index), got = b.Number(index);
  if (due == got || (std::isnan(due) && std::isnan(got))) return true;
  const double difference = std::abs(due - got);
  if (!std::isfinite(difference)) return false;
  parity.largest = std::max(parity.largest, difference);
  if (std::abs(due) > tolerance.absolute)
    parity.largest_relative = std::max(parity.largest_relative, difference / std::abs(due));
  return difference <= tolerance.absolute + tolerance.relative * std::abs(due);
}

Result<> CheckSameForm(const Batch& original, const Batch& converted) {
  bool same = original.tensors.size() == converted.tensors.size() && !original.tensors.empty();
  for (std::size_t i = 0; same && i < original.tensors.size(); ++i) {
    const Tensor &a = original.tensors[i], &b = converted.tensors[i];
    same = a.name == b.name && a.type == b.type && a.shape == b.shape && !a.shape.empty() &&
           a.shape[0] == original.tensors[0].shape[0];
  }
  if (same) return Done{};
  return Error{Reason::Unprocessable, "The answers have other outputs, types or shapes than the original's."};
}

std::string PlaceOf(const Tensor& tensor, std::size_t column) {
  return tensor.name + (Width(tensor) > 1 ? "[" + std::to_string(column) + "]" : "");
}

}  // namespace

Result<Parity> Compare(const Batch& original, const Batch& converted, const Tolerance& tolerance) {
  CAIRN_TRY(CheckSameForm(original, converted));
  Parity parity;
  parity.rows = original.tensors[0].rows();
  for (std::int64_t row = 0; row < parity.rows; ++row) {
    bool differs = false;
    for (std::size_t i = 0; i < original.tensors.size(); ++i) {
      const Tensor &a = original.tensors[i], &b = converted.tensors[i];
      const std::size_t width = Width(a);
      for (std::size_t column = 0; column < width; ++column) {
        const std::size_t index = static_cast<std::size_t>(row) * width + column;
        if (SameElement(a, b, index, tolerance, parity)) continue;
        differs = true;
        if (!parity.first)
          parity.first = Disparity{row, PlaceOf(a, column), ElementText(a, index), ElementText(b, index)};
      }
    }
    if (differs) ++parity.differing;
  }
  return parity;
}

std::string RowText(const Batch& batch, std::int64_t row) {
  std::vector<std::string> values;
  std::size_t left_out = 0;
  for (const Tensor& tensor : batch.tensors) {
    const std::size_t width = Width(tensor);
    for (std::size_t column = 0; column < width; ++column) {
      if (values.size() == kMostShown) {
        ++left_out;
        continue;
      }
      values.push_back(PlaceOf(tensor, column) + " = " +
                       ElementText(tensor, static_cast<std::size_t>(row) * width + column));
    }
  }
  return Join(values, ", ") + (left_out > 0 ? " and " + std::to_string(left_out) + " more" : "");
}

}  // namespace cairn::runtime
