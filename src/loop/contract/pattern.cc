#include "loop/contract/pattern.h"

#include <re2/re2.h>

#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>

namespace cairn::contract {
namespace {

re2::StringPiece PieceOf(std::string_view text) { return {text.data(), text.size()}; }

RE2::Options Quiet() {
  RE2::Options options;
  options.set_log_errors(false);
  return options;
}

/// Compiling takes a thousand times as long as matching, and a contract is asked about every row of every
/// request. There are as many as accepted configurations have named.
class Compiled {
 public:
  const RE2& Of(const std::string& pattern) {
    {
      const std::shared_lock lock(mutex_);
      if (const auto found = expressions_.find(pattern); found != expressions_.end()) return *found->second;
    }
    const std::lock_guard lock(mutex_);
    auto& expression = expressions_[pattern];
    if (!expression) expression = std::make_unique<const RE2>(PieceOf(pattern), Quiet());
    return *expression;
  }

 private:
  std::shared_mutex mutex_;
  std::map<std::string, std::unique_ptr<const RE2>> expressions_;
};

}  // namespace

std::string PatternProblem(std::string_view pattern) {
  const RE2 expression(PieceOf(pattern), Quiet());
  return expression.ok() ? "" : expression.error();
}

bool Matches(const std::string& pattern, std::string_view text) {
  static Compiled compiled;
  return RE2::PartialMatch(PieceOf(text), compiled.Of(pattern));
}

}  // namespace cairn::contract
