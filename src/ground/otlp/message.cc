#include "ground/otlp/message.h"

#include <bit>

namespace cairn::otlp {
namespace {

constexpr int kVarint = 0, kFixed64 = 1, kLength = 2, kFixed32 = 5;

}  // namespace

void Message::Raw(std::uint64_t value) {
  while (value >= 128) {
    bytes_ += static_cast<char>(value | 128);
    value >>= 7;
  }
  bytes_ += static_cast<char>(value);
}

void Message::Tag(int field, int type) {
  Raw(static_cast<std::uint64_t>(field) << 3 | static_cast<std::uint64_t>(type));
}

void Message::Text(int field, std::string_view bytes) {
  Tag(field, kLength);
  Raw(bytes.size());
  bytes_ += bytes;
}

void Message::Varint(int field, std::uint64_t value) {
  Tag(field, kVarint);
  Raw(value);
}

void Message::Fixed64(int field, std::uint64_t value) {
  Tag(field, kFixed64);
  for (int i = 0; i < 8; ++i) bytes_ += static_cast<char>(value >> (8 * i));
}

void Message::Fixed32(int field, std::uint32_t value) {
  Tag(field, kFixed32);
  for (int i = 0; i < 4; ++i) bytes_ += static_cast<char>(value >> (8 * i));
}

void Message::Double(int field, double value) { Fixed64(field, std::bit_cast<std::uint64_t>(value)); }

}  // namespace cairn::otlp
