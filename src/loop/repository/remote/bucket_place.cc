#include "loop/repository/remote/bucket_place.h"

#include <map>

#include "ground/os/environment.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"

namespace cairn::repository {
namespace {

constexpr std::uint64_t kMostBytes = 1 << 20;

using Profile = std::map<std::string, std::string, std::less<>>;

std::string OptionOf(const RemoteSettings& settings, std::string_view key) {
  const auto found = settings.options.find(key);
  return found == settings.options.end() ? "" : found->second;
}

bool IsTrue(const RemoteSettings& settings, std::string_view key) {
  return EqualsIgnoringCase(OptionOf(settings, key), "true");
}

/// What one of Amazon's own files of settings says under a head; nothing when there is no such file or head.
Result<Profile> ProfileIn(const std::string& file, const std::string& head) {
  Profile profile;
  const auto text = os::ReadFile(file, kMostBytes);
  if (!text && text.error().reason == Reason::NotFound) return profile;
  if (!text) return text.error();
  bool inside = false;
  for (const std::string_view raw : Split(*text, '\n')) {
    const std::string_view line = Trim(raw);
    if (line.starts_with('[')) {
      inside = line == "[" + head + "]";
      continue;
    }
    const auto equals = line.find('=');
    if (inside && equals != std::string_view::npos && !line.starts_with('#') && !line.starts_with(';'))
      profile.emplace(LowerAscii(Trim(line.substr(0, equals))), Trim(line.substr(equals + 1)));
  }
  return profile;
}

/// Of the files of credentials and of configuration, the former first.
Result<Profile> ProfileCalled(const RemoteSettings& settings, const std::string& name) {
  const std::string home = os::HomeFolder() + "/.aws/";
  std::string credentials = OptionOf(settings, "credentialpath"), config = OptionOf(settings, "configpath");
  if (credentials.empty()) credentials = os::VariableOr("AWS_SHARED_CREDENTIALS_FILE", home + "credentials");
  if (config.empty()) config = os::VariableOr("AWS_CONFIG_FILE", home + "config");
  Profile profile = CAIRN_TRY(ProfileIn(credentials, name));
  profile.merge(CAIRN_TRY(ProfileIn(config, name == "default" ? name : "profile " + name)));
  return profile;
}

bool TakeKeys(const Profile& profile, blob::Place& place) {
  const auto text = [&](std::string_view key) {
    const auto found = profile.find(key);
    return found == profile.end() ? std::string() : found->second;
  };
  if (text("aws_access_key_id").empty() || text("aws_secret_access_key").empty()) return false;
  place.access_key = text("aws_access_key_id");
  place.secret_key = text("aws_secret_access_key");
  place.session_token = text("aws_session_token");
  return true;
}

Profile KeysOfVariables() {
  return {{"aws_access_key_id", os::VariableOr("AWS_ACCESS_KEY_ID", "")},
          {"aws_secret_access_key", os::VariableOr("AWS_SECRET_ACCESS_KEY", "")},
          {"aws_session_token", os::VariableOr("AWS_SESSION_TOKEN", "")}};
}

Result<> FindKeys(const RemoteSettings& settings, const std::string& named, const Profile& profile,
                  blob::Place& place) {
  if (IsTrue(settings, "allow_anonymous_login")) return Done{};
  const Profile own = {{"aws_access_key_id", OptionOf(settings, "access_key_id")},
                       {"aws_secret_access_key", OptionOf(settings, "secret_access_key")},
                       {"aws_session_token", OptionOf(settings, "session_token")}};
  if (TakeKeys(own, place)) return Done{};
  if (named.empty() && TakeKeys(KeysOfVariables(), place)) return Done{};
  if (TakeKeys(profile, place)) return Done{};
  if (!named.empty())
    return Error{Reason::InvalidArgument,
                 "the profile '" + named + "' of the remote '" + settings.name +
                     "' has no aws_access_key_id and aws_secret_access_key in Amazon's files"};
  return Error{
      Reason::InvalidArgument,
      "there are no keys for the remote '" + settings.name + "' (" + settings.url +
          "): set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, write them into ~/.aws/credentials, or set "
          "them with `cairn data remote modify --local " +
          settings.name + " access_key_id KEY` and secret_access_key"};
}

std::string FirstNonEmpty(std::initializer_list<std::string> texts) {
  for (const auto& text : texts) {
    if (!text.empty()) return text;
  }
  return "";
}

Result<> RefuseWhatIsNotServed(const RemoteSettings& settings) {
  for (const char* key : {"worktree", "version_aware"}) {
    if (IsTrue(settings, key))
      return Error{Reason::Unsupported,
                   "the remote '" + settings.name + "' keeps versions in the cloud ('" + key +
                       "'), which Cairn does not do; use DVC for it, or a remote without"};
  }
  for (const char* key : {"sse_customer_algorithm", "sse_customer_key"}) {
    if (!OptionOf(settings, key).empty())
      return Error{Reason::Unsupported,
                   "'" + std::string(key) + "' of the remote '" + settings.name +
                       "' is not served: Cairn sends no keys of its own to encrypt with"};
  }
  return Done{};
}

void AddUploadFields(const RemoteSettings& settings, blob::Place& place) {
  constexpr std::pair<std::string_view, std::string_view> kFields[] = {
      {"sse", "X-Amz-Server-Side-Encryption"},
      {"sse_kms_key_id", "X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id"},
      {"acl", "X-Amz-Acl"},
      {"grant_read", "X-Amz-Grant-Read"},
      {"grant_read_acp", "X-Amz-Grant-Read-Acp"},
      {"grant_write_acp", "X-Amz-Grant-Write-Acp"},
      {"grant_full_control", "X-Amz-Grant-Full-Control"}};
  for (const auto& [key, field] : kFields) {
    if (auto value = OptionOf(settings, key); !value.empty())
      place.upload_fields.emplace_back(field, std::move(value));
  }
}

std::string EndpointOf(const RemoteSettings& settings, const Profile& profile) {
  const auto in_profile = profile.find("endpoint_url");
  std::string endpoint = FirstNonEmpty(
      {OptionOf(settings, "endpointurl"), os::VariableOr("AWS_ENDPOINT_URL_S3", ""),
       os::VariableOr("AWS_ENDPOINT_URL", ""), in_profile == profile.end() ? "" : in_profile->second});
  while (endpoint.ends_with('/')) endpoint.pop_back();
  if (endpoint.empty() || endpoint.find("://") != std::string::npos) return endpoint;
  return (EqualsIgnoringCase(OptionOf(settings, "use_ssl"), "false") ? "http://" : "https://") + endpoint;
}

}  // namespace

Result<blob::Place> BucketPlace(const RemoteSettings& settings) {
  CAIRN_TRY(RefuseWhatIsNotServed(settings));
  blob::Place place = CAIRN_TRY(blob::PlaceAt(settings.url));
  const std::string named = FirstNonEmpty({OptionOf(settings, "profile"), os::VariableOr("AWS_PROFILE", "")});
  const Profile profile = CAIRN_TRY(ProfileCalled(settings, named.empty() ? "default" : named));
  place.endpoint = EndpointOf(settings, profile);
  const auto region = profile.find("region");
  place.region = FirstNonEmpty({OptionOf(settings, "region"), os::VariableOr("AWS_REGION", ""),
                                os::VariableOr("AWS_DEFAULT_REGION", ""),
                                region == profile.end() ? "" : region->second, "us-east-1"});
  CAIRN_TRY(FindKeys(settings, named, profile, place));
  const std::string verify = OptionOf(settings, "ssl_verify");
  place.any_certificate = EqualsIgnoringCase(verify, "false");
  if (!verify.empty() && !place.any_certificate && !EqualsIgnoringCase(verify, "true"))
    place.authorities = verify;
  AddUploadFields(settings, place);
  return place;
}

Result<blob::Tuning> BucketTuning(const RemoteSettings& settings) {
  blob::Tuning tuning;
  tuning.calls = 64;
  if (const auto text = OptionOf(settings, "connect_timeout"); !text.empty())
    tuning.connect_timeout = std::chrono::seconds(CAIRN_TRY(ParseInt(text)));
  if (const auto text = OptionOf(settings, "read_timeout"); !text.empty())
    tuning.stall_timeout = std::chrono::seconds(CAIRN_TRY(ParseInt(text)));
  return tuning;
}

}  // namespace cairn::repository
