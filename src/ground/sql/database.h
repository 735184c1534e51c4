#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "ground/sql/connection.h"
#include "ground/sql/migration.h"
#include "ground/vocabulary/result.h"

namespace cairn::sql {

/// A store of records on SQLite or PostgreSQL. Safe from any thread.
///
/// Durability: when Transact gives a value, its writes are on disk. On SQLite one writer thread runs the work
/// of many callers, each in a savepoint, and shares one synchronous commit among them; so work may run on
/// another thread, must have no effect outside its connection, and may run again when the shared commit
/// failed. Exactly one connection writes and checkpoints; reads use others that are read-only. On PostgreSQL
/// each call is a transaction on a pooled connection.
///
/// Isolation: every Transact is serializable on both engines, so work may read, decide and write without
/// locks. On PostgreSQL serialization failures and deadlocks (40001, 40P01) are tried again with a growing,
/// jittered pause; what still loses after ten seconds is Conflict.
class Database {
 public:
  /// Opens or creates the store that `url` names:
  ///  - "sqlite:///relative.db", "sqlite:////absolute/path.db" (the folder must exist);
  ///  - "postgresql://user:password@host:port/name?option=value", as libpq reads it; "postgres://" means the
  ///  same.
  /// InvalidArgument for another form. Unavailable when it cannot be reached or, for SQLite, when another
  /// process owns it: one process owns a SQLite store, by a lock on the file "<path>.lock". Corrupt when the
  /// file is no database.
  static Result<std::unique_ptr<Database>> Open(std::string_view url);
  virtual ~Database() = default;

  virtual Engine engine() const = 0;

  /// How many writes have been acknowledged here, some of them perhaps together; grows before the first of
  /// them is. What was read after a look at it holds while it stays. Nothing where other programs write as
  /// well.
  virtual std::optional<std::uint64_t> WriteCount() const { return std::nullopt; }

  /// Applies what is missing of each room's schema, each step in a transaction of its own, and remembers it
  /// in the table schema_step with a digest of the step's text. Conflict when a step already applied has
  /// another text, or the store was written by a newer program; nothing is changed then.
  Result<> Migrate(std::span<const RoomSchema* const> rooms);
  /// Whether every step has been applied already; reads alone. Conflict when one is missing or there are
  /// others, NotFound when no program of ours ever migrated it.
  Result<> CheckMigrated(std::span<const RoomSchema* const> rooms);

  /// Runs `work(Connection&) -> Result<T>` in one transaction; commits when it gives a value, rolls back when
  /// it gives an error. A Transact or Read of the same database inside `work` is a bug and ends the process:
  /// pass the connection down.
  template <class Work>
  auto Transact(Work&& work) -> std::invoke_result_t<Work&, Connection&> {
    return Collect(work, &Database::RunWrite);
  }

  /// As Transact, for callers that must not wait: `done` gets what Transact would have given, and is called
  /// once. On SQLite this returns at once, and both run on the writer's thread, `done` after the commit; on
  /// PostgreSQL both have run when it returns (WaitsToWrite). `done` should be brief; it may call
  /// TransactThen, while a Transact or Read in it is a bug and ends the process. The database is destroyed
  /// only when all has been done.
  template <class Work, class Taker>
  void TransactThen(Work work, Taker done) {
    using Answer = std::invoke_result_t<Work&, Connection&>;
    auto answer = std::make_shared<std::optional<Answer>>();
    StartWrite(
        [this, work = std::move(work), answer](Connection& connection) mutable -> Result<> {
          const Inside inside(*this);
          answer->emplace(work(connection));
          if (!**answer) return (*answer)->error();
          return Done{};
        },
        [this, answer, done = std::move(done)](Result<> outcome) mutable {
          const Inside inside(*this);
          done(outcome ? std::move(**answer) : Answer(std::move(outcome).error()));
        });
  }
  /// Waits for what `start(done)` begins with TransactThen; as Transact, a bug inside work.
  template <class T, class Start>
  Result<T> Await(Start&& start) {
    RefuseNesting();
    const auto answer = std::make_shared<std::promise<Result<T>>>();
    start([answer](Result<T> given) { answer->set_value(std::move(given)); });
    return answer->get_future().get();
  }
  /// Whether TransactThen keeps its caller waiting.
  bool WaitsToWrite() const { return engine() == Engine::Postgres; }

  /// The same as Transact for reading alone, from one consistent snapshot that holds all that was
  /// acknowledged before; does not wait for writers. Writing there is an Internal error.
  template <class Work>
  auto Read(Work&& work) -> std::invoke_result_t<Work&, Connection&> {
    return Collect(work, &Database::RunRead);
  }

 protected:
  using Job = std::function<Result<>(Connection&)>;
  using Answered = std::function<void(Result<>)>;
  virtual Result<> RunWrite(const Job& job) = 0;
  virtual void StartWrite(Job job, Answered done) { done(RunWrite(job)); }
  virtual Result<> RunRead(const Job& job) = 0;

 private:
  /// While one exists, this thread runs work of `database`.
  class Inside {
   public:
    explicit Inside(const Database& database);
    ~Inside();
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

   private:
    friend class Database;
    const Database& database_;
    const Inside* outer_;
  };
  void RefuseNesting() const;

  template <class Work>
  auto Collect(Work& work, Result<> (Database::*run)(const Job&))
      -> std::invoke_result_t<Work&, Connection&> {
    RefuseNesting();
    using Answer = std::invoke_result_t<Work&, Connection&>;
    std::optional<Answer> answer;
    auto outcome = (this->*run)([&](Connection& connection) -> Result<> {
      const Inside inside(*this);
      answer.emplace(work(connection));
      if (!*answer) return answer->error();
      return Done{};
    });
    if (!outcome) return std::move(outcome).error();
    return std::move(*answer);
  }
};

}  // namespace cairn::sql
