#include "server/inference/tensor_json.h"

#include <cmath>

namespace cairn::inference {
namespace {

using runtime::DataType;

constexpr std::int64_t kMostElements = std::int64_t{1} << 31;

void Flatten(const Json& data, std::vector<Json>& elements) {
  if (!data.IsArray()) {
    elements.push_back(data);
    return;
  }
  for (const Json& item : data.items()) Flatten(item, elements);
}

bool Fits(DataType type, const Json& value) {
  switch (type) {
    case DataType::Bool:
      return value.IsBool() || value == Json(0) || value == Json(1);
    case DataType::Bytes:
      return value.IsString() || value.IsNull();
    case DataType::Fp32:
    case DataType::Fp64:
      return value.IsNumber() || value.IsNull();
    case DataType::Uint8:
    case DataType::Uint16:
    case DataType::Uint32:
    case DataType::Uint64:
      return (value.IsInt() && value.AsInt() >= 0) || value.IsNull();
    case DataType::Int8:
    case DataType::Int16:
    case DataType::Int32:
    case DataType::Int64:
      return value.IsInt() || value.IsNull();
    case DataType::Fp16:
    case DataType::Bf16:
      return false;
  }
  return false;
}

void WriteAxis(std::string& out, const runtime::Tensor& tensor, std::size_t axis, std::size_t& next) {
  if (axis == tensor.shape.size()) {
    WriteElement(out, tensor, next++);
    return;
  }
  out += '[';
  for (std::int64_t i = 0; i < tensor.shape[axis]; ++i) {
    if (i > 0) out += ',';
    WriteAxis(out, tensor, axis + 1, next);
  }
  out += ']';
}

}  // namespace

Json ShapeJson(const std::vector<std::int64_t>& shape) {
  Json list = Json::Array();
  for (const std::int64_t size : shape) list.Push(size);
  return list;
}

Result<std::vector<std::int64_t>> ReadShape(const std::string& name, const Json& shape) {
  const auto wrong = [&] {
    return Error{Reason::InvalidArgument, "Unable to parse 'shape' of input '" + name +
                                              "': it must be a list of whole numbers that are not negative"};
  };
  if (!shape.IsArray()) return wrong();
  std::vector<std::int64_t> sizes;
  sizes.reserve(shape.items().size());
  std::int64_t elements = 1;
  for (const Json& size : shape.items()) {
    if (!size.IsInt() || size.AsInt() < 0 || size.AsInt() > kMostElements) return wrong();
    sizes.push_back(size.AsInt());
    elements *= size.AsInt();
    if (elements > kMostElements)
      return Error{Reason::TooLarge,
                   "Input '" + name + "' has more elements than one request may hold; split it."};
  }
  return sizes;
}

Result<std::vector<Json>> ReadElements(const std::string& name, DataType type,
                                       const std::vector<std::int64_t>& shape, const Json& data) {
  if (type == DataType::Fp16 || type == DataType::Bf16)
    return Error{Reason::InvalidArgument, "Input '" + name + "': " + runtime::NameOf(type) +
                                              " has no form in JSON; send it binary (binary_data_size)"};
  if (!data.IsArray())
    return Error{Reason::InvalidArgument,
                 "Unable to parse 'data' of input '" + name + "': it must be a list"};
  std::vector<Json> elements;
  Flatten(data, elements);
  std::int64_t expected = 1;
  for (const std::int64_t size : shape) expected *= size;
  if (static_cast<std::int64_t>(elements.size()) != expected)
    return Error{Reason::InvalidArgument, "Unable to parse 'data' of input '" + name + "': it has " +
                                              std::to_string(elements.size()) +
                                              " elements, and its shape says " + std::to_string(expected)};
  for (const Json& element : elements) {
    if (!Fits(type, element))
      return Error{Reason::InvalidArgument, "Unable to parse 'data' of input '" + name +
                                                "': " + element.Dump().substr(0, 60) + " is no " +
                                                runtime::NameOf(type)};
  }
  return elements;
}

void WriteElement(std::string& out, const runtime::Tensor& tensor, std::size_t index) {
  if (tensor.type == DataType::Bytes) return AppendJsonString(out, tensor.texts[index]);
  if (tensor.type == DataType::Bool) {
    out += tensor.data[index] != 0 ? "true" : "false";
    return;
  }
  if (tensor.type == DataType::Uint64) {
    out += std::to_string(tensor.As<std::uint64_t>()[index]);
    return;
  }
  if (const auto whole = tensor.Whole(index)) {
    out += std::to_string(*whole);
    return;
  }
  const double number = tensor.Number(index);
  if (std::isfinite(number)) {
    AppendJsonDouble(out, number);
  } else {
    out += "null";
  }
}

void WriteElements(std::string& out, const runtime::Tensor& tensor) {
  out += '[';
  const auto count = static_cast<std::size_t>(tensor.Elements());
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) out += ',';
    WriteElement(out, tensor, i);
  }
  out += ']';
}

void WriteNested(std::string& out, const runtime::Tensor& tensor) {
  std::size_t next = 0;
  WriteAxis(out, tensor, 0, next);
}

}  // namespace cairn::inference
