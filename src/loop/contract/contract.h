#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/contract/rule.h"

namespace cairn::contract {

/// What one column must look like: what ODCS says of a property.
struct ColumnRule {
  std::string name;
  ColumnType type = ColumnType::String;
  bool nullable = true;
  bool unique = false;
  std::vector<Json> allowed;  ///< Empty: anything.
  /// Bounds of a number; of a time in UTC milliseconds, of a time of day in milliseconds since midnight.
  std::optional<double> min, max;
  bool open_min = false, open_max = false;  ///< Whether the bound itself is not allowed.
  std::string pattern;  ///< Regular expression (RE2) that a text must match somewhere; "" for none.
  bool training = true;
  bool serving = true;  ///< Whether requests carry it; labels do not.

  std::optional<double> multiple_of;
  std::optional<double> min_length, max_length;  ///< Code points of a text.
  std::optional<double> min_items, max_items;    ///< Of an array; members of an object.
  bool unique_items = false;
  std::vector<std::string> members;  ///< Names that an object must have.
  std::string
      format;  ///< Of a date or time: Java's DateTimeFormatter; of a text: email, uuid…; of an integer: i8…
  std::string classification;  ///< "" or "public": its values may be shown.
  std::string description;
  std::vector<ColumnRule> properties;  ///< Members of an object.
  std::vector<ColumnRule> item;        ///< What each item of an array must look like: one, or none said.

  /// Whether examples of its values are kept back.
  bool Masked() const;
};

/// The agreement about a data set's content.
struct Contract {
  std::string id, version, status, table;  ///< Of an ODCS document; "" in the short form.
  std::vector<ColumnRule> columns;
  std::vector<std::string> unique;  ///< Columns that together name a row; empty for none.
  std::int64_t min_rows = 0;
  std::string freshness_column;   ///< "" for none.
  std::int64_t freshness_ms = 0;  ///< The newest value may be this old.
  std::vector<Rule> rules;        ///< All that columns and the fields above cannot say.
  /// Where the document says that a table's file lies, below its folder; {"orders": "data/orders.csv"}.
  std::map<std::string, std::string> places;

  const ColumnRule* Find(std::string_view column) const;
  /// Every rule, what the columns say written out. Names are made unique by numbers behind them.
  std::vector<Rule> AllRules() const;
};

/// Reads a data set's `contract` block in cairn.yaml: the short form {columns, unique, rows, freshness}, or
/// an ODCS document. InvalidArgument with the place for an unknown key, a wrong kind, a rule that could never
/// hold. `table` names the table of an ODCS document that has several.
Result<Contract> ParseContract(const Node& node, std::string_view table = "");

/// Reads the text of an ODCS document (Open Data Contract Standard 3.0 to 3.2, YAML or JSON). `file` is only
/// the name in messages. InvalidArgument with file, line and column; NotFound when it has no table of that
/// name, or has several and none was named; Unsupported for an older version of the standard. What the
/// standard names and Cairn cannot run becomes a Remark; a rule that makes no sense is an error here.
Result<Contract> ReadContract(std::string_view text, std::string_view file, std::string_view table = "");

/// The tables of an ODCS document, in its order.
Result<std::vector<std::string>> TablesIn(const Node& document);

/// Whether a YAML document is one of ODCS.
bool IsOdcs(const Node& document);

}  // namespace cairn::contract
