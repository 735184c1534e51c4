#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ground/query/tree.h"
#include "ground/vocabulary/result.h"

namespace cairn::query {

/// One piece of a filter's text.
struct Token {
  enum class Kind {
    Name,    ///< A word, with its dotted and quoted parts; `name` holds it split.
    Number,  ///< `literal` holds it.
    Text,    ///< A quoted text where a name cannot be meant; `literal` holds it.
    Symbol,  ///< One of = != > >= < <= ( ) ,
    End,
  };
  Kind kind = Kind::End;
  std::string_view written;  ///< As it stands in the text.
  std::size_t position = 0;  ///< From 1.
  Identifier name;
  Literal literal;

  /// Whether this is that bare word, in any case.
  bool Is(std::string_view word) const;
  /// Whether it is written in double quotes or back ticks, with no prefix before them.
  bool IsQuoted() const {
    return kind == Kind::Name && name.prefix.empty() && (written.front() == '"' || written.front() == '`');
  }
  bool IsSymbol(std::string_view symbol) const { return kind == Kind::Symbol && written == symbol; }
  /// How a message names it: "'foo'" or "the end".
  std::string Shown() const;
};

/// Cuts `text` into tokens, the last of kind End. A text in double quotes or back ticks with no prefix is a
/// Name whose `literal` is filled as well, since only its place tells a quoted key from a value.
/// InvalidArgument for a quote that is not closed, a malformed number or a stray character.
Result<std::vector<Token>> Tokenize(std::string_view text);

}  // namespace cairn::query
