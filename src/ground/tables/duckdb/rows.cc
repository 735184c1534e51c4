#include "ground/tables/duckdb/rows.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "ground/tables/duckdb/failure.h"

namespace cairn::tables {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

template <class Stored>
void Widen(const void* data, std::size_t size, std::vector<std::int64_t>& out) {
  const auto* from = static_cast<const Stored*>(data);
  out.assign(from, from + size);
}

/// Moves `count` ticks to milliseconds: multiplied (saturating: the engine's infinities are its largest
/// numbers) or divided towards the past.
void Scale(const std::int64_t* from, std::size_t size, std::int64_t times, std::int64_t by,
           std::vector<std::int64_t>& out) {
  out.resize(size);
  for (std::size_t row = 0; row < size; ++row) {
    std::int64_t value = 0;
    if (__builtin_mul_overflow(from[row], times, &value)) value = from[row] < 0 ? -kMost : kMost;
    out[row] = value / by - (value % by < 0 ? 1 : 0);
  }
}

std::string_view ViewOf(const duckdb_string_t& text) {
  const auto length = text.value.inlined.length;
  return {length <= sizeof text.value.inlined.inlined ? text.value.inlined.inlined : text.value.pointer.ptr,
          length};
}

double Huge(const duckdb_hugeint& value) {
  return std::ldexp(static_cast<double>(value.upper), 64) + static_cast<double>(value.lower);
}

}  // namespace

Reading ReadingOf(duckdb_type type) {
  switch (type) {
    case DUCKDB_TYPE_BOOLEAN:
      return {Type::Bool, "BOOLEAN"};
    case DUCKDB_TYPE_TINYINT:
      return {Type::Int, "TINYINT"};
    case DUCKDB_TYPE_SMALLINT:
      return {Type::Int, "SMALLINT"};
    case DUCKDB_TYPE_INTEGER:
      return {Type::Int, "INTEGER"};
    case DUCKDB_TYPE_BIGINT:
      return {Type::Int, "BIGINT"};
    case DUCKDB_TYPE_UTINYINT:
      return {Type::Int, "UTINYINT"};
    case DUCKDB_TYPE_USMALLINT:
      return {Type::Int, "USMALLINT"};
    case DUCKDB_TYPE_UINTEGER:
      return {Type::Int, "UINTEGER"};
    case DUCKDB_TYPE_UBIGINT:
      return {Type::Int, "UBIGINT"};
    case DUCKDB_TYPE_HUGEINT:
      return {Type::Int, "HUGEINT"};
    case DUCKDB_TYPE_UHUGEINT:
      return {Type::Int, "UHUGEINT"};
    case DUCKDB_TYPE_FLOAT:
      return {Type::Double, "FLOAT"};
    case DUCKDB_TYPE_DOUBLE:
      return {Type::Double, "DOUBLE"};
    case DUCKDB_TYPE_DECIMAL:
      return {Type::Double, "DECIMAL"};
    case DUCKDB_TYPE_DATE:
      return {Type::Time, "DATE"};
    case DUCKDB_TYPE_TIMESTAMP:
      return {Type::Time, "TIMESTAMP"};
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      return {Type::Time, "TIMESTAMP WITH TIME ZONE"};
    case DUCKDB_TYPE_TIMESTAMP_S:
      return {Type::Time, "TIMESTAMP_S"};
    case DUCKDB_TYPE_TIMESTAMP_MS:
      return {Type::Time, "TIMESTAMP_MS"};
    case DUCKDB_TYPE_TIMESTAMP_NS:
      return {Type::Time, "TIMESTAMP_NS"};
    case DUCKDB_TYPE_VARCHAR:
      return {Type::Text, "VARCHAR"};
    case DUCKDB_TYPE_ENUM:
      return {Type::Text, "ENUM"};
    case DUCKDB_TYPE_SQLNULL:
      return {Type::Text, "NULL"};
    default:
      return {Type::Text, "VARCHAR", true};
  }
}

void Vectors::AddColumn(std::string name, duckdb_logical_type type) {
  State state;
  state.type = library_.get_type_id(type);
  if (state.type == DUCKDB_TYPE_DECIMAL) {
    state.inner = library_.decimal_internal_type(type);
    state.divisor = std::pow(10.0, library_.decimal_scale(type));
  } else if (state.type == DUCKDB_TYPE_ENUM) {
    state.inner = library_.enum_internal_type(type);
    for (std::uint32_t word = 0; word < library_.enum_dictionary_size(type); ++word) {
      char* text = library_.enum_dictionary_value(type, word);
      state.words.emplace_back(text);
      library_.free(text);
    }
  }
  const auto reading = ReadingOf(state.type);
  fields_.push_back({std::move(name), reading.type, reading.sql_type});
  columns_.push_back(std::move(state));
}

