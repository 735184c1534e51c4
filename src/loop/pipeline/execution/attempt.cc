#include "loop/pipeline/execution/attempt.h"

#include <algorithm>
#include <array>
#include <memory>

#include "ground/os/descriptor.h"
#include "ground/os/environment.h"
#include "ground/os/files.h"
#include "ground/os/leftovers.h"
#include "ground/vocabulary/time.h"
#include "loop/pipeline/execution/redaction.h"

namespace cairn::pipeline {
namespace {

constexpr std::uint64_t kLongestSecret = 64 << 10;

/// The user's shell without its start-up files, as DVC runs commands.
std::vector<std::string> ShellFor(const std::string& text) {
  const std::string shell = os::VariableOr("SHELL", "/bin/sh");
  const std::string name = os::BaseName(shell);
  if (name == "bash") return {shell, "--noprofile", "--norc", "-c", text};
  if (name == "zsh") return {shell, "--no-rcs", "-c", text};
  return {shell, "-c", text};
}

Result<> AppendText(const std::string& file, std::string_view text) {
  const auto log = CAIRN_TRY(os::OpenToAppend(file));
  return os::WriteAll(log.number(), text, file);
}

/// A log that secrets are kept out of.
struct CleanLog {
  CleanLog(os::Descriptor to, std::string name, const std::vector<std::string>& secrets)
      : file(std::move(to)), path(std::move(name)), streams{Redaction(secrets), Redaction(secrets)} {}
  ~CleanLog() {
    for (Redaction& stream : streams) Write(stream.End());
  }
  void Take(os::Stream stream, std::string_view bytes) {
    Write(streams[stream == os::Stream::Output ? 0 : 1].Feed(bytes));
  }
  /// A log that cannot be written must not stop the work it is about.
  void Write(const std::string& text) { static_cast<void>(bool(os::WriteAll(file.number(), text, path))); }

  os::Descriptor file;
  std::string path;
  std::array<Redaction, 2> streams;
};

Result<std::string> ValueOf(const std::string& project, const Secret& secret) {
  const std::string what = "the secret '" + secret.name + "' comes from the ";
  if (secret.from == Secret::From::Variable) {
    auto value = os::Variable(secret.source.c_str());
    if (value && !value->empty()) return *std::move(value);
    return Error{Reason::NotFound, what + "variable '" + secret.source + "', which is not set"};
  }
  const std::string path = secret.source.starts_with("~/")
                               ? os::JoinPath(os::HomeFolder(), secret.source.substr(2))
                               : os::JoinPath(project, secret.source);
  auto text = os::ReadFile(path, kLongestSecret);
  if (!text)
    return Error{text.error().reason,
                 what + "file '" + secret.source + "', which cannot be read: " + text.error().message};
  if (text->ends_with('\n')) text = text->substr(0, text->size() - (text->ends_with("\r\n") ? 2 : 1));
  if (text->empty() || text->find('\0') != std::string::npos) {
    return Error{Reason::InvalidArgument, what + "file '" + secret.source +
                                              "', which is empty or holds what cannot stand in a variable"};
  }
  return text;
}

}  // namespace

Result<std::vector<std::pair<std::string, std::string>>> ReadSecrets(const std::string& project,
                                                                     const std::vector<Secret>& secrets) {
  std::vector<std::pair<std::string, std::string>> values;
  for (const Secret& secret : secrets) values.emplace_back(secret.name, CAIRN_TRY(ValueOf(project, secret)));
  return values;
}

AttemptRecord Attempt::Run(const std::vector<std::string>& commands, std::stop_token stop) {
  AttemptRecord record;
  record.started = clock_.Now();
  begun_ns_ = os::SteadyNs();
  for (const std::string& text : commands) {
    record.reason = RunOne(text, record, stop);
    if (!record.reason.empty()) break;
  }
  if (!record.reason.empty()) {
    // What left the group, and would mix with what the next try makes.
    const auto ended = os::EndLeftovers(kAttemptVariable, setting_.id);
    if (!ended) record.reason += "; " + ended.error().message;
  }
  record.ended = clock_.Now();
  return record;
}

std::int64_t Attempt::Left() const {
  if (setting_.timeout_ms == 0) return os::Process::kForever;
  return std::max<std::int64_t>(0, setting_.timeout_ms - (os::SteadyNs() - begun_ns_) / 1'000'000);
}

os::Command Attempt::CommandFor(const std::string& text) {
  os::Command command;
  command.arguments = ShellFor(text);
  command.folder = setting_.folder;
  command.environment = setting_.environment;
  command.environment.emplace_back(kAttemptVariable, setting_.id);
  return command;
}

std::string Attempt::RunOne(const std::string& text, AttemptRecord& record, std::stop_token stop) {
  if (stop.stop_requested()) return "it was cancelled";
  const std::string shown = Redaction(setting_.secrets).Of(text);
  if (const auto said = AppendText(setting_.log, "> " + shown + "\n"); !said) return said.error().message;
  os::Command command = CommandFor(text);
  std::shared_ptr<CleanLog> clean;
  if (setting_.secrets.empty()) {
    command.log = setting_.log;
  } else {
    auto file = os::OpenToAppend(setting_.log);
    if (!file) return file.error().message;
    clean = std::make_shared<CleanLog>(*std::move(file), setting_.log, setting_.secrets);
    command.bytes = [clean](os::Stream stream, std::string_view bytes) { clean->Take(stream, bytes); };
  }
  auto process = os::Process::Spawn(std::move(command));
  if (!process) return process.error().message;
  const auto waited = process->Wait(Left(), stop);
  const os::Exit exit = waited ? *waited : process->Terminate(setting_.grace_ms);
  record.exit = exit.code;
  record.wall_ms += exit.wall_ms;
  record.cpu_ms += exit.cpu_ms;
  record.max_rss_bytes = std::max(record.max_rss_bytes, exit.max_rss_bytes);
  if (waited && exit.Succeeded()) return "";
  if (!waited && stop.stop_requested()) return "it was cancelled";
  if (!waited)
    return "'" + shown + "' was ended after the stage's timeout of " + FormatDuration(setting_.timeout_ms);
  return "'" + shown + "' ended with " + os::Describe(exit);
}

}  // namespace cairn::pipeline
