#include <algorithm>

#include "cli/catalogue.h"
#include "cli/here.h"
#include "ground/vocabulary/text.h"

namespace cairn::cli {
namespace {

using repository::Change;
using repository::Level;

constexpr std::pair<std::string_view, Level> kLevels[] = {{"--system", Level::System},
                                                          {"--global", Level::Global},
                                                          {"--project", Level::Repository},
                                                          {"--local", Level::Local}};

std::optional<Level> LevelIn(const Arguments& arguments) {
  for (const auto& [flag, level] : kLevels) {
    if (arguments.Has(flag)) return level;
  }
  return std::nullopt;
}

Result<int> ChangeAll(const Arguments& arguments, std::vector<Change> changes) {
  const Level level = LevelIn(arguments).value_or(Level::Repository);
  const bool inside = level == Level::Repository || level == Level::Local;
  CAIRN_TRY(repository::ChangeSettings(inside ? CAIRN_TRY(RootHere()) : "", level, changes));
  return 0;
}

/// Of a level, or all of them with the winning value of each setting only.
Result<std::vector<repository::Setting>> SettingsIn(const Arguments& arguments) {
  const auto root = RootHere();
  std::vector<repository::Setting> merged;
  for (const auto& [flag, level] : kLevels) {
    const bool inside = level == Level::Repository || level == Level::Local;
    if ((LevelIn(arguments) && LevelIn(arguments) != level) || (inside && !root)) continue;
    for (auto& setting : CAIRN_TRY(repository::SettingsAt(root ? *root : "", level))) {
      std::erase_if(
          merged, [&](const auto& one) { return one.section == setting.section && one.key == setting.key; });
      merged.push_back(std::move(setting));
    }
  }
  return merged;
}

Result<int> AddRemote(Session& session, const Arguments& arguments) {
  const std::string name = LowerAscii(arguments.Text("NAME"));
  const std::string section = "remote." + name;
  std::vector<Change> changes;
  for (const auto& setting : CAIRN_TRY(SettingsIn(arguments))) {
    if (setting.section != section || setting.level != LevelIn(arguments).value_or(Level::Repository))
      continue;
    if (!arguments.Has("--force"))
      return Error{Reason::AlreadyExists, "the remote '" + name + "' exists already: --force replaces it"};
    changes.push_back({section, "", std::nullopt});
    break;
  }
  changes.push_back({section, "url", arguments.Text("URL")});
  if (arguments.Has("--default")) changes.push_back({"core", "remote", name});
  const int code = CAIRN_TRY(ChangeAll(arguments, std::move(changes)));
  if (!session.PrintedJson(Json{{"remote", name}}))
    session.Note("The remote '" + name + "' is set up" +
                 (arguments.Has("--default") ? ", and is the default." : "."));
  return code;
}

Result<int> ModifyRemote(Session&, const Arguments& arguments) {
  if (arguments.Has("VALUE") == arguments.Has("--unset"))
    return Error{Reason::InvalidArgument, "give a VALUE, or --unset to take the option away"};
  std::optional<std::string> value;
  if (arguments.Has("VALUE")) value = arguments.Text("VALUE");
  const std::string name = arguments.Text("NAME");
  CAIRN_TRY(CAIRN_TRY(repository::Configuration::Read(CAIRN_TRY(RootHere()))).Remote(name));
  return ChangeAll(arguments, {{"remote." + name, arguments.Text("OPTION"), value}});
}

Result<int> RemoveRemote(Session&, const Arguments& arguments) {
  const std::string name = LowerAscii(arguments.Text("NAME"));
  std::vector<Change> changes{{"remote." + name, "", std::nullopt}};
  for (const auto& setting : CAIRN_TRY(SettingsIn(arguments))) {
    if (setting.section == "core" && setting.key == "remote" && LowerAscii(setting.value) == name &&
        setting.level == LevelIn(arguments).value_or(Level::Repository))
      changes.push_back({"core", "remote", std::nullopt});
  }
  return ChangeAll(arguments, std::move(changes));
}

Result<int> DefaultRemote(Session& session, const Arguments& arguments) {
  if (arguments.Has("--unset")) return ChangeAll(arguments, {{"core", "remote", std::nullopt}});
  const auto configuration = CAIRN_TRY(repository::Configuration::Read(CAIRN_TRY(RootHere())));
  if (!arguments.Has("NAME")) {
    const auto remote = CAIRN_TRY(configuration.Remote());
    if (!session.PrintedJson(Json{{"remote", remote.name}, {"url", remote.url}})) session.Say(remote.name);
    return 0;
  }
  const auto remote = CAIRN_TRY(configuration.Remote(arguments.Text("NAME")));
  return ChangeAll(arguments, {{"core", "remote", remote.name}});
}

Result<int> ListRemotes(Session& session, const Arguments& arguments) {
  const auto settings = CAIRN_TRY(SettingsIn(arguments));
  const auto chosen = std::find_if(settings.begin(), settings.end(), [](const auto& one) {
    return one.section == "core" && one.key == "remote";
  });
  Json items = Json::Array();
  Table table({"remote", "address", ""});
  for (const auto& setting : settings) {
    if (!setting.section.starts_with("remote.") || setting.key != "url") continue;
    const std::string name = setting.section.substr(7);
    const bool is_default = chosen != settings.end() && LowerAscii(chosen->value) == name;
    items.Push(Json{{"name", name}, {"url", setting.value}, {"default", is_default}});
    table.Add({name, setting.value, is_default ? "default" : ""});
  }
  if (session.PrintedJson(Json{{"items", std::move(items)}})) return 0;
  std::fputs(
      table.Text("No remote is set up: `cairn data remote add --default NAME URL` sets one up.").c_str(),
      stdout);
  return 0;
}

/// "core.remote", "remote.store.url": section and key.
Result<std::pair<std::string, std::string>> NameIn(const std::string& name) {
  const auto dot = name.rfind('.');
  if (dot != std::string::npos && dot > 0 && dot + 1 < name.size())
    return std::pair(LowerAscii(name.substr(0, dot)), LowerAscii(name.substr(dot + 1)));
  return Error{Reason::InvalidArgument,
               "'" + name + "' is not the name of a setting: write section.key or remote.NAME.key"};
}

Result<int> ListSettings(Session& session, const Arguments& arguments) {
  Json items = Json::Object();
  for (const auto& setting : CAIRN_TRY(SettingsIn(arguments)))
    items.Set(setting.section + "." + setting.key, setting.value);
  if (session.PrintedJson(items)) return 0;
  for (const auto& [name, value] : items.members()) session.Say(name + "=" + value.AsString());
  return 0;
}

Result<int> Config(Session& session, const Arguments& arguments) {
  if (!arguments.Has("NAME")) return ListSettings(session, arguments);
  const auto [section, key] = CAIRN_TRY(NameIn(arguments.Text("NAME")));
  if (arguments.Has("--unset")) return ChangeAll(arguments, {{section, key, std::nullopt}});
  if (arguments.Has("VALUE")) return ChangeAll(arguments, {{section, key, arguments.Text("VALUE")}});
  for (const auto& setting : CAIRN_TRY(SettingsIn(arguments))) {
    if (setting.section != section || setting.key != key) continue;
    if (!session.PrintedJson(Json{{arguments.Text("NAME"), setting.value}})) session.Say(setting.value);
    return 0;
  }
  return Error{Reason::NotFound, "'" + arguments.Text("NAME") + "' is not set"};
}

std::vector<Flag> LevelFlags(std::vector<Flag> own) {
  const std::vector<Flag> levels = {{"--local", "", "In .dvc/config.local, which git does not keep"},
                                    {"--project", "", "In .dvc/config"},
                                    {"--global", "", "In ~/.config/dvc/config"},
                                    {"--system", "", "In /etc/xdg/dvc/config"}};
  own.insert(own.end(), levels.begin(), levels.end());
  return own;
}

}  // namespace

std::vector<Command> SettingsCommands() {
  constexpr auto kOptional = Positional::Need::Optional;
  return {
      {"data remote list",
       "List the remotes: places that keep copies of the tracked data",
       "",
       {},
       LevelFlags({}),
       ListRemotes},
      {"data remote add",
       "Set up a remote: a folder, s3://bucket/prefix, or https://… to read from",
       "",
       {{"NAME", "What it is called"}, {"URL", "Where it is; a relative path is relative to here"}},
       LevelFlags(
           {{"--default", "", "Make it the default", "d"}, {"--force", "", "Replace one of that name", "f"}}),
       AddRemote},
      {"data remote modify",
       "Set an option of a remote",
       "For S3: endpointurl, region, profile, access_key_id, secret_access_key… (keys are best kept with "
       "--local).",
       {{"NAME", "The remote"}, {"OPTION", "The option"}, {"VALUE", "Its value", kOptional}},
       LevelFlags({{"--unset", "", "Take the option away", "u"}}),
       ModifyRemote},
      {"data remote default",
       "Say or set which remote is the default",
       "",
       {{"NAME", "The remote", kOptional}},
       LevelFlags({{"--unset", "", "Have none", "u"}}),
       DefaultRemote},
      {"data remote remove",
       "Forget a remote; what it holds stays",
       "",
       {{"NAME", "The remote"}},
       LevelFlags({}),
       RemoveRemote},
      {"data config",
       "List, say or change the settings of DVC's files",
       "",
       {{"NAME", "section.key, or remote.NAME.key", kOptional}, {"VALUE", "The new value", kOptional}},
       LevelFlags({{"--unset", "", "Take the setting away", "u"}}),
       Config},
  };
}

}  // namespace cairn::cli
