#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ground/vocabulary/result.h"

/// GraphQL (specification of October 2021), as much of it as MLflow's page needs: one operation of several,
/// fields with aliases and arguments, fragments, variables, __typename. No subscriptions, no introspection,
/// no type definitions; no directive but `@component`, which says nothing to a server.
namespace cairn::mlflow::graphql {

/// A value as it was written.
struct Value {
  enum class Kind { Null, Bool, Int, Float, Text, Enum, List, Object, Variable };
  Kind kind = Kind::Null;
  std::string text;  ///< The number's digits, the text without escapes, the enum's or variable's name.
  std::vector<Value> items;        ///< Of a list or an object.
  std::vector<std::string> names;  ///< Of an object's items.
};

using Arguments = std::vector<std::pair<std::string, Value>>;

struct Selection {
  enum class Kind { Field, Spread, Inline };
  Kind kind = Kind::Field;
  std::string name;  ///< The field, the fragment that is spread, or the type of an inline fragment ("" none).
  std::string alias;
  Arguments arguments;
  std::vector<std::string> directives;
  std::vector<Selection> selections;

  /// Under which name the answer holds it.
  const std::string& key() const { return alias.empty() ? name : alias; }
};

struct Variable {
  std::string name;
  bool required = false;
  std::optional<Value> otherwise;
};

struct Operation {
  bool changes = false;  ///< A mutation.
  std::string name;
  std::vector<Variable> variables;
  std::vector<std::string> directives;
  std::vector<Selection> selections;
};

struct Fragment {
  std::string name;
  std::string on;
  std::vector<Selection> selections;
};

struct Document {
  std::vector<Operation> operations;
  std::vector<Fragment> fragments;

  const Fragment* Find(std::string_view fragment) const;
};

/// InvalidArgument with line and column for what is no such document, is longer than 256 KiB, or is nested
/// deeper than 64 levels.
Result<Document> Parse(std::string_view text);

}  // namespace cairn::mlflow::graphql
