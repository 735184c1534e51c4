#include "loop/repository/adding/reading.h"

#include <algorithm>
#include <numeric>

#include "ground/os/files.h"
#include "ground/vocabulary/digest.h"
#include "loop/repository/ignore.h"
#include "loop/repository/scan/digest.h"

namespace cairn::repository {
namespace {

constexpr std::size_t kShareFiles = 16'384;
constexpr std::uint64_t kShareBytes = std::uint64_t{4} << 30;
/// Past this much work a killed process should not have worked in vain.
constexpr std::size_t kManyFiles = 65'536;
constexpr std::uint64_t kManyBytes = std::uint64_t{16} << 30;

}  // namespace

Listing ReadTarget::AsListing() const {
  Listing listing;
  for (std::size_t i = 0; i < order.size(); ++i) listing.Add(scan.files[order[i]].relpath, md5s[i]);
  listing.Arrange();
  return listing;
}

Content ReadTarget::AsContent() const {
  if (!is_folder) return {HexOf(md5), status.stamp.size, std::nullopt, (status.mode & 0111) != 0};
  return {crypto::Md5Hex(AsListing().Object()) + ".dir", scan.bytes, static_cast<std::int64_t>(order.size()),
          false};
}

Result<Md5Digest> TargetReader::TakeFile(const std::string& at, const Fingerprint& key,
                                         const os::FileStamp& stamp, bool is_link, std::int64_t began_ns,
                                         bool stored) {
  const Fingerprint state = Fingerprint::Of(stamp);
  const auto known = tree_.index().Find(Fact::Md5, key, state);
  const Intake::Source source{at, stamp, is_link};
  if (known) {
    if (stored) CAIRN_TRY(intake_.TakeKnown(source, *known));
    return *known;
  }
  const Md5Digest md5 =
      stored ? CAIRN_TRY(intake_.Take(source)) : CAIRN_TRY(DigestFile(at, stamp, meter_.done));
  if (IsSettled(stamp, began_ns)) tree_.index().Remember(Fact::Md5, key, state, md5);
  return md5;
}

Result<ReadTarget> TargetReader::Read(Target target, bool stored) {
  ReadTarget read;
  read.target = std::move(target);
  read.stored = stored;
  read.began_ns = NowNs();
  const std::string& path = read.target.path;
  const std::string at = tree_.At(path);
  read.status = CAIRN_TRY(os::Stat(at));
  read.is_folder = read.status.kind == os::FileKind::Folder;
  if (read.is_folder) {
    CAIRN_TRY(ReadFolder(read));
    return read;
  }
  if (read.status.kind != os::FileKind::File)
    return Error{Reason::InvalidArgument, "'" + path + "' is neither a file nor a folder"};
  if (meter_.expected) meter_.expected(read.status.stamp.size);
  const bool is_link = CAIRN_TRY(os::Stat(at, os::Symlinks::Report)).kind == os::FileKind::Symlink;
  read.md5 =
      CAIRN_TRY(TakeFile(at, Fingerprint::OfPath(path), read.status.stamp, is_link, read.began_ns, stored));
  return read;
}

Result<> TargetReader::ReadFolder(ReadTarget& read) {
  const std::string& path = read.target.path;
  const std::string at = tree_.At(path);
  read.scan = CAIRN_TRY(ScanFolder(at, CAIRN_TRY(IgnoreRules::For(tree_.root(), path))));
  const auto& files = read.scan.files;
  if (meter_.expected) meter_.expected(read.scan.bytes);
  read.order.resize(files.size());
  std::iota(read.order.begin(), read.order.end(), 0U);
  std::sort(read.order.begin(), read.order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return Listing::Before(files[a].relpath, files[b].relpath);
  });
  read.md5s.resize(files.size());
  for (std::size_t begin = 0, end = 0; begin < files.size(); begin = end) {
    std::uint64_t bytes = 0;
    while (end < files.size() && end - begin < kShareFiles && bytes < kShareBytes)
      bytes += files[read.order[end++]].stamp.size;
    CAIRN_TRY(ForEach(end - begin, [&](std::size_t i) -> Result<> {
      const ScannedFile& file = files[read.order[begin + i]];
      const std::string file_at = at + "/" + std::string(file.relpath);
      if (file.is_broken)
        return Error{Reason::NotFound, "'" + file_at + "' is a link that leads nowhere: repair or remove it"};
      read.md5s[begin + i] = CAIRN_TRY(TakeFile(file_at, Scan::KeyOf(path, file.relpath), file.stamp,
                                                file.is_link, read.scan.began_ns, read.stored));
      return Done{};
    }));
    if (intake_.staged_files() > kManyFiles || intake_.staged_bytes() > kManyBytes) CAIRN_TRY(relieve_());
  }
  return Done{};
}

Result<> TargetReader::ReadAgain(const ReadTarget& read) {
  const std::string at = tree_.At(read.target.path);
  if (!read.is_folder) return intake_.TakeKnown({at, read.status.stamp}, read.md5);
  return ForEach(read.order.size(), [&](std::size_t i) -> Result<> {
    const ScannedFile& file = read.scan.files[read.order[i]];
    const std::string file_at = at + "/" + std::string(file.relpath);
    return intake_.TakeKnown({file_at, file.stamp, file.is_link}, read.md5s[i]);
  });
}

}  // namespace cairn::repository
