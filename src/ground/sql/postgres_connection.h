#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "ground/sql/connection.h"
#include "ground/sql/libpq.h"

namespace cairn::sql {

/// One session with a PostgreSQL server. Used by one thread at a time.
class PostgresConnection final : public Connection {
 public:
  enum class Mode { Write, Read };

  /// Connects. Unavailable when the server cannot be reached or refuses; Unsupported when it is too old or
  /// not UTF-8.
  static Result<std::unique_ptr<PostgresConnection>> Open(const Libpq& libpq, const std::string& url);

  Engine engine() const override { return Engine::Postgres; }

  Result<> Begin(Mode mode);
  Result<> Commit();
  void RollBack();
  using Connection::Perform;

  /// True when the last transaction failed only because others ran at the same time: it may be tried again.
  bool LostRace() const { return lost_race_; }
  /// False when the session is of no further use.
  bool Sound() const;

 protected:
  Result<> Execute(std::string_view statement, std::span<const Value> values, const Take& take) override;
  Result<> ExecuteRows(std::string_view head, std::size_t width, std::span<const Value> values,
                       std::string_view tail) override;

 private:
  struct Finisher {
    const Libpq* libpq = nullptr;
    void operator()(PGconn* session) const { libpq->Finish(session); }
    void operator()(PGresult* result) const { libpq->Clear(result); }
  };
  using Answer = std::unique_ptr<PGresult, Finisher>;

  PostgresConnection(const Libpq& libpq, PGconn* session)
      : libpq_(libpq), session_(session, Finisher{&libpq}) {}
  Result<> Configure();
  Answer Own(PGresult* result) const { return Answer(result, Finisher{&libpq_}); }
  Result<> Command(const char* text);
  Result<std::string> Prepared(std::string_view text, std::span<const Value> values);
  /// Gives the error of an answer, if it is one.
  Result<> Check(PGresult* answer, std::string_view text);
  void Give(PGresult* answer, const Take& take) const;

  const Libpq& libpq_;
  std::unique_ptr<PGconn, Finisher> session_;
  std::unordered_map<std::string, std::string> prepared_;  ///< Mode, types and text to the statement's name.
  Mode mode_ = Mode::Write;
  bool lost_race_ = false;
  bool stale_ = false;
  bool from_cache_ = false;  ///< Whether the last statement was prepared by an earlier call.
};

}  // namespace cairn::sql
