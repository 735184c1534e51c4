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

}  // namespace cairn::repository
