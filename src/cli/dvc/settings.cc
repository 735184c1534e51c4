#include <algorithm>
#include <optional>

#include "cli/dvc/answers.h"
#include "cli/dvc/commands.h"
#include "cli/dvc/line.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/repository/configuration.h"
#include "loop/repository/remote_renaming.h"

namespace cairn::cli::dvc {
namespace {

using repository::Change;
using repository::Level;

constexpr Option kOfRemotes[] = {{"", "global"},   {"", "system"}, {"", "project"}, {"", "local"},
                                 {"d", "default"}, {"f", "force"}, {"u", "unset"}};
constexpr Option kOfConfig[] = {{"", "global"}, {"", "system"}, {"", "project"},    {"", "local"},
                                {"u", "unset"}, {"l", "list"},  {"", "show-origin"}};

Level LevelOf(const Line& line) {
  return line.Has("local")    ? Level::Local
         : line.Has("global") ? Level::Global
         : line.Has("system") ? Level::System
                              : Level::Repository;
}

int ChangeAll(const Line& line, const std::vector<Change>& changes) {
  const auto root = RootHere();
  const auto done = repository::ChangeSettings(root ? *root : "", LevelOf(line), changes);
  return done ? 0 : Fail(kSettings, "configuration error - config file error: " + done.error().message);
}

int AddRemote(const Line& line) {
  if (line.rest.size() != 2)
    return Usage({Reason::InvalidArgument, "the following arguments are required: name, url"});
  const std::string name = LowerAscii(line.rest[0]), section = "remote." + name;
  const auto root = RootHere();
  std::vector<Change> changes;
  if (const auto settings = repository::SettingsAt(root ? *root : "", LevelOf(line))) {
    const bool there = std::any_of(settings->begin(), settings->end(),
                                   [&](const auto& one) { return one.section == section; });
    if (there && !line.Has("force"))
      return Fail(kSettings, "configuration error - config file error: remote '" + name +
                                 "' already exists. Use `-f|--force` to overwrite it.");
    if (there) changes.push_back({section, "", std::nullopt});
  }
  changes.push_back({section, "url", line.rest[1]});
  if (line.Has("default")) {
    changes.push_back({"core", "remote", name});
    if (!line.quiet()) Say("Setting '" + name + "' as a default remote.");
  }
  return ChangeAll(line, changes);
}

int ListRemotes(const Here& here) {
  const std::string chosen = LowerAscii(here.configuration.Find("core", "remote").value_or(""));
  for (const auto& name : here.configuration.Remotes()) {
    const auto remote = here.configuration.Remote(name);
    Say(name + "\t" + (remote ? remote->url : "") + (name == chosen ? "\t(default)" : ""));
  }
  return 0;
}

int DefaultRemote(const Here& here, const Line& line) {
  if (line.Has("unset"))
    return here.configuration.Find("core", "remote") ? ChangeAll(line, {{"core", "remote", std::nullopt}})
                                                     : 0;
  if (line.rest.empty()) {
    const auto name = here.configuration.Find("core", "remote");
    Say(name ? *name : "No default remote set");
    return name ? 0 : kFailed;
  }
  if (!here.configuration.Remote(line.rest[0]))
    return Fail(kSettings,
                "configuration error - config file error: default remote must be present in remote list.");
  return ChangeAll(line, {{"core", "remote", LowerAscii(line.rest[0])}});
}

/// What names the remote as the default in the file of a level.
bool IsDefaultAt(const std::string& root, Level level, const std::string& name) {
  const auto settings = repository::SettingsAt(root, level);
  return settings && std::any_of(settings->begin(), settings->end(), [&](const auto& one) {
           return one.section == "core" && one.key == "remote" && LowerAscii(one.value) == name;
         });
}

int RemoveRemote(const Here& here, const Line& line) {
  if (line.rest.size() != 1)
    return Usage({Reason::InvalidArgument, "the following arguments are required: name"});
  const std::string name = LowerAscii(line.rest[0]);
  std::vector<Change> changes{{"remote." + name, "", std::nullopt}};
  if (IsDefaultAt(here.root, LevelOf(line), name)) changes.push_back({"core", "remote", std::nullopt});
  return ChangeAll(line, changes);
}

int RenameRemote(const Here& here, const Line& line) {
  if (line.rest.size() != 2)
    return Usage({Reason::InvalidArgument, "the following arguments are required: name, new"});
  const std::string name = LowerAscii(line.rest[0]), next = LowerAscii(line.rest[1]);
  const auto fail = [](const std::string& sentence) {
    return Fail(kSettings, "configuration error - config file error: " + sentence);
  };
  if (here.configuration.Remote(next))
    return fail("Rename failed. Remote name '" + next + "' already exists.");
  const Level own = LevelOf(line);
  const auto settings = repository::SettingsAt(here.root, own);
  if (!settings || std::none_of(settings->begin(), settings->end(),
                                [&](const auto& one) { return one.section == "remote." + name; }))
    return fail("remote '" + name + "' doesn't exist.");
  // The default in a nearer file would be of no use under the old name.
  if (const auto done = repository::RenameRemote(here.root, own, name, next); !done)
    return fail(done.error().message);
  for (const Level level : {Level::Global, Level::Repository, Level::Local}) {
    if (level <= own || !IsDefaultAt(here.root, level, name)) continue;
    const Change change[] = {{"core", "remote", next}};
    if (const auto done = repository::ChangeSettings(here.root, level, change); !done)
      return fail(done.error().message);
  }
  return 0;
}

/// The levels that a line of `config` speaks of, the strongest last.
std::vector<Level> LevelsOf(const Line& line, bool in_repository) {
  const bool named = line.Has("local") || line.Has("global") || line.Has("system") || line.Has("project");
  if (named) return {LevelOf(line)};
  if (!in_repository) return {Level::System, Level::Global};
  return {Level::System, Level::Global, Level::Repository, Level::Local};
}

/// With --show-origin the file before the value, seen from the working folder where it lies below.
std::string OriginOf(const Line& line, const std::string& root, Level level) {
  if (!line.Has("show-origin")) return "";
  const std::string file = repository::ConfigurationFile(root, level);
  const auto folder = os::WorkingFolder();
  const bool below = folder && file.starts_with(*folder + "/");
  return (below ? file.substr(folder->size() + 1) : file) + "\t";
}

int ListSettings(const Line& line, const std::string& root) {
  if (!line.rest.empty() || line.Has("unset"))
    return Fail(kFailed,
                "-l/--list can't be used together with any of these options: -u/--unset, name, value");
  for (const Level level : LevelsOf(line, !root.empty())) {
    const auto settings = repository::SettingsAt(root, level);
    if (!settings)
      return Fail(kSettings, "configuration error - config file error: " + settings.error().message);
    for (const auto& one : *settings)
      Say(OriginOf(line, root, level) + one.section + "." + one.key + "=" + one.value);
  }
  return 0;
}

/// Where the winning value stands.
int SaySetting(const Line& line, const std::string& root, const std::string& section,
               const std::string& key) {
  const auto levels = LevelsOf(line, !root.empty());
  for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
    const auto settings = repository::SettingsAt(root, *level);
    if (!settings)
      return Fail(kSettings, "configuration error - config file error: " + settings.error().message);
    for (const auto& one : *settings) {
      if (one.section != section || one.key != key) continue;
      Say(OriginOf(line, root, *level) + one.value);
      return 0;
    }
  }
  return 0;
}

}  // namespace

