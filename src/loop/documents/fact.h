#pragma once

#include <map>
#include <string>
#include <vector>

/// What a document says, and the records that say so.
namespace cairn::documents {

/// A record that a statement rests on.
struct Record {
  std::string name;    ///< "examination", "event registry.version_added", "cairn.yaml", …
  std::string digest;  ///< SHA-256.
  friend bool operator==(const Record&, const Record&) = default;
};

/// One statement: "log_loss", "0.31 (95 %: 0.29 … 0.33)".
struct Fact {
  std::string label, value;
  Record record;
};

/// Statements by the name under which a form asks for them; a name without statements is absent.
using Facts = std::map<std::string, std::vector<Fact>, std::less<>>;

}  // namespace cairn::documents
