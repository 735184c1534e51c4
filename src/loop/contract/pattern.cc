#include "loop/contract/pattern.h"

#include <re2/re2.h>

namespace cairn::contract {
namespace {

re2::StringPiece PieceOf(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

Result<Pattern> Pattern::Compile(std::string_view text) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto expression = std::make_shared<const re2::RE2>(PieceOf(text), options);
  if (!expression->ok())
    return Error{Reason::InvalidArgument, "is no regular expression: " + expression->error()};
  return Pattern(std::move(expression));
}

bool Pattern::Matches(std::string_view text) const {
  return re2::RE2::PartialMatch(PieceOf(text), *expression_);
}

}  // namespace cairn::contract
