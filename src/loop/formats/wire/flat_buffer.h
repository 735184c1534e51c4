#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cairn::formats::wire {

/// One table of a FlatBuffers text, read by field positions; whatever points outside is absent.
class FlatTable {
 public:
  /// The root table.
  explicit FlatTable(std::string_view buffer);

  std::string Text(std::size_t field) const;
  std::optional<FlatTable> Table(std::size_t field) const;
  /// Items of a vector.
  std::uint64_t Length(std::size_t field) const;
  /// An item of a vector of tables.
  std::optional<FlatTable> Item(std::size_t field, std::uint64_t index) const;

 private:
  FlatTable(std::string_view buffer, std::uint64_t at) : buffer_(buffer), at_(at) {}
  std::optional<std::uint64_t> Number(std::uint64_t at, std::size_t width) const;
  /// Where an offset that lies at `at` points to.
  std::optional<std::uint64_t> Follow(std::uint64_t at) const;
  std::optional<std::uint64_t> Place(std::size_t field) const;

  std::string_view buffer_;
  std::uint64_t at_ = 0;
};

}  // namespace cairn::formats::wire
