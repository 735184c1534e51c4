#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace cairn::profile {

/// No count of anything in a profile is greater, so that sums of them stay whole numbers.
inline constexpr std::uint64_t kMostCounted = std::uint64_t{1} << 53;

/// Appends numbers and texts: little-endian, counts and lengths in groups of seven bits, the lowest first.
class ByteWriter {
 public:
  template <class Number>
  void Fixed(Number number) {
    bytes_.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  void Count(std::uint64_t count) {
    for (; count >= 128; count >>= 7) bytes_ += static_cast<char>((count & 127) | 128);
    bytes_ += static_cast<char>(count);
  }
  void Text(std::string_view text) {
    Count(text.size());
    bytes_ += text;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

/// Reads what ByteWriter wrote. After anything that does not fit it gives zeros, and `sound` is false for
/// good.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  template <class Number>
  Number Fixed() {
    Number number{};
    if (rest_.size() < sizeof number) return Fail(), number;
    std::memcpy(&number, rest_.data(), sizeof number);
    rest_.remove_prefix(sizeof number);
    return number;
  }
  /// Of seven-bit groups, whatever its size.
  std::uint64_t Raw() {
    std::uint64_t count = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = Fixed<unsigned char>();
      count |= static_cast<std::uint64_t>(byte & 127) << shift;
      if (byte < 128) return count;
    }
    return Fail(), 0;
  }
  /// At most kMostCounted.
  std::int64_t Count() {
    const std::uint64_t count = Raw();
    if (count > kMostCounted) return Fail(), 0;
    return static_cast<std::int64_t>(count);
  }
  /// A number of things that take at least `bytes` each.
  std::size_t Many(std::size_t bytes) {
    const std::uint64_t count = Raw();
    if (count > rest_.size() / bytes) return Fail(), 0;
    return static_cast<std::size_t>(count);
  }
  std::string_view Text() {
    const std::size_t size = Many(1);
    const std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }
  /// Says that something read makes no sense.
  void Fail() {
    sound_ = false;
    rest_ = {};
  }
  bool sound() const { return sound_; }

 private:
  std::string_view rest_;
  bool sound_ = true;
};

}  // namespace cairn::profile
