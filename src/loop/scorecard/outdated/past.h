#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/result.h"
#include "ledger/governance/configuration.h"
#include "loop/data/version.h"

namespace cairn::scorecard {

/// The configurations that were accepted, from the first to the one that governs. A snapshot; one thread.
class Past {
 public:
  /// None before the first was accepted.
  static Result<std::optional<Past>> Read(const governance::Configurations& configurations);

  const Node& now() const { return now_; }
  const std::string& digest() const { return history_.front().digest; }
  /// The one with that digest, read; null when none was accepted. Lives as long as this.
  Result<const Node*> Find(const std::string& digest);
  /// Charters are counted from 1: an accepted configuration with another charter has the next one, as `cairn
  /// charter log` lists them. 0 for a digest that was not accepted.
  std::int64_t CharterOf(const std::string& digest) const;

  /// How the columns of a data set's version differ from what its contract promises now.
  struct Columns {
    std::vector<std::string>
        given_up;                      ///< The contract it was held against had them, the one of now has not.
    std::vector<std::string> lacking;  ///< The contract of now has them, the version has not.
  };
  /// None where the contract is the same, or there is none now.
  Result<Columns> ColumnsOf(const data::DatasetVersion& version);

 private:
  Past(std::vector<governance::Configuration> history, Node now)
      : history_(std::move(history)), now_(std::move(now)) {}

  std::vector<governance::Configuration> history_;  ///< Newest first.
  Node now_;
  std::map<std::string, Node> read_;
};

}  // namespace cairn::scorecard
