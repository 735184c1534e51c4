#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cairn::otlp {

/// Writes the fields of one protobuf message in the wire format
/// (https://protobuf.dev/programming-guides/encoding/). Empty and zero values are written too; leave them out
/// where the default is meant.
class Message {
 public:
  void Text(int field, std::string_view bytes);
  void Inside(int field, const Message& message) { Text(field, message.bytes_); }
  void Varint(int field, std::uint64_t value);
  void Fixed64(int field, std::uint64_t value);
  void Fixed32(int field, std::uint32_t value);
  void Double(int field, double value);

  const std::string& bytes() const { return bytes_; }

 private:
  void Tag(int field, int type);
  void Raw(std::uint64_t value);

  std::string bytes_;
};

}  // namespace cairn::otlp
