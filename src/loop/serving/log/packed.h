#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/json.h"
#include "loop/serving/request_values.h"

/// How a record of many rows keeps its numbers: behind its JSON, as bytes. The payload is the byte 0x01, the
/// JSON's length (32 bits little-endian), the JSON, and then, in the order in which the JSON names them, the
/// lists that stand in it as {"f32":1000}, {"f64":1000} or {"i64":1000}: so many numbers, little-endian. NaN
/// is no value. Whatever else a list holds (texts, nulls among doubles, infinities) stays JSON.
namespace cairn::serving {

inline constexpr std::size_t kPackedHead = 5;
inline constexpr char kPacked = '\x01';

/// Writes the numbers of one record. What it takes must outlive it.
class Tail {
 public:
  explicit Tail(std::size_t rows);
  /// Records of few rows are all JSON.
  bool IsWanted() const { return wanted_; }
  /// Writes in place of the list what stands for it, and keeps its numbers; false, and nothing happens, for
  /// one that stays JSON.
  bool Take(std::string& out, const Values& values);
  bool Take(std::string& out, const std::vector<double>& numbers);
  /// Behind the JSON of the record that begins at `begin`.
  void Close(std::string& out, std::size_t begin);

 private:
  void Keep(std::string& out, std::string_view kind, std::size_t count, std::string_view bytes);

  bool wanted_;
  std::string made_;                     ///< Of numbers that were narrowed or gathered.
  std::vector<std::string_view> parts_;  ///< A part without an address is the next one in `made_`.
};

/// Reads them back.
class Unpacker {
 public:
  /// Divides a packed payload; false when it is none.
  bool Split(std::string_view payload, std::string_view& json);
  /// The next list.
  Values ValuesOf(const Json& list);
  std::vector<double> ScoresOf(const Json& list);
  /// Whether each list had its numbers, and none are left.
  bool IsSound() const { return sound_ && rest_.empty(); }

 private:
  template <class T>
  std::vector<T> Next(std::int64_t count);

  std::string_view rest_;
  bool sound_ = true;
};

}  // namespace cairn::serving