Result<> Vectors::Load(duckdb_data_chunk chunk, std::size_t first) {
  size_ = library_.data_chunk_get_size(chunk);
  for (std::size_t column = 0; column < columns_.size(); ++column)
    CAIRN_TRY(LoadColumn(column, library_.data_chunk_get_vector(chunk, first + column)));
  return {};
}

Result<> Vectors::LoadColumn(std::size_t column, duckdb_vector vector) {
  auto& state = columns_[column];
  state.data = library_.vector_get_data(vector);
  state.validity = library_.vector_get_validity(vector);
  state.widened = false;
  const auto* longs = static_cast<const std::int64_t*>(state.data);
  switch (state.type == DUCKDB_TYPE_ENUM ? state.inner : state.type) {
    case DUCKDB_TYPE_TINYINT:
      Widen<std::int8_t>(state.data, size_, state.ints);
      break;
    case DUCKDB_TYPE_SMALLINT:
      Widen<std::int16_t>(state.data, size_, state.ints);
      break;
    case DUCKDB_TYPE_INTEGER:
      Widen<std::int32_t>(state.data, size_, state.ints);
      break;
    case DUCKDB_TYPE_UTINYINT:
      Widen<std::uint8_t>(state.data, size_, state.ints);
      break;
    case DUCKDB_TYPE_USMALLINT:
      Widen<std::uint16_t>(state.data, size_, state.ints);
      break;
    case DUCKDB_TYPE_UINTEGER:
      Widen<std::uint32_t>(state.data, size_, state.ints);
      break;
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_HUGEINT:
    case DUCKDB_TYPE_UHUGEINT:
      return LoadHuge(column);
    case DUCKDB_TYPE_DATE:
      Widen<std::int32_t>(state.data, size_, state.ints);
      for (auto& day : state.ints) day *= 86'400'000;
      break;
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      Scale(longs, size_, 1, 1000, state.ints);
      break;
    case DUCKDB_TYPE_TIMESTAMP_NS:
      Scale(longs, size_, 1, 1'000'000, state.ints);
      break;
    case DUCKDB_TYPE_TIMESTAMP_S:
      Scale(longs, size_, 1000, 1, state.ints);
      break;
    case DUCKDB_TYPE_FLOAT: {
      const auto* from = static_cast<const float*>(state.data);
      state.doubles.assign(from, from + size_);
      break;
    }
    case DUCKDB_TYPE_DECIMAL:
      LoadDecimals(state);
      break;
    default:
      if (!ReadingOf(state.type).shown) break;
      return Error{Reason::InvalidArgument, "Column '" + fields_[column].name +
                                                "' has a type with no plain value; cast it to VARCHAR."};
  }
  return {};
}

Result<> Vectors::LoadHuge(std::size_t column) {
  auto& state = columns_[column];
  state.ints.assign(size_, 0);
  for (std::size_t row = 0; row < size_; ++row) {
    if (IsNull(column, row)) continue;
    std::uint64_t lower = 0;
    std::int64_t upper = 0;
    if (state.type == DUCKDB_TYPE_UBIGINT) {
      lower = static_cast<const std::uint64_t*>(state.data)[row];
    } else {
      lower = static_cast<const duckdb_hugeint*>(state.data)[row].lower;
      upper = static_cast<const duckdb_hugeint*>(state.data)[row].upper;
    }
    const auto value = static_cast<std::int64_t>(lower);
    const bool fits = value < 0 ? upper == -1 && state.type == DUCKDB_TYPE_HUGEINT : upper == 0;
    if (!fits)
      return Error{
          Reason::Unprocessable,
          "Column '" + fields_[column].name +
              "' holds a whole number beyond 64 bits; cast it to DOUBLE or VARCHAR in the statement."};
    state.ints[row] = value;
  }
  return {};
}

void Vectors::LoadDecimals(State& state) {
  if (state.inner == DUCKDB_TYPE_HUGEINT) {
    const auto* from = static_cast<const duckdb_hugeint*>(state.data);
    state.doubles.resize(size_);
    for (std::size_t row = 0; row < size_; ++row) state.doubles[row] = Huge(from[row]) / state.divisor;
    return;
  }
  if (state.inner == DUCKDB_TYPE_SMALLINT) Widen<std::int16_t>(state.data, size_, state.ints);
  if (state.inner == DUCKDB_TYPE_INTEGER) Widen<std::int32_t>(state.data, size_, state.ints);
  if (state.inner == DUCKDB_TYPE_BIGINT) Widen<std::int64_t>(state.data, size_, state.ints);
  state.doubles.resize(size_);
  for (std::size_t row = 0; row < size_; ++row)
    state.doubles[row] = static_cast<double>(state.ints[row]) / state.divisor;
}

