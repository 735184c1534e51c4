#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"

namespace cairn::cli {

class Session;

/// What a command accepts on its line. Every command also has --json, --server URL, --data DIR and --help.
struct Flag {
  std::string_view name;   ///< "--holdout"
  std::string_view value;  ///< What stands behind it, "SHARE"; "" for a switch.
  std::string_view help;
  std::string_view letter = "";  ///< "a" where "-a" says the same.
};

struct Positional {
  std::string_view name;  ///< "PATH"; "PATH..." takes all that is left.
  std::string_view help;
  enum class Need { Required, Optional } need = Need::Required;
};

/// The line as read: values by name ("PATH", "--holdout"); a switch that was given has the value "true".
class Arguments {
 public:
  bool Has(std::string_view name) const { return values_.find(name) != values_.end(); }
  /// The (first) value, or "".
  std::string Text(std::string_view name) const;
  const std::vector<std::string>& All(std::string_view name) const;
  void Add(std::string_view name, std::string value) {
    values_[std::string(name)].push_back(std::move(value));
  }

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

struct Command {
  std::string_view name;     ///< "data add"
  std::string_view summary;  ///< One line for the list of commands.
  std::string_view about;    ///< A few sentences for its own help; may be empty.
  std::vector<Positional> positionals;
  std::vector<Flag> flags;
  /// Gives the exit code (0, or 1 when a check found problems); an error is printed by main and its Reason
  /// becomes the exit code.
  Result<int> (*run)(Session& session, const Arguments& arguments);
};

/// Every command, in the order in which help lists them (the order of the loop).
std::span<const Command> Commands();

}  // namespace cairn::cli
