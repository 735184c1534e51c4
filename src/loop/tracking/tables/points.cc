#include "loop/tracking/tables/points.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <tuple>

namespace cairn::tracking {
namespace {

static_assert(std::endian::native == std::endian::little, "values are stored as they lie in memory");

constexpr char kVersion = 1;
constexpr std::size_t kLongestVarint = 10;

auto RankOf(const Point& point) {
  const bool nan = std::isnan(point.value);
  return std::tuple(point.step, point.at_ms, nan ? 0.0 : point.value, nan);
}

std::uint64_t Zigzag(std::uint64_t difference) { return (difference << 1) ^ (0 - (difference >> 63)); }
std::uint64_t Unzigzag(std::uint64_t coded) { return (coded >> 1) ^ (0 - (coded & 1)); }
std::uint64_t Bits(std::int64_t number) { return static_cast<std::uint64_t>(number); }

class Writer {
 public:
  explicit Writer(std::size_t expected) {
    bytes_.reserve(expected);
    bytes_ += kVersion;
  }
  void Varint(std::uint64_t number) {
    char digits[kLongestVarint];
    std::size_t count = 0;
    for (; number >= 0x80; number >>= 7) digits[count++] = static_cast<char>(number | 0x80);
    digits[count++] = static_cast<char>(number);
    bytes_.append(digits, count);
  }
  void Raw(std::uint64_t bits, std::size_t count) {
    char digits[sizeof bits];
    std::memcpy(digits, &bits, sizeof bits);
    bytes_.append(digits, count);
  }
  void Byte(unsigned value) { bytes_ += static_cast<char>(value); }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Past the end it reads zeros and is no longer sound.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : at_(bytes.data()), end_(at_ + bytes.size()) {
    sound_ = Byte() == static_cast<unsigned char>(kVersion);
  }
  bool sound() const { return sound_; }
  bool AtEnd() const { return at_ == end_; }
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

  unsigned Byte() {
    if (at_ == end_) return Fail();
    return static_cast<unsigned char>(*at_++);
  }
  std::uint64_t Varint() {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const unsigned byte = Byte();
      number |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return number;
    }
    return Fail();
  }
  std::uint64_t Raw(std::size_t count) {
    if (left() < count) return Fail();
    std::uint64_t bits = 0;
    std::memcpy(&bits, at_, count);
    at_ += count;
    return bits;
  }

 private:
  unsigned Fail() {
    sound_ = false;
    at_ = end_;
    return 0;
  }

  const char* at_;
  const char* end_;
  bool sound_ = true;
};

Error Damaged(std::string_view what) {
  return {Reason::Corrupt,
          "A stored " + std::string(what) + " of metric points is damaged; restore the store from a backup."};
}

void PackColumn(Writer& writer, std::span<const Point> points, std::int64_t Point::*column) {
  std::uint64_t last = 0, last_step = 0, zeros = 0;
  const auto end_zeros = [&] {
    if (zeros > 0) writer.Varint(zeros - 1);
    zeros = 0;
  };
  for (const auto& point : points) {
    const auto step = Bits(point.*column) - last;
    const auto coded = Zigzag(step - last_step);
    last = Bits(point.*column);
    last_step = step;
    if (coded == 0) {
      if (zeros++ == 0) writer.Varint(0);
      continue;
    }
    end_zeros();
    writer.Varint(coded);
  }
  end_zeros();
}

void UnpackColumn(Reader& reader, std::span<Point> points, std::int64_t Point::*column) {
  std::uint64_t last = 0, step = 0, zeros = 0;
  for (auto& point : points) {
    if (zeros > 0) {
      --zeros;
    } else if (const auto coded = reader.Varint(); coded == 0) {
      zeros = reader.Varint();
    } else {
      step += Unzigzag(coded);
    }
    last += step;
    point.*column = static_cast<std::int64_t>(last);
  }
}

void PackValues(Writer& writer, std::span<const Point> points) {
  std::uint64_t last = 0;
  for (const auto& point : points) {
    const auto bits = std::bit_cast<std::uint64_t>(point.value);
    const auto changed = bits ^ last;
    last = bits;
    const auto high = static_cast<unsigned>(std::countl_zero(changed)) / 8;
    const auto low = changed == 0 ? 0 : static_cast<unsigned>(std::countr_zero(changed)) / 8;
    writer.Byte(high << 4 | low);
    writer.Raw(changed >> (low * 8), 8 - high - low);
  }
}

void UnpackValues(Reader& reader, std::span<Point> points) {
  std::uint64_t last = 0;
  for (auto& point : points) {
    const unsigned zeros = reader.Byte();
    const unsigned high = zeros >> 4, low = zeros & 15;
    // A damaged count gives a wrong number of bytes, which the length of the whole then shows.
    if (high + low < 8) last ^= reader.Raw(8 - high - low) << (low * 8);
    point.value = std::bit_cast<double>(last);
  }
}

}  // namespace

