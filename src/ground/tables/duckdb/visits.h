#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "ground/tables/duckdb/rows.h"
#include "ground/tables/engine.h"

namespace cairn::tables {

/// The function cairn_visit(number, columns…) of one database. Through it the engine's own threads hand over
/// chunks where they have read them, which no result that is fetched from outside allows.
class Visits {
 public:
  using Make = std::function<std::unique_ptr<Visitor>()>;

  explicit Visits(const Library& library) : library_(library) {}
  Visits(const Visits&) = delete;
  Visits& operator=(const Visits&) = delete;

  /// Makes the function known to the connection's database, once.
  Result<> Register(duckdb_connection connection);

  /// One statement's visit, from its construction to its end.
  class Visit {
   public:
    Visit(Visits& visits, const Make& make, std::vector<std::string> names);
    ~Visit();
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

    /// The statement that visits the rows of `select`.
    std::string Call(std::string_view select) const;
    /// Why a visitor ended it; Done when none did.
    Result<> Outcome() const;
    std::vector<std::unique_ptr<Visitor>> TakeVisitors();

   private:
    friend class Visits;
    struct Seat {
      explicit Seat(const Library& library) : vectors(library) {}
      Vectors vectors;
      std::unique_ptr<Visitor> visitor;
    };
    /// Null once a visitor has ended the visit.
    std::unique_ptr<Seat> Sit(duckdb_data_chunk chunk);
    bool Take(duckdb_data_chunk chunk);

    Visits& visits_;
    const Make& make_;
    const std::vector<std::string> names_;
    std::int64_t number_;
    mutable std::mutex mutex_;
    std::vector<std::unique_ptr<Seat>> idle_;
    Result<> outcome_;
  };

 private:
  static void Called(duckdb_function_info info, duckdb_data_chunk chunk, duckdb_vector output);

  const Library& library_;
  std::mutex mutex_;
  bool registered_ = false;
  std::int64_t last_ = 0;
  std::map<std::int64_t, Visit*> running_;
};

}  // namespace cairn::tables
