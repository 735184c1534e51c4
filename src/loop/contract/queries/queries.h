#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "loop/contract/check.h"
#include "loop/contract/queries/sandbox.h"
#include "loop/contract/scan/pass.h"

namespace cairn::contract {

/// What an asked rule answers.
struct Reply {
  Finding finding;
  std::vector<Example> examples;
  bool masked = false;
};

/// Rules that need more than one pass over the rows: other tables, SQL.
class Queries {
 public:
  /// All must outlive it.
  Queries(tables::Engine& engine, const std::vector<std::string>& files, const Contract& contract,
          const Conditions& conditions);

  /// Any error means that the rule could not be evaluated.
  Result<Reply> Ask(const Rule& rule);

 private:
  Result<Reply> AskValue(const QueryValue& test, const Rule& rule);
  Result<Reply> AskRows(const QueryRows& test, const Rule& rule);
  Result<Reply> AskCondition(const Condition& test);
  Result<Reply> AskOther(const InOther& test);
  Result<Reply> AskLikeness(const LikeOther& test, const Rule& rule);
  Result<Sandbox*> TheSandbox();
  /// Rows that a SELECT gives, and the first of them as examples.
  Result<Reply> RowsOf(const std::string& select, bool masked);

  tables::Engine& engine_;
  const std::vector<std::string>& files_;
  const Contract& contract_;
  const Conditions& conditions_;
  std::unique_ptr<Sandbox> sandbox_;
};

/// The files of another table. Denied for one outside the folder, NotFound for one that nobody has placed.
Result<std::vector<std::string>> FilesOf(const Other& other, const Contract& contract,
                                         const Conditions& conditions);

}  // namespace cairn::contract
