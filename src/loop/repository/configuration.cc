#include "loop/repository/configuration.h"

#include <algorithm>

#include "ground/os/environment.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/repository/configuration/known_keys.h"
#include "loop/repository/configuration/settings_text.h"
#include "loop/repository/remote_renaming.h"

namespace cairn::repository {
namespace {

constexpr Level kLevels[] = {Level::System, Level::Global, Level::Repository, Level::Local};
constexpr std::uint64_t kMostBytes = 1 << 20;

/// A path without "." and "..", which need not exist.
std::string Normal(const std::string& path) {
  std::vector<std::string> parts;
  for (const auto part : Split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == ".." && !parts.empty()) {
      parts.pop_back();
    } else if (part != "..") {
      parts.emplace_back(part);
    }
  }
  return "/" + Join(parts, "/");
}

bool BeginsAtHome(std::string_view path) { return path == "~" || path.starts_with("~/"); }

/// A path of a settings file in `folder`, made absolute; addresses stay.
std::string Resolved(const std::string& folder, const std::string& path) {
  if (!SchemeOf(path).empty()) return path;
  if (BeginsAtHome(path)) return os::HomeFolder() + path.substr(1);
  return path.starts_with("/") ? path : Normal(os::JoinPath(folder, path));
}

/// `path` as seen from `folder`; both absolute.
std::string RelativeTo(const std::string& folder, const std::string& path) {
  const std::string from = Normal(folder), to = Normal(path);
  const auto have = Split(from, '/'), want = Split(to, '/');
  std::size_t same = 0;
  while (same < have.size() && same < want.size() && have[same] == want[same]) ++same;
  std::vector<std::string> parts;
  for (std::size_t i = same; i < have.size(); ++i) {
    if (!have[i].empty()) parts.emplace_back("..");
  }
  for (std::size_t i = same; i < want.size(); ++i) parts.emplace_back(want[i]);
  return parts.empty() ? "." : Join(parts, "/");
}

struct Layer {
  Level level;
  std::string file, folder;
  SettingsText text;
};

Result<Layer> LayerOf(const std::string& root, Level level) {
  Layer layer{level, ConfigurationFile(root, level), "", {}};
  layer.folder = os::ParentOf(layer.file);
  auto bytes = os::ReadFile(layer.file, kMostBytes);
  if (!bytes && bytes.error().reason != Reason::NotFound) return std::move(bytes).error();
  if (bytes) layer.text = CAIRN_TRY(SettingsText::Read(*std::move(bytes), layer.file));
  return layer;
}

std::vector<Setting> SettingsOf(const Layer& layer) {
  std::vector<Setting> settings;
  for (auto& line : layer.text.Lines()) {
    if (IsPathSetting(line.section, line.key)) line.value = Resolved(layer.folder, line.value);
    settings.push_back({std::move(line.section), std::move(line.key), std::move(line.value), layer.level});
  }
  return settings;
}

/// Every setting that wins, held against the known keys.
Result<std::vector<Setting>> Merged(const std::vector<Layer>& layers) {
  std::vector<Setting> merged;
  for (const auto& layer : layers) {
    for (auto& setting : SettingsOf(layer)) {
      const auto same = std::find_if(merged.begin(), merged.end(), [&](const Setting& one) {
        return one.section == setting.section && one.key == setting.key;
      });
      if (same == merged.end()) {
        merged.push_back(std::move(setting));
      } else {
        *same = std::move(setting);
      }
    }
  }
  const auto url_of = [&](const std::string& section) -> const Setting* {
    const auto found = std::find_if(merged.begin(), merged.end(), [&](const Setting& one) {
      return one.section == section && one.key == "url";
    });
    return found == merged.end() ? nullptr : &*found;
  };
  for (const auto& layer : layers) {
    for (const auto& line : layer.text.Lines()) {
      const std::string where = layer.file + ":" + std::to_string(line.line);
      const Setting* const url = url_of(line.section);
      if (line.section.starts_with("remote.") && !url)
        return Error{Reason::InvalidArgument, where + ": '" + line.section + "' has no 'url'"};
      CAIRN_TRY(CheckSetting(line, url ? url->value : "", where));
    }
  }
  return merged;
}

std::vector<Level> LevelsOf(const std::string& root) {
  if (root.empty()) return {Level::System, Level::Global};
  return {std::begin(kLevels), std::end(kLevels)};
}

Result<> CheckName(const std::string& section) {
  const std::string_view name =
      std::string_view(section).substr(std::min(section.find('.') + 1, section.size()));
  const bool plain = std::none_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) < 32 || std::string_view("\"'[]#").find(c) != std::string_view::npos;
  });
  if (plain && !name.empty()) return Done{};
  return Error{Reason::InvalidArgument,
               "'" + std::string(name) + "' cannot name a remote: use letters, digits, '-' and '_'"};
}

Result<> Apply(const Change& change, const std::string& folder, SettingsText& text) {
  const std::string section = LowerAscii(change.section), key = LowerAscii(change.key);
  CAIRN_TRY(CheckName(section));
  if (!change.value) {
    if (key.empty() ? text.RemoveSection(section) : text.Remove(section, key)) return Done{};
    return Error{Reason::NotFound, key.empty()
                                       ? "there is no section '" + section + "' in that file of settings"
                                       : "'" + key + "' of '" + section + "' is not set there"};
  }
  std::string value = *change.value;
  if (IsPathSetting(section, key) && SchemeOf(value).empty() && !value.starts_with("/") &&
      !BeginsAtHome(value))
    value = RelativeTo(folder, os::JoinPath(CAIRN_TRY(os::WorkingFolder()), value));
  text.Set(section, key, value);
  return Done{};
}

}  // namespace

