#include "ground/telemetry/log.h"

#include "ground/os/terminal.h"
#include "ground/vocabulary/text.h"

namespace cairn::telemetry {
namespace {

constexpr std::string_view kLevels[] = {"debug", "info", "warning", "error"};
constexpr std::string_view kShownLevels[] = {"DEBUG  ", "INFO   ", "WARNING", "ERROR  "};

/// What `text` looks like inside a JSON string: a line stays a line, whatever foreign text it repeats.
std::string Escaped(std::string_view text) {
  std::string quoted;
  AppendJsonString(quoted, text);
  return quoted.substr(1, quoted.size() - 2);
}

bool IsPlain(std::string_view text) {
  for (const char c : text) {
    if (c <= ' ' || c == '"' || c == '\\' || c == '=' || c == '\x7f') return false;
  }
  return !text.empty() && IsUtf8(text);
}

std::string TextLine(TimeMs at, Level level, std::string_view message, Log::Fields fields) {
  std::string line = FormatUtc(at);
  line += ' ';
  line += kShownLevels[static_cast<int>(level)];
  line += ' ';
  // Quotes need no escape outside quotes.
  std::string shown = Escaped(message);
  for (std::size_t at_quote = 0; (at_quote = shown.find("\\\"", at_quote)) != std::string::npos;)
    shown.erase(at_quote++, 1);
  line += shown;
  for (const auto& [name, value] : fields) {
    line += ' ';
    line += name;
    line += '=';
    line += value.IsString() && IsPlain(value.AsString()) ? value.AsString() : value.Dump();
  }
  return line;
}

std::string JsonLine(TimeMs at, Level level, std::string_view message, Log::Fields fields) {
  Json line{{"time", FormatUtc(at)}, {"level", kLevels[static_cast<int>(level)]}, {"message", message}};
  for (const auto& [name, value] : fields) line.Set(name, value);
  return line.Dump();
}

}  // namespace

const char* NameOf(Level level) { return kLevels[static_cast<int>(level)].data(); }

Result<Level> LevelOf(std::string_view name) {
  for (int i = 0; i < 4; ++i) {
    if (EqualsIgnoringCase(name, kLevels[i])) return static_cast<Level>(i);
  }
  return Error{Reason::InvalidArgument, "'" + std::string(name) +
                                            "' is not a log level; they are debug, info, warning and error." +
                                            Suggestion(LowerAscii(name), kLevels)};
}

Log::Log(const os::Clock& clock, Settings settings) : Log(clock, settings, os::Descriptor()) {}

Log::Log(const os::Clock& clock, Settings settings, os::Descriptor file)
    : clock_(clock), settings_(settings), file_(std::move(file)) {}

Log::Log(Log&& other) noexcept
    : clock_(other.clock_),
      settings_(other.settings_),
      file_(std::move(other.file_)),
      lost_(other.lost_.load()) {}

Result<Log> Log::ToFile(const std::string& path, const os::Clock& clock, Settings settings) {
  return Log(clock, settings, CAIRN_TRY(os::OpenToAppend(path)));
}

void Log::Write(Level level, std::string_view message, Fields fields) {
  if (!Wants(level)) return;
  const TimeMs now = clock_.Now();
  std::string line = settings_.format == Format::Json ? JsonLine(now, level, message, fields)
                                                      : TextLine(now, level, message, fields);
  line += '\n';
  if (!os::WriteAll(file_ ? file_.number() : os::kStandardError, line, "the log")) ++lost_;
}

}  // namespace cairn::telemetry
