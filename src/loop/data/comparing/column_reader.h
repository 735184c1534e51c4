#pragma once

#include <string>
#include <unordered_map>

#include "ground/tables/engine.h"
#include "loop/data/comparing/column_report.h"

namespace cairn::data {

/// Reads columns of both sides out of an engine. Safe from any thread.
class ColumnReader {
 public:
  struct Side {
    std::string relation;  ///< What stands after FROM.
    std::int64_t rows = 0;
  };
  ColumnReader(tables::Engine& engine, Side reference, Side current, comparison::Policy::Kind policy)
      : engine_(engine), reference_(std::move(reference)), current_(std::move(current)), policy_(policy) {}

  /// The column as the policy sees it: see CompareTables for which type it has. The types are those of either
  /// side's field.
  Result<ComparedColumn> Read(const std::string& name, tables::Type reference, tables::Type current) const;

 private:
  using Groups = std::unordered_map<std::string, std::int64_t>;
  struct Grouped {
    Groups groups;
    std::int64_t rows = 0, missing = 0;
  };

  Result<std::vector<double>> Numbers(const Side& side, const std::string& name) const;
  Result<Grouped> Group(const Side& side, const std::string& name) const;
  Result<std::vector<std::int32_t>> Codes(const Side& side, const std::string& name,
                                          const std::unordered_map<std::string, std::int32_t>& bins) const;
  Result<ComparedColumn> ReadNumbers(const std::string& name, tables::Type reference,
                                     tables::Type current) const;
  Result<ComparedColumn> ReadTexts(const std::string& name) const;

  tables::Engine& engine_;
  Side reference_, current_;
  comparison::Policy::Kind policy_;
};

}  // namespace cairn::data
