#include "loop/formats/wire/flat_buffer.h"

namespace cairn::formats::wire {

FlatTable::FlatTable(std::string_view buffer) : buffer_(buffer) { at_ = Follow(0).value_or(buffer.size()); }

std::optional<std::uint64_t> FlatTable::Number(std::uint64_t at, std::size_t width) const {
  if (at > buffer_.size() || width > buffer_.size() - at) return std::nullopt;
  std::uint64_t number = 0;
  for (std::size_t i = width; i-- > 0;) number = number << 8 | static_cast<unsigned char>(buffer_[at + i]);
  return number;
}

std::optional<std::uint64_t> FlatTable::Follow(std::uint64_t at) const {
  const auto offset = Number(at, 4);
  if (!offset || *offset == 0 || *offset > buffer_.size() - at) return std::nullopt;
  return at + *offset;
}

std::optional<std::uint64_t> FlatTable::Place(std::size_t field) const {
  const auto back = Number(at_, 4);
  if (!back) return std::nullopt;
  const auto distance = static_cast<std::int64_t>(static_cast<std::int32_t>(*back));
  const auto directory = static_cast<std::int64_t>(at_) - distance;
  if (directory < 0) return std::nullopt;
  const auto begins = static_cast<std::uint64_t>(directory);
  const auto length = Number(begins, 2);
  if (!length || 4 + 2 * field + 2 > *length) return std::nullopt;
  const auto offset = Number(begins + 4 + 2 * field, 2);
  if (!offset || *offset == 0) return std::nullopt;
  return at_ + *offset;
}

std::string FlatTable::Text(std::size_t field) const {
  const auto place = Place(field);
  const auto text = place ? Follow(*place) : std::nullopt;
  const auto length = text ? Number(*text, 4) : std::nullopt;
  if (!length || *length > buffer_.size() - *text - 4) return {};
  return std::string(buffer_.substr(*text + 4, *length));
}

std::optional<FlatTable> FlatTable::Table(std::size_t field) const {
  const auto place = Place(field);
  const auto table = place ? Follow(*place) : std::nullopt;
  if (!table) return std::nullopt;
  return FlatTable(buffer_, *table);
}

std::uint64_t FlatTable::Length(std::size_t field) const {
  const auto place = Place(field);
  const auto vector = place ? Follow(*place) : std::nullopt;
  return vector ? Number(*vector, 4).value_or(0) : 0;
}

std::optional<FlatTable> FlatTable::Item(std::size_t field, std::uint64_t index) const {
  const auto place = Place(field);
  const auto vector = place ? Follow(*place) : std::nullopt;
  if (!vector || index >= Number(*vector, 4).value_or(0)) return std::nullopt;
  const auto item = Follow(*vector + 4 + 4 * index);
  if (!item) return std::nullopt;
  return FlatTable(buffer_, *item);
}

}  // namespace cairn::formats::wire
