#pragma once

#include <string>
#include <thread>
#include <utility>

namespace cairn::cli {

/// While one exists and more than a second passes, a line on the terminal's stderr says what is going on and
/// for how long; wiped at the end. Nothing where stderr is no terminal.
class Waiting {
 public:
  explicit Waiting(std::string what);
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  std::jthread thread_;
};

/// What `call` gives, while a line says what is going on.
template <class Call>
auto While(std::string what, Call call) {
  const Waiting waiting(std::move(what));
  return call();
}

}  // namespace cairn::cli
