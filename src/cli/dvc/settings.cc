#include <algorithm>
#include <optional>

#include "cli/dvc/answers.h"
#include "cli/dvc/commands.h"
#include "cli/dvc/line.h"
#include "ground/vocabulary/text.h"
#include "loop/repository/configuration.h"

namespace cairn::cli::dvc {
namespace {

using repository::Change;
using repository::Level;

constexpr Option kLevelled[] = {{"", "global"},   {"", "system"}, {"", "project"}, {"", "local"},
                                {"d", "default"}, {"f", "force"}, {"u", "unset"},  {"l", "list"}};

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
    Say("Setting '" + name + "' as a default remote.");
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

int RemoveRemote(const Here& here, const Line& line) {
  if (line.rest.size() != 1)
    return Usage({Reason::InvalidArgument, "the following arguments are required: name"});
  const std::string name = LowerAscii(line.rest[0]);
  std::vector<Change> changes{{"remote." + name, "", std::nullopt}};
  const auto own = repository::SettingsAt(here.root, LevelOf(line));
  if (own && std::any_of(own->begin(), own->end(), [&](const auto& one) {
        return one.section == "core" && one.key == "remote" && LowerAscii(one.value) == name;
      }))
    changes.push_back({"core", "remote", std::nullopt});
  return ChangeAll(line, changes);
}

}  // namespace

int Remote(Words words) {
  int code = 0;
  if (words.empty()) return Usage({Reason::InvalidArgument, "the following arguments are required: cmd"});
  const auto line = ReadLine(words.subspan(1), kLevelled);
  if (!line) return Usage(line.error());
  const std::string& what = words[0];
  if (what == "add") return AddRemote(*line);
  const auto here = Open(code);
  if (!here) return code;
  if (what == "list") return ListRemotes(*here);
  if (what == "default") return DefaultRemote(*here, *line);
  if (what == "remove") return RemoveRemote(*here, *line);
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
  const auto line = ReadLine(words, kLevelled);
  if (!line) return Usage(line.error());
  const auto root = RootHere();
  const auto configuration = repository::Configuration::Read(root ? *root : "");
  if (line->rest.empty() || line->Has("list"))
    return line->Has("list") ? NotCovered("config --list") : Fail(kFailed, "name argument is required");
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
  if (const auto value = configuration->Find(section, key)) Say(*value);
  return 0;
}

}  // namespace cairn::cli::dvc
