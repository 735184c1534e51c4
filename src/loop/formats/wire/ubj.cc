#include "loop/formats/wire/ubj.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>

namespace cairn::formats::wire {
namespace {

constexpr int kDeepest = 64;
constexpr std::uint64_t kLongArray = 4096;
constexpr std::size_t kMostMembers = 1 << 20;

Error Broken() { return {Reason::Corrupt, "its binary JSON is broken or cut short"}; }

/// Bytes of a value of fixed size; 0 for other kinds.
std::size_t WidthOf(char kind) {
  switch (kind) {
    case 'i':
    case 'U':
    case 'C':
      return 1;
    case 'I':
      return 2;
    case 'l':
    case 'd':
      return 4;
    case 'L':
    case 'D':
      return 8;
    default:
      return 0;
  }
}

class UbjReader {
 public:
  UbjReader(std::string_view bytes, std::initializer_list<std::string_view> skipped)
      : rest_(bytes), skipped_(skipped) {}

  Result<Json> Value(char kind, int depth, bool build) {
    if (const auto width = WidthOf(kind)) return Number(kind, CAIRN_TRY(Take(width)));
    switch (kind) {
      case 'Z':
        return Json();
      case 'T':
      case 'F':
        return Json(kind == 'T');
      case 'S':
        return Json(CAIRN_TRY(Take(CAIRN_TRY(Length()))));
      case '[':
        return Array(depth + 1, build);
      case '{':
        return Object(depth + 1, build);
      default:
        return Broken();
    }
  }
  Result<char> Byte() { return CAIRN_TRY(Take(1)).front(); }

 private:
  Result<std::string_view> Take(std::uint64_t count) {
    if (count > rest_.size()) return Broken();
    const auto taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  static Json Number(char kind, std::string_view bytes) {
    std::uint64_t bits = 0;
    for (const char c : bytes) bits = bits << 8 | static_cast<unsigned char>(c);
    switch (kind) {
      case 'd':
        return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
      case 'D':
        return std::bit_cast<double>(bits);
      case 'i':
        return static_cast<std::int64_t>(static_cast<std::int8_t>(bits));
      case 'I':
        return static_cast<std::int64_t>(static_cast<std::int16_t>(bits));
      case 'l':
        return static_cast<std::int64_t>(static_cast<std::int32_t>(bits));
      default:
        return static_cast<std::int64_t>(bits);
    }
  }

  Result<std::uint64_t> Length() {
    const char kind = CAIRN_TRY(Byte());
    const auto width = WidthOf(kind);
    if (width == 0 || kind == 'd' || kind == 'D' || kind == 'C') return Broken();
    const auto length = Number(kind, CAIRN_TRY(Take(width))).AsInt();
    if (length < 0) return Broken();
    return static_cast<std::uint64_t>(length);
  }

  Result<bool> Has(char mark) {
    if (rest_.empty()) return Broken();
    if (rest_.front() != mark) return false;
    rest_.remove_prefix(1);
    return true;
  }

  Result<Json> Array(int depth, bool build) {
    if (depth > kDeepest) return Broken();
    char kind = 0;
    if (CAIRN_TRY(Has('$'))) kind = CAIRN_TRY(Byte());
    std::optional<std::uint64_t> count;
    if (CAIRN_TRY(Has('#'))) count = CAIRN_TRY(Length());
    const auto width = WidthOf(kind);
    if (kind != 0 && count && width > 0 && (!build || *count > kLongArray)) {
      if (*count > rest_.size() / width) return Broken();
      rest_.remove_prefix(*count * width);
      return Json(static_cast<std::int64_t>(*count));
    }
    // Values without bytes of their own would let a few bytes ask for any number of them.
    if (count && (kind == 'Z' || kind == 'T' || kind == 'F' || *count > rest_.size())) return Broken();
    std::vector<Json> items;
    std::uint64_t seen = 0;
    for (; count ? seen < *count : !CAIRN_TRY(Has(']')); ++seen) {
      auto item = CAIRN_TRY(Value(kind != 0 ? kind : CAIRN_TRY(Byte()), depth, build));
      if (build && seen < kLongArray) items.push_back(std::move(item));
    }
    if (!build || seen > kLongArray) return Json(static_cast<std::int64_t>(seen));
    return Json::Array(std::move(items));
  }

  Result<Json> Object(int depth, bool build) {
    if (depth > kDeepest) return Broken();
    std::vector<Json::Member> members;
    for (std::uint64_t seen = 0; !CAIRN_TRY(Has('}')); ++seen) {
      const std::string name(CAIRN_TRY(Take(CAIRN_TRY(Length()))));
      const bool wanted = build && std::find(skipped_.begin(), skipped_.end(), name) == skipped_.end();
      auto value = CAIRN_TRY(Value(CAIRN_TRY(Byte()), depth, wanted));
      if (build && ++built_ < kMostMembers) members.emplace_back(name, std::move(value));
    }
    return Json::Object(std::move(members));
  }

  std::string_view rest_;
  std::vector<std::string_view> skipped_;
  std::size_t built_ = 0;
};

}  // namespace

Result<Json> ReadUbj(std::string_view bytes, std::initializer_list<std::string_view> skipped) {
  UbjReader reader(bytes, skipped);
  return reader.Value(CAIRN_TRY(reader.Byte()), 0, true);
}

}  // namespace cairn::formats::wire
