#include "loop/repository/configuration/known_keys.h"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "ground/vocabulary/text.h"

namespace cairn::repository {
namespace {

enum class Kind { Text, Truth, Count, Whole, Seconds, Links, Sharing, TruthFlags, ListFlags, HttpAuth };

struct Key {
  std::string_view section, name;
  Kind kind = Kind::Text;
};

constexpr Key kPlain[] = {
    {"core", "remote"},
    {"core", "checksum_jobs", Kind::Count},
    {"core", "interactive", Kind::Truth},
    {"core", "analytics", Kind::Truth},
    {"core", "hardlink_lock", Kind::Truth},
    {"core", "no_scm", Kind::Truth},
    {"core", "autostage", Kind::Truth},
    {"core", "experiments", Kind::Truth},
    {"core", "check_update", Kind::Truth},
    {"core", "site_cache_dir"},
    {"core", "machine"},
    {"cache", "dir"},
    {"cache", "type", Kind::Links},
    {"cache", "protected", Kind::Truth},
    {"cache", "shared", Kind::Sharing},
    {"cache", "slow_link_warning", Kind::Truth},
    {"cache", "verify", Kind::Truth},
    {"cache", "local"},
    {"cache", "s3"},
    {"cache", "gs"},
    {"cache", "hdfs"},
    {"cache", "webhdfs"},
    {"cache", "ssh"},
    {"cache", "azure"},
    {"state", "dir"},
    {"state", "row_limit", Kind::Count},
    {"state", "row_cleanup_quota", Kind::Whole},
    {"index", "dir"},
    {"plots", "html_template"},
    {"plots", "auto_open", Kind::Truth},
    {"plots", "out_dir"},
    {"exp", "code"},
    {"exp", "data"},
    {"exp", "models"},
    {"exp", "metrics"},
    {"exp", "params"},
    {"exp", "plots"},
    {"exp", "live"},
    {"exp", "auto_push", Kind::Truth},
    {"exp", "git_remote"},
    {"parsing", "bool", Kind::TruthFlags},
    {"parsing", "list", Kind::ListFlags},
    {"hydra", "enabled", Kind::Truth},
    {"hydra", "config_dir"},
    {"hydra", "config_module"},
    {"hydra", "config_name"},
    {"hydra", "plugins_path"},
    {"studio", "token"},
    {"studio", "url"},
    {"studio", "repo_url"},
    {"studio", "offline", Kind::Truth},
};

/// Of every remote.
constexpr Key kRemote[] = {
    {"", "url"},
    {"", "checksum_jobs", Kind::Count},
    {"", "jobs", Kind::Count},
    {"", "worktree", Kind::Truth},
    {"", "no_traverse", Kind::Truth},
    {"", "version_aware", Kind::Truth},
    {"", "verify", Kind::Truth},
};

/// Of remotes with an address of that scheme; "" is a folder.
constexpr Key kOfScheme[] = {
    {"", "type", Kind::Links},
    {"", "protected", Kind::Truth},
    {"", "shared", Kind::Sharing},
    {"", "slow_link_warning", Kind::Truth},
    {"s3", "region"},
    {"s3", "profile"},
    {"s3", "credentialpath"},
    {"s3", "configpath"},
    {"s3", "endpointurl"},
    {"s3", "access_key_id"},
    {"s3", "secret_access_key"},
    {"s3", "session_token"},
    {"s3", "listobjects", Kind::Truth},
    {"s3", "use_ssl", Kind::Truth},
    {"s3", "allow_anonymous_login", Kind::Truth},
    {"s3", "ssl_verify"},
    {"s3", "sse"},
    {"s3", "sse_kms_key_id"},
    {"s3", "sse_customer_algorithm"},
    {"s3", "sse_customer_key"},
    {"s3", "acl"},
    {"s3", "grant_read"},
    {"s3", "grant_read_acp"},
    {"s3", "grant_write_acp"},
    {"s3", "grant_full_control"},
    {"s3", "cache_regions"},
    {"s3", "read_timeout", Kind::Whole},
    {"s3", "connect_timeout", Kind::Whole},
    {"http", "auth", Kind::HttpAuth},
    {"http", "custom_auth_header"},
    {"http", "user"},
    {"http", "password"},
    {"http", "ask_password", Kind::Truth},
    {"http", "ssl_verify"},
    {"http", "method"},
    {"http", "connect_timeout", Kind::Seconds},
    {"http", "read_timeout", Kind::Seconds},
};

constexpr std::string_view kSections[] = {"core", "cache", "remote",  "state", "index",  "machine", "feature",
                                          "exp",  "plots", "parsing", "hydra", "studio", "db"};
/// What Cairn reads no key of.
constexpr std::string_view kUnread[] = {"machine", "feature", "db"};
constexpr std::string_view kReached[] = {"", "s3", "http"};

constexpr std::string_view kLinks[] = {"reflink", "hardlink", "symlink", "copy"};
constexpr std::string_view kSharing[] = {"group"};
constexpr std::string_view kTruths[] = {"true", "false"};
constexpr std::string_view kTruthFlags[] = {"store_true", "boolean_optional"};
constexpr std::string_view kListFlags[] = {"nargs", "append"};
constexpr std::string_view kHttpAuth[] = {"basic", "digest", "custom"};

bool IsAnyOf(std::string_view word, std::span<const std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::span<const std::string_view> ChoicesOf(Kind kind) {
  switch (kind) {
    case Kind::Truth:
      return kTruths;
    case Kind::Links:
      return kLinks;
    case Kind::Sharing:
      return kSharing;
    case Kind::TruthFlags:
      return kTruthFlags;
    case Kind::ListFlags:
      return kListFlags;
    case Kind::HttpAuth:
      return kHttpAuth;
    case Kind::Text:
    case Kind::Count:
    case Kind::Whole:
    case Kind::Seconds:
      return {};
  }
  return {};
}

/// What a value should be, when it is not; "" when it is.
std::string Complaint(Kind kind, const SettingLine& setting) {
  const std::string value = LowerAscii(setting.value);
  if (setting.list && kind != Kind::Links) return "has commas outside quotes: write it within \"\"";
  const auto choices = ChoicesOf(kind);
  if (!choices.empty()) {
    std::string words;
    for (const auto choice : choices) words += (words.empty() ? "" : ", ") + std::string(choice);
    for (const auto word : kind == Kind::Links ? Split(value, ',') : std::vector<std::string_view>{value}) {
      if (!IsAnyOf(Trim(word), choices))
        return "must be " + std::string(choices.size() > 1 ? "one of " : "") + words;
    }
    return "";
  }
  if (kind == Kind::Count || kind == Kind::Whole) {
    const auto number = ParseInt(value);
    if (!number) return "must be a whole number";
    return kind == Kind::Count && *number < 1 ? "must be at least 1" : "";
  }
  if (kind != Kind::Seconds) return "";
  const auto seconds = ParseDouble(value);
  return seconds && *seconds >= 0 ? "" : "must be a number of seconds";
}

Error Wrong(const std::string& where, const std::string& sentence) {
  return {Reason::InvalidArgument, where + ": " + sentence};
}

/// The keys that a section may have.
std::vector<Key> KeysOf(std::string_view section, const std::string& url) {
  std::vector<Key> keys;
  if (!section.starts_with("remote.")) {
    for (const Key& key : kPlain) {
      if (key.section == section) keys.push_back(key);
    }
    return keys;
  }
  keys.assign(std::begin(kRemote), std::end(kRemote));
  const std::string scheme = SchemeOf(url), kept = scheme == "https" ? "http" : scheme;
  for (const Key& key : kOfScheme) {
    if (key.section == kept) keys.push_back(key);
  }
  return keys;
}

}  // namespace

std::string SchemeOf(std::string_view url) {
  const auto colon = url.find("://");
  return colon == std::string_view::npos ? "" : LowerAscii(url.substr(0, colon));
}

bool IsPathSetting(std::string_view section, std::string_view key) {
  if (section == "cache") return key == "dir";
  constexpr std::string_view kPaths[] = {"url",     "credentialpath", "configpath",
                                         "keyfile", "cert_path",      "key_path"};
  return section.starts_with("remote.") && IsAnyOf(key, kPaths);
}

Result<> CheckSetting(const SettingLine& setting, const std::string& url, const std::string& where) {
  const std::string_view kind = std::string_view(setting.section).substr(0, setting.section.find('.'));
  if (!IsAnyOf(kind, kSections) || (kind == "remote" && kind == setting.section))
    return Wrong(where,
                 "DVC has no section '" + setting.section + "'." + Suggestion(setting.section, kSections));
  const std::string scheme = SchemeOf(url);
  if (IsAnyOf(kind, kUnread)) return Done{};
  if (kind == "remote" && scheme != "https" && !IsAnyOf(scheme, kReached)) return Done{};
  std::vector<std::string_view> names;
  for (const Key& key : KeysOf(setting.section, url)) {
    names.push_back(key.name);
    if (key.name != setting.key) continue;
    const std::string complaint = Complaint(key.kind, setting);
    if (complaint.empty()) return Done{};
    return Wrong(where, "'" + setting.key + "' of '" + setting.section + "' " + complaint + ", not '" +
                            setting.value + "'");
  }
  return Wrong(where, "DVC has no setting '" + setting.key + "' in '" + setting.section + "'." +
                          Suggestion(setting.key, names));
}

}  // namespace cairn::repository
