#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cairn::runtime {

/// Element types, named as the Open Inference Protocol names them.
enum class DataType {
  Bool,
  Uint8,
  Uint16,
  Uint32,
  Uint64,
  Int8,
  Int16,
  Int32,
  Int64,
  Fp16,
  Bf16,
  Fp32,
  Fp64,
  Bytes,  ///< Texts or byte strings of any length.
};

/// "BOOL", "UINT8" … "FP64", "BYTES".
const char* NameOf(DataType type);
std::optional<DataType> DataTypeNamed(std::string_view name);
/// Bytes of one element; 0 for BYTES.
std::size_t SizeOf(DataType type);

/// The bits of the nearest FP16 or BF16 (ties to the even one; what is too large becomes infinite).
std::uint16_t ToFp16(double value);
std::uint16_t ToBf16(double value);

/// The element type of a C++ type: DataTypeOf<float>() is FP32.
template <class T>
constexpr DataType DataTypeOf() {
  if constexpr (std::is_same_v<T, float>) return DataType::Fp32;
  if constexpr (std::is_same_v<T, double>) return DataType::Fp64;
  if constexpr (std::is_same_v<T, std::int64_t>) return DataType::Int64;
  if constexpr (std::is_same_v<T, std::int32_t>) return DataType::Int32;
  if constexpr (std::is_same_v<T, bool>) return DataType::Bool;
}

/// A named array, row by row (row-major), in native byte order.
struct Tensor {
  std::string name;
  DataType type = DataType::Fp32;
  std::vector<std::int64_t> shape;
  std::vector<std::uint8_t> data;  ///< Every type but BYTES; BOOL has one byte per element.
  std::vector<std::string> texts;  ///< BYTES.
  /// BYTES: 1 for an element that has no value, whose text is empty; empty when every one has.
  std::vector<std::uint8_t> missing = {};

  /// Zeros (or empty texts) of that type and shape.
  static Tensor Of(std::string name, DataType type, std::vector<std::int64_t> shape);
  template <class T>
  static Tensor From(std::string name, std::vector<std::int64_t> shape, std::span<const T> values) {
    Tensor tensor{std::move(name),
                  DataTypeOf<T>(),
                  std::move(shape),
                  std::vector<std::uint8_t>(values.size_bytes()),
                  {}};
    if (!values.empty()) std::memcpy(tensor.data.data(), values.data(), values.size_bytes());
    return tensor;
  }

  /// The product of the shape; 1 for a scalar.
  std::int64_t Elements() const;
  /// The first dimension; 1 for a scalar.
  std::int64_t rows() const { return shape.empty() ? 1 : shape.front(); }

  /// The elements as an array of T, whose size must be the type's.
  template <class T>
  std::span<const T> As() const {
    return {reinterpret_cast<const T*>(data.data()), data.size() / sizeof(T)};
  }
  template <class T>
  std::span<T> As() {
    return {reinterpret_cast<T*>(data.data()), data.size() / sizeof(T)};
  }
  /// One element of any numeric type (FP16 and BF16 included) as a double.
  double Number(std::size_t index) const;
  /// One element of a type of whole numbers that all fit; nothing for other types (UINT64 among them).
  std::optional<std::int64_t> Whole(std::size_t index) const;
};

/// What goes into a model or comes out of it.
struct Batch {
  std::vector<Tensor> tensors;

  /// The tensor of that name, or null.
  const Tensor* Find(std::string_view name) const;
};

}  // namespace cairn::runtime
