#pragma once

#include <array>
#include <string>
#include <vector>

#include "ground/tables/chunk.h"
#include "ground/tables/duckdb/library.h"
#include "ground/vocabulary/result.h"

namespace cairn::tables {

/// How the engine's type is handed on. `shown` when only its text form is: the statement must cast it.
struct Reading {
  Type type;
  const char* sql_type;
  bool shown = false;
};
Reading ReadingOf(duckdb_type type);

/// The engine's vectors, read as a chunk in our types.
class Vectors : public Chunk {
 public:
  explicit Vectors(const Library& library) : library_(library) {}

  void AddColumn(std::string name, duckdb_logical_type type);
  /// Reads the chunk's vectors from number `first` on; they must outlive the reading.
  Result<> Load(duckdb_data_chunk chunk, std::size_t first);

  std::size_t rows() const override { return size_; }
  const std::vector<Field>& fields() const override { return fields_; }
  bool IsNull(std::size_t column, std::size_t row) const override {
    const auto* words = columns_[column].validity;
    return words && !(words[row / 64] >> (row % 64) & 1);
  }
  std::span<const std::uint64_t> Validity(std::size_t column) const override {
    const auto* words = columns_[column].validity;
    return words ? std::span(words, (size_ + 63) / 64) : std::span<const std::uint64_t>();
  }
  std::span<const double> Doubles(std::size_t column) const override;
  std::span<const std::int64_t> Ints(std::size_t column) const override;
  std::span<const TimeMs> Times(std::size_t column) const override;
  std::span<const std::uint8_t> Bools(std::size_t column) const override;
  std::string_view Text(std::size_t column, std::size_t row) const override;
  void Texts(std::size_t column, std::vector<std::string_view>& texts) const override;

 private:
  struct State {
    duckdb_type type = DUCKDB_TYPE_INVALID;
    duckdb_type inner = DUCKDB_TYPE_INVALID;  ///< How a decimal or an enumeration is stored.
    double divisor = 1;
    std::vector<std::string> words;  ///< An enumeration's.
    const void* data = nullptr;
    const std::uint64_t* validity = nullptr;
    std::vector<std::int64_t> ints;
    mutable std::vector<double> doubles;
    mutable bool widened = false;  ///< Whether `doubles` holds this chunk's integers.
  };
  Result<> LoadColumn(std::size_t column, duckdb_vector vector);
  Result<> LoadHuge(std::size_t column);
  void LoadDecimals(State& state);
  const State& Expect(std::size_t column, Type type) const;

  const Library& library_;
  std::size_t size_ = 0;
  std::vector<Field> fields_;
  std::vector<State> columns_;
};

/// The rows of one result, chunk by chunk.
class Rows {
 public:
  /// Takes over `result`, which is destroyed with this. `names` replaces the result's own column names unless
  /// empty.
  Rows(const Library& library, duckdb_result result, const std::vector<std::string>& names);
  ~Rows();
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  const std::vector<Field>& fields() const { return places_[at_].vectors.fields(); }
  /// Whether there was another chunk to move to. The one before stays as it is until the next call.
  Result<bool> Next();
  /// The one moved to.
  const Chunk& chunk() const { return places_[at_].vectors; }
  /// The rows that a statement without rows of its own changed.
  std::int64_t changed();

 private:
  struct Place {
    Vectors vectors;
    duckdb_data_chunk chunk = nullptr;
  };
  const Library& library_;
  duckdb_result result_;
  std::array<Place, 2> places_;
  std::size_t at_ = 0;
};

}  // namespace cairn::tables
