#include "server/inference/grpc/contents.h"

#include <cstring>
#include <type_traits>
#include <utility>

namespace cairn::inference {
namespace {

using google::protobuf::RepeatedField;
using runtime::DataType;

using Contents = oip::InferTensorContents;
using Input = oip::ModelInferRequest::InferInputTensor;

Error Wrong(const Input& input, const std::string& what) {
  return {Reason::InvalidArgument, "Input '" + input.name() + "': " + what};
}

int ElementsIn(const Contents& contents) {
  return contents.bool_contents_size() + contents.int_contents_size() + contents.int64_contents_size() +
         contents.uint_contents_size() + contents.uint64_contents_size() + contents.fp32_contents_size() +
         contents.fp64_contents_size() + contents.bytes_contents_size();
}

Result<> CheckAlone(const Input& input, int elements, const char* field) {
  if (elements == ElementsIn(input.contents())) return Done{};
  return Wrong(input, "the contents of " + input.datatype() + " are '" + field + "' alone");
}

/// The elements as `To`, which is never wider than what carries them.
template <class To, class From>
Result<std::string> Packed(const Input& input, const RepeatedField<From>& values, const char* field) {
  CAIRN_TRY(CheckAlone(input, values.size(), field));
  std::string bytes(static_cast<std::size_t>(values.size()) * sizeof(To), '\0');
  if constexpr (std::is_same_v<To, From>) {
    if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  } else {
    char* to = bytes.data();
    for (const From value : values) {
      if (!std::in_range<To>(value))
        return Wrong(input, std::to_string(value) + " is no " + input.datatype());
      const auto narrow = static_cast<To>(value);
      std::memcpy(to, &narrow, sizeof narrow);
      to += sizeof narrow;
    }
  }
  return bytes;
}

Result<std::string> PackedTexts(const Input& input) {
  const auto& texts = input.contents().bytes_contents();
  CAIRN_TRY(CheckAlone(input, texts.size(), "bytes_contents"));
  std::string bytes;
  for (const std::string& text : texts) {
    const auto length = static_cast<std::uint32_t>(text.size());
    bytes.append(reinterpret_cast<const char*>(&length), sizeof length);
    bytes += text;
  }
  return bytes;
}

template <class From, class To>
void Unpack(std::string_view bytes, RepeatedField<To>& values) {
  values.Reserve(static_cast<int>(bytes.size() / sizeof(From)));
  for (; bytes.size() >= sizeof(From); bytes.remove_prefix(sizeof(From))) {
    From value;
    std::memcpy(&value, bytes.data(), sizeof value);
    values.Add(value);
  }
}

void UnpackTexts(std::string_view bytes, Contents& contents) {
  std::uint32_t length = 0;
  while (bytes.size() >= sizeof length) {
    std::memcpy(&length, bytes.data(), sizeof length);
    bytes.remove_prefix(sizeof length);
    contents.add_bytes_contents(std::string(bytes.substr(0, length)));
    bytes.remove_prefix(std::min<std::size_t>(length, bytes.size()));
  }
}

}  // namespace

Result<std::string> BytesOf(const Input& input) {
  const auto type = runtime::DataTypeNamed(input.datatype());
  const Contents& contents = input.contents();
  if (!type) return std::string();
  switch (*type) {
    case DataType::Bool:
      return Packed<bool>(input, contents.bool_contents(), "bool_contents");
    case DataType::Uint8:
      return Packed<std::uint8_t>(input, contents.uint_contents(), "uint_contents");
    case DataType::Uint16:
      return Packed<std::uint16_t>(input, contents.uint_contents(), "uint_contents");
    case DataType::Uint32:
      return Packed<std::uint32_t>(input, contents.uint_contents(), "uint_contents");
    case DataType::Uint64:
      return Packed<std::uint64_t>(input, contents.uint64_contents(), "uint64_contents");
    case DataType::Int8:
      return Packed<std::int8_t>(input, contents.int_contents(), "int_contents");
    case DataType::Int16:
      return Packed<std::int16_t>(input, contents.int_contents(), "int_contents");
    case DataType::Int32:
      return Packed<std::int32_t>(input, contents.int_contents(), "int_contents");
    case DataType::Int64:
      return Packed<std::int64_t>(input, contents.int64_contents(), "int64_contents");
    case DataType::Fp32:
      return Packed<float>(input, contents.fp32_contents(), "fp32_contents");
    case DataType::Fp64:
      return Packed<double>(input, contents.fp64_contents(), "fp64_contents");
    case DataType::Bytes:
      return PackedTexts(input);
    case DataType::Fp16:
    case DataType::Bf16:
      break;
  }
  return Wrong(input, input.datatype() + " has no contents; send it in 'raw_input_contents'");
}

bool PutContents(DataType type, std::string_view bytes, Contents& contents) {
  switch (type) {
    case DataType::Bool:
      Unpack<bool>(bytes, *contents.mutable_bool_contents());
      return true;
    case DataType::Uint8:
      Unpack<std::uint8_t>(bytes, *contents.mutable_uint_contents());
      return true;
    case DataType::Uint16:
      Unpack<std::uint16_t>(bytes, *contents.mutable_uint_contents());
      return true;
    case DataType::Uint32:
      Unpack<std::uint32_t>(bytes, *contents.mutable_uint_contents());
      return true;
    case DataType::Uint64:
      Unpack<std::uint64_t>(bytes, *contents.mutable_uint64_contents());
      return true;
    case DataType::Int8:
      Unpack<std::int8_t>(bytes, *contents.mutable_int_contents());
      return true;
    case DataType::Int16:
      Unpack<std::int16_t>(bytes, *contents.mutable_int_contents());
      return true;
    case DataType::Int32:
      Unpack<std::int32_t>(bytes, *contents.mutable_int_contents());
      return true;
    case DataType::Int64:
      Unpack<std::int64_t>(bytes, *contents.mutable_int64_contents());
      return true;
    case DataType::Fp32:
      Unpack<float>(bytes, *contents.mutable_fp32_contents());
      return true;
    case DataType::Fp64:
      Unpack<double>(bytes, *contents.mutable_fp64_contents());
      return true;
    case DataType::Bytes:
      UnpackTexts(bytes, contents);
      return true;
    case DataType::Fp16:
    case DataType::Bf16:
      return false;
  }
  return false;
}

}  // namespace cairn::inference
