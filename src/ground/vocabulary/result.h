#pragma once

#include <concepts>
#include <string>
#include <utility>
#include <variant>

namespace cairn {

/// Why something did not happen. The list is closed: every door (HTTP dialects, command line) answers each
/// entry in one switch.
enum class Reason {
  InvalidArgument,  ///< The request itself is wrong: malformed, unknown key, out of range.
  Unprocessable,    ///< Well formed, but the content breaks a contract (a column, a type, a bound).
  NotFound,
  AlreadyExists,
  Conflict,  ///< Somebody else changed it first, or its state forbids this now.
  Unauthenticated,
  Denied,  ///< Known caller, not allowed; the message says what would allow it.
  TooLarge,
  Exhausted,  ///< Disk, quota or queue is full.
  Unsupported,
  Unavailable,  ///< Cannot be reached now; trying again later may work.
  Corrupt,      ///< Stored bytes are not what was written.
  Internal,
};

/// The Reason's name as it stands in the enum, for messages and records.
constexpr const char* NameOf(Reason reason) {
  switch (reason) {
    case Reason::InvalidArgument:
      return "InvalidArgument";
    case Reason::Unprocessable:
      return "Unprocessable";
    case Reason::NotFound:
      return "NotFound";
    case Reason::AlreadyExists:
      return "AlreadyExists";
    case Reason::Conflict:
      return "Conflict";
    case Reason::Unauthenticated:
      return "Unauthenticated";
    case Reason::Denied:
      return "Denied";
    case Reason::TooLarge:
      return "TooLarge";
    case Reason::Exhausted:
      return "Exhausted";
    case Reason::Unsupported:
      return "Unsupported";
    case Reason::Unavailable:
      return "Unavailable";
    case Reason::Corrupt:
      return "Corrupt";
    case Reason::Internal:
      return "Internal";
  }
  return "Internal";
}

struct Error {
  Reason reason = Reason::Internal;
  std::string message;  ///< For the user: what failed, on which thing, and what to do about it.
};

/// What an operation gives that has nothing to hand back.
struct Done {};

/// Either a value or the reason there is none. Discarding one does not compile.
template <class T = Done>
class [[nodiscard]] Result {
 public:
  using Value = T;

  Result() requires std::same_as<T, Done> : state_(std::in_place_index<0>) {}
  template <class U = T>
  requires std::convertible_to<U, T> &&
      (!std::same_as<std::remove_cvref_t<U>, Result>)&&(!std::same_as<std::remove_cvref_t<U>, Error>)
          Result(U&& value)
      : state_(std::in_place_index<0>, std::forward<U>(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return state_.index() == 0; }

  /// The value; only after a check for success.
  T& operator*() & { return *std::get_if<0>(&state_); }
  const T& operator*() const& { return *std::get_if<0>(&state_); }
  T&& operator*() && { return std::move(*std::get_if<0>(&state_)); }
  T* operator->() { return std::get_if<0>(&state_); }
  const T* operator->() const { return std::get_if<0>(&state_); }

  /// The error; only after a check for failure.
  const Error& error() const& { return *std::get_if<1>(&state_); }
  Error&& error() && { return std::move(*std::get_if<1>(&state_)); }

 private:
  std::variant<T, Error> state_;
};

/// Gives the value of a Result, or returns its error from the enclosing function (which must return a
/// Result). Use it as the whole right side of a statement, or as an argument; not inside coroutines. A lambda
/// inside the expression may use it again.
#define CAIRN_TRY(...) CAIRN_TRY_NAMED(CAIRN_TRY_JOIN(cairn_try_, __COUNTER__), __VA_ARGS__)
#define CAIRN_TRY_JOIN(a, b) CAIRN_TRY_JOIN_NOW(a, b)
#define CAIRN_TRY_JOIN_NOW(a, b) a##b
#define CAIRN_TRY_NAMED(name, ...)             \
  __extension__({                              \
    auto name = (__VA_ARGS__);                 \
    if (!name) return std::move(name).error(); \
    *std::move(name);                          \
  })

}  // namespace cairn
