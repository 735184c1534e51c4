#pragma once

#include <string>
#include <utility>

#include "loop/documents/fact.h"

namespace cairn::documents {

/// Adds to facts what one record says, leaving out what it does not say.
class Sayings {
 public:
  Sayings(Facts& facts, Record record) : facts_(facts), record_(std::move(record)) {}
  void Add(const char* name, const std::string& label, const std::string& value) {
    if (!value.empty()) facts_[name].push_back({label, value, record_});
  }

 private:
  Facts& facts_;
  Record record_;
};

}  // namespace cairn::documents
