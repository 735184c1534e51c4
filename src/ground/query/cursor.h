#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ground/query/lexer.h"
#include "ground/query/query.h"

namespace cairn::query {

/// A place in a row of tokens.
class Cursor {
 public:
  explicit Cursor(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  const Token& Here() const { return tokens_[at_]; }
  const Token& After() const { return tokens_[at_ + 1 < tokens_.size() ? at_ + 1 : at_]; }
  bool AtEnd() const { return Here().kind == Token::Kind::End; }
  const Token& Take() { return tokens_[AtEnd() ? at_ : at_++]; }
  /// Takes the word if it stands here.
  bool Took(std::string_view word) {
    if (!Here().Is(word)) return false;
    Take();
    return true;
  }
  bool TookSymbol(std::string_view symbol) {
    if (!Here().IsSymbol(symbol)) return false;
    Take();
    return true;
  }
  /// Takes a name, or a function of one. `what` says what is expected here.
  Result<Identifier> TakeName(const std::string& what);
  Error Expected(const std::string& what) const {
    return Refused(Here().position, "expected " + what + ", found " + Here().Shown());
  }

 private:
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

}  // namespace cairn::query
