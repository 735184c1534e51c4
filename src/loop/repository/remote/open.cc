#include "ground/vocabulary/text.h"
#include "loop/repository/configuration/known_keys.h"
#include "loop/repository/remote.h"
#include "loop/repository/remote/bucket.h"
#include "loop/repository/remote/bucket_place.h"
#include "loop/repository/remote/folder.h"
#include "loop/repository/remote/web.h"

namespace cairn::repository {

Result<std::unique_ptr<Remote>> Remote::Open(const RemoteSettings& settings) {
  const std::string scheme = SchemeOf(settings.url);
  if (scheme.empty() || scheme == "file") {
    const auto shared = settings.options.find("shared");
    const bool group = shared != settings.options.end() && EqualsIgnoringCase(shared->second, "group");
    return std::unique_ptr<Remote>(
        std::make_unique<FolderRemote>(scheme.empty() ? settings.url : settings.url.substr(7),
                                       group ? Landing::Sharing::WithGroup : Landing::Sharing::ByUmask));
  }
  if (scheme == "s3")
    return std::unique_ptr<Remote>(
        std::make_unique<BucketRemote>(CAIRN_TRY(BucketPlace(settings)), CAIRN_TRY(BucketTuning(settings))));
  if (scheme == "http" || scheme == "https") return WebRemote::Open(settings);
  const std::string instead = scheme == "ssh" ? "mount the folder (sshfs) and give its path"
                                              : "use DVC for it, or a folder, s3:// or https://";
  return Error{Reason::Unsupported, "the remote '" + settings.name + "' is at '" + settings.url +
                                        "', and Cairn does not speak " + scheme + ":// - " + instead};
}

namespace {

bool IsHex(std::string_view text, std::size_t length) {
  return text.size() == length && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Error NoRuns(const Remote& remote) {
  return {Reason::Unsupported, "'" + remote.Shown() + "' keeps no run cache: a folder or a bucket does"};
}

}  // namespace

bool Remote::IsRun(std::string_view name) {
  const auto parts = Split(name, '/');
  return parts.size() == 3 && IsHex(parts[1], 64) && IsHex(parts[2], 64) && parts[0] == parts[1].substr(0, 2);
}

Result<std::vector<std::string>> Remote::Runs() const { return NoRuns(*this); }
Result<> Remote::PutRun(const std::string&, const std::string&) { return NoRuns(*this); }
Result<> Remote::GetRun(const std::string&, const std::string&) const { return NoRuns(*this); }

}  // namespace cairn::repository
