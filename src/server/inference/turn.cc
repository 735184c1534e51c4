#include "server/inference/turn.h"

namespace cairn::inference {
namespace {

/// A day.
constexpr std::int64_t kMostMicros = 86'400'000'000;

}  // namespace

Result<> ReadTurn(const Json& parameters, serving::Question& question) {
  if (const Json* priority = parameters.Find("priority")) {
    if (!priority->IsInt() || priority->AsInt() < 0 || priority->AsInt() > 9)
      return Error{Reason::InvalidArgument,
                   "The parameter 'priority' must be a whole number: 1 (first) to 9 (last), or 0 for the "
                   "usual one"};
    question.priority = priority->AsInt();
  }
  if (const Json* timeout = parameters.Find("timeout")) {
    if (!timeout->IsInt() || timeout->AsInt() < 0 || timeout->AsInt() > kMostMicros)
      return Error{
          Reason::InvalidArgument,
          "The parameter 'timeout' must be a whole number of microseconds, at most a day; 0 for none"};
    question.timeout_us = timeout->AsInt();
  }
  return Done{};
}

}  // namespace cairn::inference
