#include "server/inference/tensor_bytes.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "ground/vocabulary/text.h"

static_assert(std::endian::native == std::endian::little, "binary tensors are copied as they are");

namespace cairn::inference {
namespace {

using runtime::DataType;
using runtime::Tensor;

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

Json ElementOf(const Tensor& tensor, std::size_t index) {
  if (tensor.type == DataType::Bool) return tensor.data[index] != 0;
  if (tensor.type == DataType::Uint64) return static_cast<std::int64_t>(tensor.As<std::uint64_t>()[index]);
  if (const auto whole = tensor.Whole(index)) return *whole;
  const double number = tensor.Number(index);
  return std::isnan(number) ? Json() : Json(number);
}

}  // namespace

Result<std::vector<Json>> ReadBinary(const std::string& name, DataType type,
                                     const std::vector<std::int64_t>& shape, std::string_view bytes) {
  std::size_t count = 1;
  for (const std::int64_t size : shape) count *= static_cast<std::size_t>(size);
  if (type == DataType::Bytes) return ReadTexts(name, count, bytes);
  if (bytes.size() != count * runtime::SizeOf(type)) return WrongSize(name);
  Tensor tensor{name, type, shape, {}, {}};
  tensor.data.resize(bytes.size());
  if (!bytes.empty()) std::memcpy(tensor.data.data(), bytes.data(), bytes.size());
  if (type == DataType::Uint64)
    for (const std::uint64_t value : tensor.As<std::uint64_t>())
      if (value > kGreatestWhole)
        return Error{Reason::InvalidArgument, "Input '" + name + "' holds " + std::to_string(value) +
                                                  ", and whole numbers are taken up to " +
                                                  std::to_string(kGreatestWhole)};
  std::vector<Json> elements;
  elements.reserve(count);
  for (std::size_t i = 0; i < count; ++i) elements.push_back(ElementOf(tensor, i));
  return elements;
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
