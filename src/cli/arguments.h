#pragma once

#include <span>
#include <string>

#include "cli/command.h"
#include "cli/session.h"

namespace cairn::cli {

/// One line, read: what to run and with what; or only a text to print (help, version).
struct Line {
  const Command* command = nullptr;
  Arguments arguments;
  Settings settings;
  std::string text;  ///< Printed to stdout instead of running when `command` is null.
};

/// Reads the words behind the program's name. InvalidArgument with a suggestion for an unknown command, flag
/// or missing value.
Result<Line> ReadLine(std::span<const std::string> words);

}  // namespace cairn::cli
