#pragma once

#include <string>
#include <vector>

#include "ground/query/tree.h"
#include "loop/tracking/runs.h"
#include "loop/tracking/search/run_terms.h"

namespace cairn::tracking {

/// One entry of an ordering, with its name's meaning.
struct RunOrder {
  std::string written;
  query::OrderTerm term;
  Entity entity = Entity::Attribute;
};

/// A search for runs, read and understood.
struct RunQuestion {
  Runs::Search search;  ///< Each experiment once.
  query::Condition filter;
  std::vector<RunOrder> order;
  KeyNumbers keys;
};

/// InvalidArgument for what is no filter or no ordering; what it is about is not looked at yet.
Result<RunQuestion> ReadQuestion(sql::Connection& connection, Runs::Search search);

}  // namespace cairn::tracking