std::string ConfigurationFile(const std::string& root, Level level) {
  switch (level) {
    case Level::System: {
      const std::string folders = os::VariableOr("XDG_CONFIG_DIRS", "/etc/xdg");
      return os::VariableOr("DVC_SYSTEM_CONFIG_DIR", folders.substr(0, folders.find(':')) + "/dvc") +
             "/config";
    }
    case Level::Global: {
      const std::string folder = os::VariableOr("XDG_CONFIG_HOME", os::HomeFolder() + "/.config");
      return os::VariableOr("DVC_GLOBAL_CONFIG_DIR", folder + "/dvc") + "/config";
    }
    case Level::Repository:
      return os::JoinPath(root, ".dvc/config");
    case Level::Local:
      return os::JoinPath(root, ".dvc/config.local");
  }
  return "";
}

Result<Configuration> Configuration::Read(const std::string& root) {
  std::vector<Layer> layers;
  for (const Level level : LevelsOf(root)) layers.push_back(CAIRN_TRY(LayerOf(root, level)));
  Configuration configuration;
  configuration.settings_ = CAIRN_TRY(Merged(layers));
  return configuration;
}

Result<Configuration> Configuration::ReadText(const std::string& text, const std::string& folder) {
  Configuration configuration;
  const std::string file = os::JoinPath(folder, "config");
  configuration.settings_ =
      CAIRN_TRY(Merged({Layer{Level::Repository, file, folder, CAIRN_TRY(SettingsText::Read(text, file))}}));
  return configuration;
}

std::optional<std::string> Configuration::Find(std::string_view section, std::string_view key) const {
  for (const auto& setting : settings_) {
    if (setting.section == section && setting.key == key) return setting.value;
  }
  return std::nullopt;
}

bool Configuration::Truth(std::string_view section, std::string_view key, bool otherwise) const {
  const auto value = Find(section, key);
  return value ? EqualsIgnoringCase(*value, "true") : otherwise;
}

std::string Configuration::CacheFolder(const std::string& root) const {
  if (auto folder = Find("cache", "dir"); folder && !folder->empty()) return *folder;
  return os::JoinPath(root, ".dvc/cache");
}

std::vector<std::string> Configuration::Remotes() const {
  std::vector<std::string> names;
  for (const auto& setting : settings_) {
    if (setting.section.starts_with("remote.") && setting.key == "url")
      names.push_back(setting.section.substr(7));
  }
  return names;
}

Result<RemoteSettings> Configuration::Remote(std::string_view name) const {
  const std::string wanted =
      LowerAscii(name.empty() ? Find("core", "remote").value_or("") : std::string(name));
  const auto names = Remotes();
  if (wanted.empty()) {
    return Error{Reason::NotFound,
                 names.empty()
                     ? "no remote is set up: `cairn data remote add --default NAME URL` sets one up"
                     : "no remote is named and none is the default: name one of " + Join(names, ", ") +
                           " with --remote, or make it the default with `cairn data remote default NAME`"};
  }
  RemoteSettings remote{wanted, "", {}};
  for (const auto& setting : settings_) {
    if (setting.section != "remote." + wanted) continue;
    if (setting.key == "url") {
      remote.url = setting.value;
    } else {
      remote.options[setting.key] = setting.value;
    }
  }
  if (!remote.url.empty()) return remote;
  const std::vector<std::string_view> known(names.begin(), names.end());
  return Error{Reason::NotFound,
               "there is no remote '" + wanted + "'." + Suggestion(wanted, known) +
                   (names.empty() ? " None is set up." : " There are: " + Join(names, ", ") + ".")};
}

Result<std::vector<Setting>> SettingsAt(const std::string& root, Level level) {
  return SettingsOf(CAIRN_TRY(LayerOf(root, level)));
}

namespace {

/// Changes the text of a level, and writes it when DVC could read what comes out.
template <class ChangeText>
Result<> ChangeAt(const std::string& root, Level level, ChangeText change) {
  std::vector<Layer> layers;
  for (const Level one : LevelsOf(root)) {
    if (one > level) break;
    layers.push_back(CAIRN_TRY(LayerOf(root, one)));
  }
  if (layers.empty() || layers.back().level != level)
    return Error{
        Reason::NotFound,
        "there is no DVC repository here whose settings could be changed: `cairn dvc init` makes one"};
  Layer& changed = layers.back();
  const std::string before = changed.text.text();
  CAIRN_TRY(change(changed));
  CAIRN_TRY(Merged(layers));
  if (changed.text.text() == before) return Done{};
  CAIRN_TRY(os::MakeFolders(changed.folder));
  // Keys to buckets may be in it: what it kept from others stays so, and a link stays a link.
  const auto there = os::Stat(changed.file);
  const std::string file = there ? CAIRN_TRY(os::RealPath(changed.file)) : changed.file;
  return os::WriteFileAtomically(file, changed.text.text(), there ? there->mode : 0644);
}

}  // namespace

Result<> ChangeSettings(const std::string& root, Level level, std::span<const Change> changes) {
  return ChangeAt(root, level, [&](Layer& layer) -> Result<> {
    for (const auto& change : changes) CAIRN_TRY(Apply(change, layer.folder, layer.text));
    return Done{};
  });
}

Result<> RenameRemote(const std::string& root, Level level, const std::string& from, const std::string& to) {
  return ChangeAt(root, level, [&](Layer& layer) -> Result<> {
    CAIRN_TRY(CheckName("remote." + to));
    if (!layer.text.RenameSection("remote." + from, "remote." + to))
      return Error{Reason::NotFound, "there is no remote '" + from + "' in that file of settings"};
    if (LowerAscii(layer.text.Find("core", "remote").value_or("")) == from)
      layer.text.Set("core", "remote", to);
    return Done{};
  });
}

}  // namespace cairn::repository
