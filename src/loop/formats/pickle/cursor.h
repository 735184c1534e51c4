#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cairn::formats::pickle {

/// Reads a pickle's bytes from front to back.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}

  std::uint64_t at() const { return at_; }
  bool AtEnd() const { return at_ >= bytes_.size(); }
  std::string_view rest() const { return bytes_.substr(at_); }

  std::optional<std::string_view> Take(std::uint64_t count) {
    if (count > bytes_.size() - at_) return std::nullopt;
    const auto taken = bytes_.substr(at_, count);
    at_ += count;
    return taken;
  }
  static constexpr std::size_t kNoLimit = std::string_view::npos;
  /// Without its line feed, which must be there within so many bytes.
  std::optional<std::string_view> Line(std::size_t most = kNoLimit) {
    const auto within = bytes_.substr(at_, most).find('\n');
    const auto end = within == std::string_view::npos ? within : at_ + within;
    if (end == std::string_view::npos) return std::nullopt;
    const auto line = bytes_.substr(at_, end - at_);
    at_ = end + 1;
    return line;
  }
  /// A little-endian number of `width` bytes.
  std::optional<std::uint64_t> Number(std::size_t width) {
    const auto taken = Take(width);
    if (!taken) return std::nullopt;
    std::uint64_t number = 0;
    for (std::size_t i = width; i-- > 0;) number = number << 8 | static_cast<unsigned char>((*taken)[i]);
    return number;
  }
  /// That many bytes after a length of `width` bytes.
  std::optional<std::string_view> Counted(std::size_t width) {
    const auto length = Number(width);
    return length ? Take(*length) : std::nullopt;
  }

 private:
  std::string_view bytes_;
  std::uint64_t at_ = 0;
};

}  // namespace cairn::formats::pickle
