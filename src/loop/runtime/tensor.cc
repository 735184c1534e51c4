#include "loop/runtime/tensor.h"

#include <array>
#include <bit>
#include <cmath>
#include <limits>

namespace cairn::runtime {
namespace {

struct Kind {
  const char* name;
  std::size_t size;
};
constexpr std::array<Kind, 14> kKinds = {{{"BOOL", 1},
                                          {"UINT8", 1},
                                          {"UINT16", 2},
                                          {"UINT32", 4},
                                          {"UINT64", 8},
                                          {"INT8", 1},
                                          {"INT16", 2},
                                          {"INT32", 4},
                                          {"INT64", 8},
                                          {"FP16", 2},
                                          {"BF16", 2},
                                          {"FP32", 4},
                                          {"FP64", 8},
                                          {"BYTES", 0}}};

double OfHalf(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31;
  const int fraction = bits & 1023;
  double value = 0;
  if (exponent == 31)
    value = fraction ? std::numeric_limits<double>::quiet_NaN() : std::numeric_limits<double>::infinity();
  else
    value = exponent ? std::ldexp(1024 + fraction, exponent - 25) : std::ldexp(fraction, -24);
  return bits & 0x8000 ? -value : value;
}

}  // namespace

const char* NameOf(DataType type) { return kKinds[static_cast<std::size_t>(type)].name; }

std::optional<DataType> DataTypeNamed(std::string_view name) {
  for (std::size_t index = 0; index < kKinds.size(); ++index)
    if (name == kKinds[index].name) return static_cast<DataType>(index);
  return std::nullopt;
}

std::size_t SizeOf(DataType type) { return kKinds[static_cast<std::size_t>(type)].size; }

std::uint16_t ToFp16(double value) {
  if (std::isnan(value)) return 0x7E00;
  const std::uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  const double size = std::abs(value);
  if (size >= 65520) return static_cast<std::uint16_t>(sign | 0x7C00);
  // Below the normal numbers a step is 2^-24; rounding up to 1024 of them gives the first normal one.
  if (size < 0x1p-14)
    return static_cast<std::uint16_t>(sign | static_cast<int>(std::nearbyint(size * 0x1p24)));
  int exponent = 0;
  static_cast<void>(std::frexp(size, &exponent));
  const int fraction = static_cast<int>(std::nearbyint(std::ldexp(size, 11 - exponent))) - 1024;
  return static_cast<std::uint16_t>(sign | (((exponent + 14) << 10) + fraction));
}

std::uint16_t ToBf16(double value) {
  if (std::isnan(value)) return 0x7FC0;
  const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(value));
  return static_cast<std::uint16_t>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

Tensor Tensor::Of(std::string name, DataType type, std::vector<std::int64_t> shape) {
  Tensor tensor{std::move(name), type, std::move(shape), {}, {}};
  const auto count = static_cast<std::size_t>(tensor.Elements());
  if (type == DataType::Bytes)
    tensor.texts.resize(count);
  else
    tensor.data.resize(count * SizeOf(type));
  return tensor;
}

std::int64_t Tensor::Elements() const {
  std::int64_t count = 1;
  for (const auto dimension : shape) count *= dimension;
  return count;
}

double Tensor::Number(std::size_t index) const {
  switch (type) {
    case DataType::Bool:
    case DataType::Uint8:
      return As<std::uint8_t>()[index];
    case DataType::Uint16:
      return As<std::uint16_t>()[index];
    case DataType::Uint32:
      return As<std::uint32_t>()[index];
    case DataType::Uint64:
      return static_cast<double>(As<std::uint64_t>()[index]);
    case DataType::Int8:
      return As<std::int8_t>()[index];
    case DataType::Int16:
      return As<std::int16_t>()[index];
    case DataType::Int32:
      return As<std::int32_t>()[index];
    case DataType::Int64:
      return static_cast<double>(As<std::int64_t>()[index]);
    case DataType::Fp16:
      return OfHalf(As<std::uint16_t>()[index]);
    case DataType::Bf16:
      return std::bit_cast<float>(static_cast<std::uint32_t>(As<std::uint16_t>()[index]) << 16);
    case DataType::Fp32:
      return As<float>()[index];
    case DataType::Fp64:
      return As<double>()[index];
    case DataType::Bytes:
      break;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

std::optional<std::int64_t> Tensor::Whole(std::size_t index) const {
  switch (type) {
    case DataType::Int64:
      return As<std::int64_t>()[index];
    case DataType::Uint8:
    case DataType::Uint16:
    case DataType::Uint32:
    case DataType::Int8:
    case DataType::Int16:
    case DataType::Int32:
      return static_cast<std::int64_t>(Number(index));
    case DataType::Bool:
    case DataType::Uint64:
    case DataType::Fp16:
    case DataType::Bf16:
    case DataType::Fp32:
    case DataType::Fp64:
    case DataType::Bytes:
      break;
  }
  return std::nullopt;
}

const Tensor* Batch::Find(std::string_view name) const {
  for (const auto& tensor : tensors)
    if (tensor.name == name) return &tensor;
  return nullptr;
}

}  // namespace cairn::runtime