const Vectors::State& Vectors::Expect(std::size_t column, Type type) const {
  if (fields_[column].type == type) return columns_[column];
  std::fprintf(stderr, "column '%s' holds %s and was read as %s\n", fields_[column].name.c_str(),
               NameOf(fields_[column].type), NameOf(type));
  std::abort();
}

std::span<const double> Vectors::Doubles(std::size_t column) const {
  const auto& state = columns_[column];
  const auto type = fields_[column].type;
  if (state.type == DUCKDB_TYPE_DOUBLE) return {static_cast<const double*>(state.data), size_};
  if (!state.widened && type == Type::Int) {
    const auto ints = Ints(column);
    state.doubles.assign(ints.begin(), ints.end());
  } else if (!state.widened && type == Type::Bool) {
    const auto bools = Bools(column);
    state.doubles.assign(bools.begin(), bools.end());
  } else {
    Expect(column, state.widened ? type : Type::Double);
  }
  state.widened = true;
  return state.doubles;
}

std::span<const std::int64_t> Vectors::Ints(std::size_t column) const {
  const auto& state = Expect(column, Type::Int);
  if (state.type == DUCKDB_TYPE_BIGINT) return {static_cast<const std::int64_t*>(state.data), size_};
  return state.ints;
}

std::span<const TimeMs> Vectors::Times(std::size_t column) const {
  const auto& state = Expect(column, Type::Time);
  if (state.type == DUCKDB_TYPE_TIMESTAMP_MS) return {static_cast<const TimeMs*>(state.data), size_};
  return state.ints;
}

std::span<const std::uint8_t> Vectors::Bools(std::size_t column) const {
  return {static_cast<const std::uint8_t*>(Expect(column, Type::Bool).data), size_};
}

std::string_view Vectors::Text(std::size_t column, std::size_t row) const {
  const auto& state = Expect(column, Type::Text);
  if (state.type == DUCKDB_TYPE_ENUM)
    return IsNull(column, row) ? std::string_view() : state.words[static_cast<std::size_t>(state.ints[row])];
  if (state.type != DUCKDB_TYPE_VARCHAR || IsNull(column, row)) return {};
  return ViewOf(static_cast<const duckdb_string_t*>(state.data)[row]);
}

void Vectors::Texts(std::size_t column, std::vector<std::string_view>& texts) const {
  const auto& state = Expect(column, Type::Text);
  texts.resize(size_);
  if (state.type != DUCKDB_TYPE_VARCHAR) {
    for (std::size_t row = 0; row < size_; ++row) texts[row] = Text(column, row);
    return;
  }
  const auto* from = static_cast<const duckdb_string_t*>(state.data);
  const auto valid = Validity(column);
  if (valid.empty()) {
    for (std::size_t row = 0; row < size_; ++row) texts[row] = ViewOf(from[row]);
    return;
  }
  // What stands in place of a null may point anywhere.
  for (std::size_t row = 0; row < size_; ++row)
    texts[row] = valid[row / 64] >> (row % 64) & 1 ? ViewOf(from[row]) : std::string_view();
}

Rows::Rows(const Library& library, duckdb_result result, const std::vector<std::string>& names)
    : library_(library), result_(result), places_{Place{Vectors(library)}, Place{Vectors(library)}} {
  const auto count = library_.column_count(&result_);
  for (std::size_t column = 0; column < count; ++column) {
    auto type = library_.column_logical_type(&result_, column);
    for (auto& place : places_)
      place.vectors.AddColumn(names.empty() ? library_.column_name(&result_, column) : names[column], type);
    library_.destroy_logical_type(&type);
  }
}

Rows::~Rows() {
  for (auto& place : places_) {
    if (place.chunk) library_.destroy_data_chunk(&place.chunk);
  }
  library_.destroy_result(&result_);
}

Result<bool> Rows::Next() {
  at_ = 1 - at_;
  auto& [vectors, chunk] = places_[at_];
  if (chunk) library_.destroy_data_chunk(&chunk);
  chunk = library_.fetch_chunk(result_);
  if (!chunk) {
    const char* message = library_.result_error(&result_);
    if (message && *message) return Failure(message);
    return false;
  }
  if (library_.data_chunk_get_size(chunk) == 0) return false;
  CAIRN_TRY(vectors.Load(chunk, 0));
  return true;
}

std::int64_t Rows::changed() { return static_cast<std::int64_t>(library_.rows_changed(&result_)); }

}  // namespace cairn::tables
