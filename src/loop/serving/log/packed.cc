#include "loop/serving/log/packed.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

static_assert(std::endian::native == std::endian::little, "numbers are written as they lie in memory");

namespace cairn::serving {
namespace {

/// Below, JSON is as short, and reads without a tool.
constexpr std::size_t kManyRows = 16;

template <class T>
std::string_view BytesOf(const std::vector<T>& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(T)};
}

/// JSON has no infinities: they come back as texts, be the record packed or not.
template <class T>
bool HasInfinity(const std::vector<T>& numbers) {
  return std::any_of(numbers.begin(), numbers.end(), [](T number) { return std::isinf(number); });
}

bool FitsFloat(double number) { return static_cast<double>(static_cast<float>(number)) == number; }

std::optional<std::vector<double>> DoublesIn(const Values::List& list) {
  std::vector<double> numbers;
  if (list.empty() || list.front().kind() != Json::Kind::Double) return std::nullopt;
  numbers.reserve(list.size());
  for (const Json& value : list) {
    if (value.kind() != Json::Kind::Double || !std::isfinite(value.AsDouble())) return std::nullopt;
    numbers.push_back(value.AsDouble());
  }
  return numbers;
}

double NumberOf(const Json& value) {
  if (value.IsNumber()) return value.AsDouble();
  const double infinity = std::numeric_limits<double>::infinity();
  if (value == Json("Infinity")) return infinity;
  return value == Json("-Infinity") ? -infinity : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

Tail::Tail(std::size_t rows) : wanted_(rows >= kManyRows) {}

void Tail::Keep(std::string& out, std::string_view kind, std::size_t count, std::string_view bytes) {
  out += "{\"";
  out += kind;
  out += "\":";
  out += std::to_string(count);
  out += '}';
  parts_.push_back(bytes);
}

bool Tail::Take(std::string& out, const std::vector<double>& numbers) {
  if (!wanted_ || HasInfinity(numbers)) return false;
  if (!std::all_of(numbers.begin(), numbers.end(), FitsFloat)) {
    Keep(out, "f64", numbers.size(), BytesOf(numbers));
    return true;
  }
  const std::vector<float> narrow(numbers.begin(), numbers.end());
  made_ += BytesOf(narrow);
  Keep(out, "f32", numbers.size(), {static_cast<const char*>(nullptr), narrow.size() * sizeof(float)});
  return true;
}

bool Tail::Take(std::string& out, const Values& values) {
  if (!wanted_) return false;
  if (const auto* wholes = std::get_if<Values::Wholes>(&values.kept())) {
    Keep(out, "i64", wholes->size(), BytesOf(*wholes));
    return true;
  }
  if (const auto* doubles = std::get_if<Values::Doubles>(&values.kept())) {
    if (HasInfinity(*doubles)) return false;
    Keep(out, "f64", doubles->size(), BytesOf(*doubles));
    return true;
  }
  if (const auto* floats = std::get_if<Values::Floats>(&values.kept())) {
    if (HasInfinity(*floats)) return false;
    Keep(out, "f32", floats->size(), BytesOf(*floats));
    return true;
  }
  const auto numbers = DoublesIn(std::get<Values::List>(values.kept()));
  if (!numbers) return false;
  made_ += BytesOf(*numbers);
  Keep(out, "f64", numbers->size(), {static_cast<const char*>(nullptr), numbers->size() * sizeof(double)});
  return true;
}

void Tail::Close(std::string& out, std::size_t begin) {
  const auto length = static_cast<std::uint32_t>(out.size() - begin - kPackedHead);
  std::memcpy(out.data() + begin + 1, &length, sizeof length);
  std::string_view made = made_;
  for (const std::string_view part : parts_) {
    out += part.data() != nullptr ? part : made.substr(0, part.size());
    if (part.data() == nullptr) made.remove_prefix(part.size());
  }
}

bool Unpacker::Split(std::string_view payload, std::string_view& json) {
  std::uint32_t length = 0;
  if (payload.size() < kPackedHead) return false;
  std::memcpy(&length, payload.data() + 1, sizeof length);
  if (length > payload.size() - kPackedHead) return false;
  json = payload.substr(kPackedHead, length);
  rest_ = payload.substr(kPackedHead + length);
  return true;
}

template <class T>
std::vector<T> Unpacker::Next(std::int64_t count) {
  if (count < 0 || static_cast<std::uint64_t>(count) > rest_.size() / sizeof(T)) {
    sound_ = false;
    return {};
  }
  std::vector<T> numbers(static_cast<std::size_t>(count));
  if (count > 0) std::memcpy(numbers.data(), rest_.data(), numbers.size() * sizeof(T));
  rest_.remove_prefix(numbers.size() * sizeof(T));
  return numbers;
}

Values Unpacker::ValuesOf(const Json& list) {
  if (list.IsArray()) return list.items();
  if (const Json* count = list.Find("f32"); count && count->IsInt())
    return Values(Next<float>(count->AsInt()));
  if (const Json* count = list.Find("f64"); count && count->IsInt())
    return Values(Next<double>(count->AsInt()));
  if (const Json* count = list.Find("i64"); count && count->IsInt())
    return Values(Next<std::int64_t>(count->AsInt()));
  sound_ = false;
  return {};
}

std::vector<double> Unpacker::ScoresOf(const Json& list) {
  const Values values = ValuesOf(list);
  if (const auto* doubles = std::get_if<Values::Doubles>(&values.kept())) return *doubles;
  if (const auto* floats = std::get_if<Values::Floats>(&values.kept()))
    return {floats->begin(), floats->end()};
  std::vector<double> scores;
  Json made;
  for (std::size_t row = 0; row < values.size(); ++row) scores.push_back(NumberOf(values.At(row, made)));
  return scores;
}

}  // namespace cairn::serving