bool Before(const Point& a, const Point& b) { return RankOf(a) < RankOf(b); }
bool Same(const Point& a, const Point& b) { return RankOf(a) == RankOf(b); }

void Settle(std::vector<Point>& points) {
  if (!std::is_sorted(points.begin(), points.end(), Before)) std::sort(points.begin(), points.end(), Before);
  points.erase(std::unique(points.begin(), points.end(), Same), points.end());
}

void Merge(std::vector<Point>& points, std::span<const Point> more) {
  const auto middle = static_cast<std::ptrdiff_t>(points.size());
  points.insert(points.end(), more.begin(), more.end());
  if (middle == 0 || more.empty() || Before(points[static_cast<std::size_t>(middle) - 1], more.front()))
    return;
  std::inplace_merge(points.begin(), points.begin() + middle, points.end(), Before);
  points.erase(std::unique(points.begin(), points.end(), Same), points.end());
}

std::string PackBatch(std::span<const Metric> metrics, std::span<const std::int64_t> keys) {
  Writer writer(1 + metrics.size() * 16);
  std::uint64_t key = 0, step = 0, at = 0;
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    const auto& metric = metrics[i];
    writer.Varint(Zigzag(Bits(keys[i]) - key));
    writer.Varint(Zigzag(Bits(metric.step) - step));
    writer.Varint(Zigzag(Bits(metric.at_ms) - at));
    // One NaN out of many, and no -0: equal points have equal bytes.
    const double value = std::isnan(metric.value) ? std::nan("") : metric.value + 0.0;
    writer.Raw(std::bit_cast<std::uint64_t>(value), 8);
    key = Bits(keys[i]);
    step = Bits(metric.step);
    at = Bits(metric.at_ms);
  }
  return writer.Take();
}

Result<> UnpackBatch(std::string_view bytes,
                     const std::function<void(std::int64_t key, const Point&)>& take) {
  Reader reader(bytes);
  std::uint64_t key = 0, step = 0, at = 0;
  while (reader.sound() && !reader.AtEnd()) {
    key += Unzigzag(reader.Varint());
    step += Unzigzag(reader.Varint());
    at += Unzigzag(reader.Varint());
    const auto value = std::bit_cast<double>(reader.Raw(8));
    if (reader.sound())
      take(static_cast<std::int64_t>(key),
           {static_cast<std::int64_t>(step), static_cast<std::int64_t>(at), value});
  }
  if (!reader.sound()) return Damaged("batch");
  return {};
}

std::string PackChunk(std::span<const Point> points) {
  Writer writer(32 + points.size() * 10);
  writer.Varint(points.size());
  PackColumn(writer, points, &Point::step);
  PackColumn(writer, points, &Point::at_ms);
  PackValues(writer, points);
  return writer.Take();
}

Result<> UnpackChunk(std::string_view bytes, std::vector<Point>& points) {
  Reader reader(bytes);
  const auto count = reader.Varint();
  // Each point has at least the first byte of its value.
  if (!reader.sound() || count > reader.left()) return Damaged("chunk");
  points.resize(points.size() + count);
  const auto fresh = std::span(points).last(count);
  UnpackColumn(reader, fresh, &Point::step);
  UnpackColumn(reader, fresh, &Point::at_ms);
  UnpackValues(reader, fresh);
  if (!reader.sound() || !reader.AtEnd()) return Damaged("chunk");
  return {};
}

}  // namespace cairn::tracking
