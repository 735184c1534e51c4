#pragma once

#include <chrono>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ground/tables/chunk.h"
#include "ground/tables/source.h"
#include "ground/tables/table.h"
#include "ground/vocabulary/result.h"

namespace cairn::tables {

/// A bound parameter: null, truth value, whole number, number, text.
using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

/// What a query may take. An end that was asked for is Conflict ("was stopped"), one by the clock is
/// Exhausted
/// ("took longer than").
struct Limits {
  std::stop_token stop = {};
  std::optional<std::chrono::milliseconds> time = {};
  bool only_reads = false;  ///< Denied for any statement but one SELECT.
};

/// What one thread does with the chunks that it is handed.
class Visitor {
 public:
  virtual ~Visitor() = default;
  /// An error ends the visit with it.
  virtual Result<> Take(const Chunk& chunk) = 0;
};

/// SQL over files and over tables kept in memory (DuckDB). Nothing is stored, nothing is fetched from a
/// network, no extension is loaded. Safe from any thread; each call has a connection of its own, so temporary
/// tables do not outlive it, and other tables and views are seen by all.
///
/// Order and exactness: rows come in the order of the file or of ORDER BY; doubles come bit for bit; dates
/// and times are UTC. With one thread (the default) sums of doubles are the same in every run; with more they
/// may differ in the last digits.
///
/// Errors of every call: Unprocessable for content that contradicts its form (a CSV line, a value that does
/// not convert), with file and line where known; NotFound for a file that is not there; Corrupt for a damaged
/// Parquet file; InvalidArgument for wrong SQL or parameters; Denied for a file outside the folders allowed;
/// Exhausted for the memory limit or a full disk.
class Engine {
 public:
  struct Options {
    int threads = 1;                          ///< 0 = one per core.
    std::uint64_t memory_bytes = 1ull << 30;  ///< Beyond it, work spills to `spill` or fails.
    std::string spill = {};                   ///< Folder for what does not fit the memory; "" = none.
    /// Only files below these may be read or written. None given = any file; an empty list = no file at all.
    std::optional<std::vector<std::string>> folders = {};
    std::vector<std::string> files = {};  ///< With `folders`: these may be read and written too.
    std::string library = {};             ///< Path of libduckdb.so; "" = where the program's libraries are.
  };

  /// Unavailable when the library cannot be opened or is of another major version; the message says where it
  /// was looked for.
  static Result<std::unique_ptr<Engine>> Open(const Options& options);
  static Result<std::unique_ptr<Engine>> Open() { return Open(Options{}); }
  ~Engine();

  /// Runs one statement with $1, $2… bound. Integers beyond 64 bits are Unprocessable: cast them in the
  /// statement.
  Result<Table> Query(std::string_view sql, std::span<const Value> values = {}, const Limits& limits = {});
  Result<Table> Query(std::string_view sql, std::initializer_list<Value> values, const Limits& limits = {});

  /// Runs one SELECT and hands its rows over in chunks, in order, without holding them all. `take` may return
  /// an error to end the scan with it.
  Result<> Scan(std::string_view sql, const std::function<Result<>(const Chunk&)>& take,
                std::span<const Value> values = {}, const Limits& limits = {});
  /// The same for who works on a chunk while the next one is fetched: a chunk lives until `take` has come
  /// back from the call with the next one. `end` is called before the last one dies, also where the scan
  /// failed.
  Result<> ScanAhead(std::string_view sql, const std::function<Result<>(const Chunk&)>& take,
                     const std::function<void()>& end, const Limits& limits = {});

  /// Runs one SELECT of at least one column for work in which the order of rows does not matter: the engine's
  /// threads hand chunks over as they have them, each to a visitor that nobody else is calling. `make` gives
  /// a visitor when one more is needed, at most one a thread, and is called under a lock. Gives the visitors
  /// back, for their findings to be put together.
  Result<std::vector<std::unique_ptr<Visitor>>> Visit(std::string_view select,
                                                      const std::function<std::unique_ptr<Visitor>()>& make,
                                                      const Limits& limits = {});

  /// Columns and types of a file or a set of them.
  Result<std::vector<Field>> Sniff(const Source& source, const Limits& limits = {});

  /// Creates or replaces table `name` with a copy of `table`.
  Result<> Put(std::string_view name, const Table& table);

  /// Writes a SELECT's rows to `path` (CSV: header, comma, UTF-8, empty for null; Parquet: zstd; JSON lines).
  /// A file that is there is replaced, and only after the new one is complete. Gives the number of rows.
  Result<std::int64_t> Write(std::string_view select, std::string_view path, Format format,
                             const Limits& limits = {});

 private:
  class State;
  explicit Engine(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace cairn::tables
