#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"

namespace cairn::mlflow::graphql {

struct Token {
  enum class Kind { Name, Int, Float, Text, Symbol, End };
  Kind kind = Kind::End;
  std::string text;        ///< As written; of a text, what it means.
  std::size_t offset = 0;  ///< In bytes.

  bool Is(std::string_view symbol) const { return kind == Kind::Symbol && text == symbol; }
  /// How a message names it.
  std::string Shown() const;
};

/// Cuts a document into tokens, the last of kind End; commas, comments and a byte order mark are no tokens.
Result<std::vector<Token>> Tokenize(std::string_view text);

/// "Syntax Error: … (line 1, column 2)".
Error SyntaxError(std::string_view document, std::size_t offset, std::string_view what);

}  // namespace cairn::mlflow::graphql
