#pragma once

#include <span>
#include <string>
#include <string_view>

/// The part of MLflow's GraphQL schema that can be asked here: six root fields, each a REST call of the
/// dialect under its camelCase names.
namespace cairn::mlflow::graphql {

struct Type;

/// What an argument, or a member of an input object, may hold.
struct Input {
  enum class Shape { Text, Texts, Int, Long, View };
  std::string_view name;
  Shape shape = Shape::Text;
};

struct InputType {
  std::string_view name;
  std::span<const Input> members;
};

struct Field {
  enum class Shape {
    Text,
    Texts,
    Long,  ///< A 64-bit integer, written as a text.
    Float,
    Flag,
    One,   ///< An object of `type`.
    Many,  ///< A list of them.
    None,  ///< An object that is never there.
    Echo,  ///< {"output": the argument inputString}.
    Call,  ///< The answer to the REST call `call` with the argument `input`.
    ExperimentOfRun,
    VersionsOfRun,
  };
  std::string_view name;
  Shape shape = Shape::Text;
  const Type* type = nullptr;
  std::string_view call = {};  ///< "runs/get".
  const InputType* input = nullptr;

  /// The member of the REST message: "run_id" for runId.
  std::string member() const;
};

struct Type {
  std::string_view name;
  std::span<const Field> fields;

  const Field* Find(std::string_view field) const;
};

extern const Type kQuery;
extern const Type kMutation;

}  // namespace cairn::mlflow::graphql
