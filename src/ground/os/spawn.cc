#include "ground/os/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <cerrno>

#include "ground/os/files.h"
#include "ground/os/system_error.h"

namespace cairn::os {
namespace {

struct FileActions {
  FileActions() { posix_spawn_file_actions_init(&value); }
  ~FileActions() { posix_spawn_file_actions_destroy(&value); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  posix_spawn_file_actions_t value;
};

struct Attributes {
  Attributes() { posix_spawnattr_init(&value); }
  ~Attributes() { posix_spawnattr_destroy(&value); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  posix_spawnattr_t value;
};

Result<> LayPipe(Descriptor& ours, Descriptor& theirs) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return SystemError(errno, "make a pipe for", "the output");
  ours.Reset(ends[0]);
  theirs.Reset(ends[1]);
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return {};
}

std::vector<std::string> EnvironmentOf(const Command& command) {
  std::vector<std::string> variables;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view text = *entry;
    const std::string_view name = text.substr(0, text.find('='));
    bool replaced = false;
    for (const auto& [changed, value] : command.environment) replaced = replaced || changed == name;
    if (!replaced) variables.emplace_back(text);
  }
  for (const auto& [name, value] : command.environment) {
    if (value) variables.push_back(name + "=" + *value);
  }
  return variables;
}

std::vector<char*> PointersTo(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

Error SpawnError(int code, const std::string& program) {
  Error error = SystemError(code, "run", program);
  if (code == ENOENT)
    error.message = "Cannot run '" + program + "': there is no such program; check its name and the PATH.";
  if (code == ENOEXEC) {
    error = {
        Reason::InvalidArgument,
        "Cannot run '" + program + "': it is not a program; a script needs a first line such as #!/bin/sh."};
  }
  return error;
}

}  // namespace

Result<Plumbing> Plumbing::Lay(const Command& command) {
  Plumbing plumbing;
  Descriptor log;
  if (!command.log.empty()) log = CAIRN_TRY(OpenToAppend(command.log));
  if (command.line || command.bytes) {
    CAIRN_TRY(LayPipe(plumbing.output, plumbing.child_output));
    CAIRN_TRY(LayPipe(plumbing.error, plumbing.child_error));
    plumbing.log = std::move(log);
  } else if (log) {
    plumbing.child_error.Reset(fcntl(log.number(), F_DUPFD_CLOEXEC, 3));
    plumbing.child_output = std::move(log);
  }
  return plumbing;
}

Result<int> SpawnChild(const Command& command, const Plumbing& plumbing) {
  FileActions actions;
  posix_spawn_file_actions_addopen(&actions.value, 0, "/dev/null", O_RDONLY, 0);
  if (plumbing.child_output)
    posix_spawn_file_actions_adddup2(&actions.value, plumbing.child_output.number(), 1);
  if (plumbing.child_error)
    posix_spawn_file_actions_adddup2(&actions.value, plumbing.child_error.number(), 2);
  // Other libraries in this process may have opened descriptors without close-on-exec.
  if (command.channel >= 0) posix_spawn_file_actions_adddup2(&actions.value, command.channel, 3);
  posix_spawn_file_actions_addclosefrom_np(&actions.value, command.channel >= 0 ? 4 : 3);
  if (!command.folder.empty()) posix_spawn_file_actions_addchdir_np(&actions.value, command.folder.c_str());

  Attributes attributes;
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes.value, &none);
  posix_spawnattr_setsigdefault(&attributes.value, &all);
  posix_spawnattr_setpgroup(&attributes.value, 0);
  posix_spawnattr_setflags(&attributes.value,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

  const std::vector<std::string> variables = EnvironmentOf(command);
  const auto arguments = PointersTo(command.arguments);
  const auto environment = PointersTo(variables);
  pid_t id = -1;
  const int failed = posix_spawnp(&id, arguments[0], &actions.value, &attributes.value, arguments.data(),
                                  environment.data());
  if (failed != 0) return SpawnError(failed, command.arguments[0]);
  return id;
}

}  // namespace cairn::os