int Remote(Words words) {
  int code = 0;
  if (words.empty()) return Usage({Reason::InvalidArgument, "the following arguments are required: cmd"});
  const std::string& what = words[0];
  const std::string command = "remote " + what;
  const auto line = ReadLine(words.subspan(1), {command, kOfRemotes, 3});
  if (!line) return Usage(line.error());
  if (what == "add") return AddRemote(*line);
  const auto here = Open(code);
  if (!here) return code;
  if (what == "list") return ListRemotes(*here);
  if (what == "default") return DefaultRemote(*here, *line);
  if (what == "remove") return RemoveRemote(*here, *line);
  if (what == "rename") return RenameRemote(*here, *line);
  if (what != "modify") return NotCovered("remote " + what);
  if (line->rest.size() < 2)
    return Usage({Reason::InvalidArgument, "the following arguments are required: name, option"});
  if (!here->configuration.Remote(line->rest[0]))
    return Fail(kSettings,
                "configuration error - config file error: remote '" + line->rest[0] + "' doesn't exist.");
  std::optional<std::string> value;
  if (!line->Has("unset")) value = line->rest.size() > 2 ? line->rest[2] : "";
  return ChangeAll(*line, {{"remote." + line->rest[0], line->rest[1], value}});
}

int Config(Words words) {
  const auto line = ReadLine(words, {"config", kOfConfig, 2});
  if (!line) return Usage(line.error());
  const auto root = RootHere();
  const auto configuration = repository::Configuration::Read(root ? *root : "");
  if (line->Has("show-origin") && (line->rest.size() > 1 || line->Has("unset")))
    return Fail(kFailed, "--show-origin can't be used together with any of these options: -u/--unset, value");
  if (line->Has("list")) return ListSettings(*line, root ? *root : "");
  if (line->rest.empty()) return Fail(kFailed, "name argument is required");
  const std::string& name = line->rest[0];
  const auto dot = name.rfind('.');
  if (dot == std::string::npos)
    return Usage({Reason::InvalidArgument,
                  "argument name: name argument should look like remote.name.option or db.name.option or "
                  "section.option"});
  const std::string section = LowerAscii(name.substr(0, dot)), key = LowerAscii(name.substr(dot + 1));
  if (line->Has("unset")) return ChangeAll(*line, {{section, key, std::nullopt}});
  if (line->rest.size() > 1) return ChangeAll(*line, {{section, key, line->rest[1]}});
  if (!configuration)
    return Fail(kSettings, "configuration error - config file error: " + configuration.error().message);
  return SaySetting(*line, root ? *root : "", section, key);
}

}  // namespace cairn::cli::dvc
