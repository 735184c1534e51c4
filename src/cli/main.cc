#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "cli/dvc.h"
#include "cli/session.h"
#include "ground/os/environment.h"
#include "ground/os/files.h"
#include "ground/vocabulary/json.h"

namespace cairn::cli {
namespace {

/// The one place where this door reads a Reason.
int ExitCodeOf(Reason reason) {
  switch (reason) {
    case Reason::InvalidArgument:
      return 2;
    case Reason::Unprocessable:
      return 2;
    case Reason::NotFound:
      return 3;
    case Reason::AlreadyExists:
      return 4;
    case Reason::Conflict:
      return 4;
    case Reason::Unauthenticated:
      return 5;
    case Reason::Denied:
      return 5;
    case Reason::TooLarge:
      return 2;
    case Reason::Exhausted:
      return 6;
    case Reason::Unsupported:
      return 2;
    case Reason::Unavailable:
      return 6;
    case Reason::Corrupt:
      return 7;
    case Reason::Internal:
      return 70;
  }
  return 70;
}

int Fail(const Error& error, bool json) {
  if (json) {
    const Json answer{{"error", Json{{"reason", NameOf(error.reason)}, {"message", error.message}}}};
    std::printf("%s\n", answer.Dump().c_str());
  } else {
    std::fprintf(stderr, "cairn: %s\n", error.message.c_str());
  }
  return ExitCodeOf(error.reason);
}

int Main(const std::vector<std::string>& words) {
  const bool json = std::find(words.begin(), words.end(), "--json") != words.end();
  auto line = ReadLine(words);
  if (!line) return Fail(line.error(), json);
  if (!line->command) {
    std::fputs(line->text.c_str(), stdout);
    return 0;
  }
  Session session(line->settings);
  auto code = line->command->run(session, line->arguments);
  if (!code) return Fail(code.error(), json);
  if (std::fflush(stdout) != 0)
    return Fail({Reason::Exhausted, "the answer could not be written to standard output"}, false);
  return *code;
}

}  // namespace
}  // namespace cairn::cli

int main(int argc, char** argv) {
  // ONNX Runtime would write an identifier of the machine into the home folder and report to its maker. What
  // it does when it is loaded can be turned off by nothing else; stages that load it inherit this.
  cairn::os::SetVariable("ORT_DISABLE_TELEMETRY", "1");
  const std::vector<std::string> words(argv + 1, argv + argc);
  // Called through a link of that name, or asked to: DVC's own command lines.
  if (argc > 0 && cairn::os::BaseName(argv[0]) == "dvc") return cairn::cli::RunDvc(words);
  if (!words.empty() && words[0] == "dvc") return cairn::cli::RunDvc(std::span(words).subspan(1));
  return cairn::cli::Main(words);
}
