#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ground/sql/connection.h"

struct sqlite3;
struct sqlite3_stmt;

namespace cairn::sql {

/// One handle on a SQLite file. Used by one thread at a time.
class SqliteConnection final : public Connection {
 public:
  enum class Role { Writer, Reader };

  /// Opens `path`; only the writer creates it. `vfs` may be empty. Errors as Database::Open.
  static Result<std::unique_ptr<SqliteConnection>> Open(const std::string& path, const std::string& vfs,
                                                        Role role);
  ~SqliteConnection() override;

  Engine engine() const override { return Engine::Sqlite; }

  /// BEGIN, COMMIT, SAVEPOINT and the like; apart from the rule that an error ends the transaction.
  Result<> Command(std::string_view statement);
  using Connection::Perform;
  /// False after SQLite rolled a transaction back by itself.
  bool InTransaction() const;

  /// Pages in the log after this connection's last commit.
  int log_pages() const { return log_pages_; }
  enum class Checkpoint { AsFarAsReadersAllow, WaitForReaders };
  /// Copies the log into the database file. Only the writer may.
  void CopyLog(Checkpoint how);

 protected:
  Result<> Execute(std::string_view statement, std::span<const Value> values, const Take& take) override;
  Result<> ExecuteRows(std::string_view head, std::size_t width, std::span<const Value> values,
                       std::string_view tail) override;

 private:
  struct Closer {
    void operator()(sqlite3* handle) const;
    void operator()(sqlite3_stmt* statement) const;
  };
  struct Statement {
    std::unique_ptr<sqlite3_stmt, Closer> handle;
    std::vector<std::size_t> numbers;  ///< The N of "$N" for each parameter in SQLite's order.
    std::size_t most = 0;              ///< The greatest of them.
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  SqliteConnection(std::string path, Role role) : path_(std::move(path)), role_(role) {}
  Result<> Configure();
  Result<Statement*> Prepare(std::string_view text);
  Result<> Bind(const Statement& statement, std::span<const Value> values);
  Result<> Step(const Statement& statement, const Take& take);
  Error Explain(int code, std::string_view text) const;

  std::string path_;
  Role role_;
  std::unique_ptr<sqlite3, Closer> handle_;
  std::unordered_map<std::string, Statement, TextHash, std::equal_to<>> statements_;
  int log_pages_ = 0;
};

}  // namespace cairn::sql
