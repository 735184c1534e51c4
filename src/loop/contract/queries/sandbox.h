#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ground/tables/engine.h"
#include "loop/contract/check.h"

namespace cairn::contract {

/// An engine for the SQL of contracts: it sees the checked table, and other tables that the check knows, as
/// views; it can read their files and no others, and writes nothing.
class Sandbox {
 public:
  static Result<std::unique_ptr<Sandbox>> Open(const std::vector<std::string>& files,
                                               const Contract& contract, const Conditions& conditions);

  /// Hands over the rows of one SELECT. Denied for any other statement and for other files; Exhausted when it
  /// takes longer than a rule may.
  Result<> Scan(const std::string& select, const std::function<Result<>(const tables::Chunk&)>& take);
  /// The query with the names of table and column put in for {object}, ${table}, {property}, ${column} and
  /// their like.
  std::string Filled(std::string_view query, std::string_view column) const;

  /// The checked table's view, as it stands after FROM.
  std::string view() const;
  /// Text that reads another table's files, each column as text: to stand after FROM.
  static Result<std::string> TextsOf(const std::vector<std::string>& files);

 private:
  Sandbox(std::unique_ptr<tables::Engine> engine, std::string table, tables::Limits limits)
      : engine_(std::move(engine)), table_(std::move(table)), limits_(std::move(limits)) {}
  Result<> AddTable(const std::vector<std::string>& files, const Contract& contract);
  void AddOthers(const std::vector<std::pair<std::string, std::string>>& others);

  std::unique_ptr<tables::Engine> engine_;
  std::string table_;
  tables::Limits limits_;
};

}  // namespace cairn::contract
