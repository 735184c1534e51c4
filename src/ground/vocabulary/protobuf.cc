#include "ground/vocabulary/protobuf.h"

namespace cairn::protobuf {

std::optional<std::uint64_t> Message::Varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 127) << shift;
    if (byte < 128) return value;
  }
  broken_ = true;
  return std::nullopt;
}

std::optional<std::string_view> Message::Cut(std::uint64_t length) {
  if (length > rest_.size()) {
    broken_ = true;
    return std::nullopt;
  }
  const auto part = rest_.substr(0, length);
  rest_.remove_prefix(length);
  return part;
}

std::optional<Field> Message::Next() {
  if (rest_.empty() || broken_) return std::nullopt;
  const auto key = Varint();
  if (!key) return std::nullopt;
  Field field{.number = *key >> 3, .whole = 0, .bytes = {}, .has_bytes = false};
  std::optional<std::uint64_t> number;
  std::optional<std::string_view> bytes;
  switch (*key & 7) {
    case 0:
      number = Varint();
      break;
    case 1:
      bytes = Cut(8);
      break;
    case 5:
      bytes = Cut(4);
      break;
    case 2:
      if (const auto length = Varint()) bytes = Cut(*length);
      field.has_bytes = true;
      break;
    default:
      break;
  }
  if ((!number && !bytes) || field.number == 0) {
    broken_ = true;
    return std::nullopt;
  }
  field.whole = number.value_or(0);
  if (field.has_bytes) field.bytes = *bytes;
  return field;
}

std::string_view BytesOf(std::string_view message, std::uint64_t number) {
  Message fields(message);
  while (const auto field = fields.Next()) {
    if (field->number == number && field->has_bytes) return field->bytes;
  }
  return {};
}

std::uint64_t WholeOf(std::string_view message, std::uint64_t number) {
  Message fields(message);
  while (const auto field = fields.Next()) {
    if (field->number == number && !field->has_bytes) return field->whole;
  }
  return 0;
}

}  // namespace cairn::protobuf
