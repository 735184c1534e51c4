#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "ground/tables/engine.h"
#include "ground/vocabulary/time.h"
#include "loop/contract/contract.h"
#include "loop/contract/verdict.h"

namespace cairn::contract {

enum class Environment { Training, Serving };

/// What a check is made under.
struct Conditions {
  TimeMs now = 0;  ///< What freshness is measured against.
  Environment environment = Environment::Training;
  /// Where the files lie that rules name ("" for the working folder). A rule reaches nothing outside of it.
  std::string folder;
  std::map<std::string, std::string> tables;  ///< Files of other tables, by the names that rules call them.
  /// The files of a data set that a rule names; none where there are no data sets.
  std::function<Result<std::vector<std::string>>(std::string_view dataset)> dataset;
  std::chrono::milliseconds query_time{60'000};  ///< For each SQL of a rule.
  std::stop_token stop = {};
};

/// Checks every rule of the contract that is for this environment in one pass over the rows of `files` (CSV,
/// Parquet or JSON lines; one name may be a pattern), and reports all. Examples of what is broken take
/// another look, and so do rules that compare with other tables or are SQL: these run on an engine of their
/// own that can read the files they name, and can write nothing. Errors are those of reading the files; a
/// rule that cannot be evaluated is a verdict.
///
/// What a value is, and whether it breaks a rule, is decided as for requests (RowRules). A CSV field counts
/// as the text that was written: "" and NA are missing, and in a column of numbers what reads as a number is
/// one. In other formats a number does not pass for a text, nor a text for a number. NaN is missing; a
/// boolean is true, false, 1 or 0; a time is ISO 8601, the column's own format, or a whole number of UTC
/// milliseconds.
Result<Verdict> Check(tables::Engine& engine, const std::vector<std::string>& files, const Contract& contract,
                      const Conditions& conditions);

}  // namespace cairn::contract
