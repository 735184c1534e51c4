#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include "ground/vocabulary/json.h"

namespace cairn::comparison {

inline Json ReadGolden(const std::string& path) {
  std::ifstream file(path);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  auto parsed = Json::Parse(text);
  EXPECT_TRUE(parsed) << path << ": " << (parsed ? "" : parsed.error().message);
  return parsed ? *parsed : Json();
}

inline std::vector<double> Uniform(std::uint64_t seed, std::size_t count) {
  std::vector<double> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::uint64_t z = seed + (i + 1) * 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    values[i] = static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
  }
  return values;
}

/// The sample that make_compare.py calls drawn(): the same doubles, bit for bit.
inline std::vector<double> Drawn(std::uint64_t seed, std::size_t count, double shift = 0, double scale = 1,
                                 double ties = 0) {
  const std::vector<double> u = Uniform(seed, 4 * count);
  std::vector<double> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = shift + scale * ((u[4 * i] + u[4 * i + 1]) + (u[4 * i + 2] + u[4 * i + 3]) - 2.0);
    if (ties > 0) values[i] = std::floor(values[i] * ties) / ties;
  }
  return values;
}

/// Either the numbers themselves (null: missing), or the arguments of Drawn.
inline std::vector<double> SampleOf(const Json& spec) {
  if (spec.IsObject()) {
    return Drawn(static_cast<std::uint64_t>(spec.Int("seed")), static_cast<std::size_t>(spec.Int("count")),
                 spec.Double("shift"), spec.Double("scale", 1), spec.Double("ties"));
  }
  std::vector<double> values;
  for (const Json& item : spec.items()) {
    values.push_back(item.IsNull() ? std::numeric_limits<double>::quiet_NaN() : item.AsDouble());
  }
  return values;
}

inline double NumberOf(const Json& value) {
  if (value.IsNumber()) return value.AsDouble();
  const std::string& name = value.AsString();
  if (name == "NaN") return std::numeric_limits<double>::quiet_NaN();
  return (name == "Infinity" ? 1 : -1) * std::numeric_limits<double>::infinity();
}

/// Equal to `relative`, or to `absolute` near zero; infinities and NaN by identity.
inline ::testing::AssertionResult Near(double actual, double expected, double relative, double absolute) {
  const bool same = std::isnan(expected) ? std::isnan(actual)
                    : std::isinf(expected)
                        ? actual == expected
                        : std::fabs(actual - expected) <= relative * std::fabs(expected) + absolute;
  if (same) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure()
         << actual << " is not " << expected << " (off by " << actual - expected << ")";
}

}  // namespace cairn::comparison
