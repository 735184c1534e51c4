#include "loop/repository/placing/relink.h"

#include <atomic>

#include "ground/os/files.h"
#include "ground/vocabulary/digest.h"
#include "loop/repository/cache/linking.h"
#include "loop/repository/pointer/text_batch.h"
#include "loop/repository/scan/digest.h"

namespace cairn::repository {
namespace {

class Relinker {
 public:
  explicit Relinker(WorkingTree& tree, Staging staging)
      : tree_(tree), linking_(tree.objects().use()), staging_(std::move(staging)) {}

  Result<> Relink(const std::string& path, const Fingerprint& key, const os::FileStamp& seen,
                  const Md5Digest& md5) {
    const std::string at = tree_.At(path), object = tree_.objects().PathOf(HexOf(md5));
    const auto now = CAIRN_TRY(os::Stat(at, os::Symlinks::Report));
    if (!linking_.IsLinkedRight(now, at, object)) {
      // Linking into the cache has changed nothing but the ctime.
      auto stamp = CAIRN_TRY(os::Stat(at)).stamp;
      stamp.ctime_ns = seen.ctime_ns;
      if (!(stamp == seen)) return Done{};
      const std::string draft = staging_.folder() + "/" + std::to_string(++number_);
      CAIRN_TRY(linking_.Make({HexOf(md5), false}, object, draft, (now.mode & 0100) != 0));
      CAIRN_TRY(MoveInto(draft, at));
    }
    const auto status = CAIRN_TRY(os::Stat(at));
    // The object was written before; that it got another name says nothing about its bytes.
    os::FileStamp written = status.stamp;
    written.ctime_ns = written.mtime_ns;
    if (IsSettled(written, NowNs()))
      tree_.index().Remember(Fact::Md5, key, Fingerprint::Of(status.stamp), md5);
    return Done{};
  }

 private:
  WorkingTree& tree_;
  Linking linking_;
  const Staging staging_;
  std::atomic<unsigned> number_ = 0;
};

}  // namespace

Result<> RelinkRead(WorkingTree& tree, const std::vector<ReadTarget>& read) {
  Relinker relinker(tree, CAIRN_TRY(Staging::Begin(StagingIn(tree))));
  for (const ReadTarget& one : read) {
    if (!one.stored) continue;
    const std::string& path = one.target.path;
    if (!one.is_folder) {
      CAIRN_TRY(relinker.Relink(path, Fingerprint::OfPath(path), one.status.stamp, one.md5));
      continue;
    }
    CAIRN_TRY(ForEach(one.order.size(), [&](std::size_t i) -> Result<> {
      const ScannedFile& file = one.scan.files[one.order[i]];
      return relinker.Relink(path + "/" + std::string(file.relpath), Scan::KeyOf(path, file.relpath),
                             file.stamp, one.md5s[i]);
    }));
  }
  return Done{};
}

}  // namespace cairn::repository
