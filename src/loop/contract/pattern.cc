#include "loop/contract/pattern.h"

#include <re2/re2.h>

#include <algorithm>

namespace cairn::contract {
namespace {

re2::StringPiece PieceOf(std::string_view text) { return {text.data(), text.size()}; }

/// Characters that stand for themselves wherever they are.
bool IsPlain(char c) {
  constexpr std::string_view kMarks = "-_:/";
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return letter || (c >= '0' && c <= '9') || kMarks.find(c) != std::string_view::npos;
}

std::optional<std::string> BeginningOf(std::string_view text) {
  if (!text.starts_with('^')) return std::nullopt;
  text.remove_prefix(1);
  if (!std::all_of(text.begin(), text.end(), IsPlain)) return std::nullopt;
  return std::string(text);
}

}  // namespace

Result<Pattern> Pattern::Compile(std::string_view text) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto expression = std::make_shared<const re2::RE2>(PieceOf(text), options);
  if (!expression->ok())
    return Error{Reason::InvalidArgument, "is no regular expression: " + expression->error()};
  Pattern pattern(std::move(expression));
  pattern.beginning_ = BeginningOf(text);
  return pattern;
}

bool Pattern::Matches(std::string_view text) const {
  if (beginning_) return text.starts_with(*beginning_);
  return re2::RE2::PartialMatch(PieceOf(text), *expression_);
}

}  // namespace cairn::contract
