#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"

/// DVC's settings: what its four files say, read and changed as DVC does. Keys and the names of remotes are
/// in lower case, as DVC keeps them.
namespace cairn::repository {

/// Where a setting is written; a later level wins over an earlier one.
enum class Level { System, Global, Repository, Local };

struct Setting {
  std::string section;  ///< "core", "cache", "remote.NAME".
  std::string key;
  std::string value;  ///< Of a path: made absolute.
  Level level = Level::Repository;
};

/// A remote as it is set up.
struct RemoteSettings {
  std::string name;
  std::string url;  ///< "s3://bucket/prefix", "https://host/path", or an absolute path.
  std::map<std::string, std::string, std::less<>> options;  ///< Its other keys.
};

class Configuration {
 public:
  /// Reads the levels of the repository at `root` ("" outside any: system and global). Files that are not
  /// there are empty. InvalidArgument names file, line and key, and the nearest known one, for a setting that
  /// DVC does not know or a value that is none.
  static Result<Configuration> Read(const std::string& root);
  /// Of another repository's `.dvc/config` alone; `folder` is what its relative paths are relative to.
  static Result<Configuration> ReadText(const std::string& text, const std::string& folder);

  /// The winning value; none when no level says one.
  std::optional<std::string> Find(std::string_view section, std::string_view key) const;
  bool Truth(std::string_view section, std::string_view key, bool otherwise) const;
  /// `cache.dir`, or the default below `root`.
  std::string CacheFolder(const std::string& root) const;

  std::vector<std::string> Remotes() const;
  /// "" is the default remote (`core.remote`). NotFound says how to set one up, or which there are.
  Result<RemoteSettings> Remote(std::string_view name = "") const;

 private:
  std::vector<Setting> settings_;
};

/// The file of a level: `.dvc/config` and `.dvc/config.local` below `root`; ~/.config/dvc/config and
/// /etc/xdg/dvc/config, which DVC_GLOBAL_CONFIG_DIR, DVC_SYSTEM_CONFIG_DIR, XDG_CONFIG_HOME and
/// XDG_CONFIG_DIRS move.
std::string ConfigurationFile(const std::string& root, Level level);
/// What one level says, in the order of its file, without holding it against the list of known keys.
/// InvalidArgument when the file cannot be read as settings.
Result<std::vector<Setting>> SettingsAt(const std::string& root, Level level);

struct Change {
  std::string section;
  std::string key;                   ///< "" with no value: the whole section.
  std::optional<std::string> value;  ///< None takes the setting away. A relative path is the caller's, and is
                                     ///< written relative to the file.
};
/// Changes the file of a level, all or nothing, and leaves the rest of it as it is. NotFound for taking away
/// what is not there; InvalidArgument when DVC could not read what would come out.
Result<> ChangeSettings(const std::string& root, Level level, std::span<const Change> changes);

}  // namespace cairn::repository
