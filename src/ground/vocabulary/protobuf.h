#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cairn::protobuf {

/// One field of a protobuf message: a number, or bytes (a text, a message, packed numbers).
struct Field {
  std::uint64_t number = 0;
  std::uint64_t whole = 0;
  std::string_view bytes;
  bool has_bytes = false;
};

/// Walks a protobuf message without a schema.
class Message {
 public:
  explicit Message(std::string_view bytes) : rest_(bytes) {}

  /// Nothing at the end, or where the message is broken or cut.
  std::optional<Field> Next();
  bool broken() const { return broken_; }

 private:
  std::optional<std::uint64_t> Varint();
  std::optional<std::string_view> Cut(std::uint64_t length);

  std::string_view rest_;
  bool broken_ = false;
};

/// The bytes, or the number, of the first field with that number.
std::string_view BytesOf(std::string_view message, std::uint64_t number);
std::uint64_t WholeOf(std::string_view message, std::uint64_t number);

}  // namespace cairn::protobuf
