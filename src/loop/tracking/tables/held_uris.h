#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ground/sql/connection.h"

/// Where the records say that artifacts are.
namespace cairn::tracking {

struct HeldUris {
  std::vector<std::string> experiments;  ///< The locations of all experiments, deleted ones too.
  std::vector<std::string> holders;      ///< Those of all runs and logged models, deleted ones too.
};
Result<HeldUris> ReadHeldUris(sql::Connection& connection);

/// Where one record says that its artifacts are.
struct HeldUri {
  std::string kind;  ///< "run", "logged model" or "experiment".
  std::string id;
  std::string uri;
};
/// Of experiments, deleted ones too, those whose URI has `word` in it.
Result<std::vector<HeldUri>> ReadExperimentUrisWith(sql::Connection& connection, std::string_view word);
/// Of runs and logged models, deleted ones too, those whose URI has `word` in it; reads all there are.
Result<std::vector<HeldUri>> ReadHolderUrisWith(sql::Connection& connection, std::string_view word);
/// Of the run or logged model with this id, if there is one.
Result<std::vector<HeldUri>> ReadHolderUrisOf(sql::Connection& connection, std::string_view id);

}  // namespace cairn::tracking
