#include "server/inference/tensor_bytes.h"

#include <bit>
#include <cstring>
#include <limits>

#include "ground/vocabulary/text.h"

static_assert(std::endian::native == std::endian::little, "binary tensors are copied as they are");

namespace cairn::inference {
namespace {

using runtime::DataType;
using runtime::Tensor;
using serving::Values;

/// Values are kept, and logged, as JSON has whole numbers: signed.
constexpr std::uint64_t kGreatestWhole = std::numeric_limits<std::int64_t>::max();

Error WrongSize(const std::string& name) {
  return {Reason::InvalidArgument,
          "Input '" + name + "': its 'binary_data_size' is not what its shape needs"};
}

Result<std::vector<Json>> ReadTexts(const std::string& name, std::size_t count, std::string_view bytes) {
  std::vector<Json> texts;
  while (!bytes.empty()) {
    std::uint32_t length = 0;
    if (bytes.size() < sizeof length || texts.size() == count) return WrongSize(name);
    std::memcpy(&length, bytes.data(), sizeof length);
    bytes.remove_prefix(sizeof length);
    if (length > bytes.size()) return WrongSize(name);
    if (!IsUtf8(bytes.substr(0, length)))
      return Error{Reason::InvalidArgument, "Input '" + name + "': its texts must be UTF-8"};
    texts.emplace_back(bytes.substr(0, length));
    bytes.remove_prefix(length);
  }
  if (texts.size() != count) return WrongSize(name);
  return texts;
}

/// The elements as an array of T, wherever they lie.
template <class T>
std::vector<T> Elements(std::string_view bytes) {
  std::vector<T> elements(bytes.size() / sizeof(T));
  if (!elements.empty()) std::memcpy(elements.data(), bytes.data(), bytes.size());
  return elements;
}

template <class T>
Values Wholes(std::string_view bytes) {
  if constexpr (sizeof(T) == sizeof(std::int64_t)) return Values(Elements<std::int64_t>(bytes));
  const auto elements = Elements<T>(bytes);
  return Values(Values::Wholes(elements.begin(), elements.end()));
}

Values Truths(std::string_view bytes) {
  Values::List truths;
  truths.reserve(bytes.size());
  for (const char byte : bytes) truths.emplace_back(byte != 0);
  return truths;
}

Values Halves(const std::string& name, DataType type, std::string_view bytes) {
  const auto count = bytes.size() / sizeof(std::uint16_t);
  const Tensor tensor{name, type, {static_cast<std::int64_t>(count)}, Elements<std::uint8_t>(bytes), {}};
  Values::Floats floats(count);
  for (std::size_t i = 0; i < count; ++i) floats[i] = static_cast<float>(tensor.Number(i));
  return Values(std::move(floats));
}

Result<> CheckWhole(const std::string& name, std::uint64_t value) {
  if (value <= kGreatestWhole) return Done{};
  return Error{Reason::InvalidArgument, "Input '" + name + "' holds " + std::to_string(value) +
                                            ", and whole numbers are taken up to " +
                                            std::to_string(kGreatestWhole)};
}

}  // namespace

Result<Values> ReadBinary(const std::string& name, DataType type, const std::vector<std::int64_t>& shape,
                          std::string_view bytes) {
  std::size_t count = 1;
  for (const std::int64_t size : shape) count *= static_cast<std::size_t>(size);
  if (type == DataType::Bytes) return Values(CAIRN_TRY(ReadTexts(name, count, bytes)));
  if (bytes.size() != count * runtime::SizeOf(type)) return WrongSize(name);
  switch (type) {
    case DataType::Fp32:
      return Values(Elements<float>(bytes));
    case DataType::Fp64:
      return Values(Elements<double>(bytes));
    case DataType::Fp16:
    case DataType::Bf16:
      return Halves(name, type, bytes);
    case DataType::Bool:
      return Truths(bytes);
    case DataType::Uint8:
      return Wholes<std::uint8_t>(bytes);
    case DataType::Uint16:
      return Wholes<std::uint16_t>(bytes);
    case DataType::Uint32:
      return Wholes<std::uint32_t>(bytes);
    case DataType::Uint64:
      for (const std::uint64_t value : Elements<std::uint64_t>(bytes)) CAIRN_TRY(CheckWhole(name, value));
      return Wholes<std::uint64_t>(bytes);
    case DataType::Int8:
      return Wholes<std::int8_t>(bytes);
    case DataType::Int16:
      return Wholes<std::int16_t>(bytes);
    case DataType::Int32:
      return Wholes<std::int32_t>(bytes);
    case DataType::Int64:
      return Wholes<std::int64_t>(bytes);
    case DataType::Bytes:
      break;
  }
  return WrongSize(name);
}

std::string WriteBinary(const Tensor& tensor) {
  if (tensor.type != DataType::Bytes)
    return {reinterpret_cast<const char*>(tensor.data.data()), tensor.data.size()};
  std::string bytes;
  for (const std::string& text : tensor.texts) {
    const auto length = static_cast<std::uint32_t>(text.size());
    bytes.append(reinterpret_cast<const char*>(&length), sizeof length);
    bytes += text;
  }
  return bytes;
}

}  // namespace cairn::inference
