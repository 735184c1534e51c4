#include "loop/repository/scan/look.h"

#include <atomic>

#include "ground/os/files.h"
#include "ground/vocabulary/digest.h"
#include "loop/repository/ignore.h"
#include "loop/repository/scan/digest.h"

namespace cairn::repository {
namespace {

Fact FactOf(Look::Digests digests) { return digests == Look::Digests::Dvc2 ? Fact::Md5Dos2Unix : Fact::Md5; }

/// A tree's digest depends on how its files' were taken.
Fingerprint TreeKey(const std::string& path, Look::Digests digests) {
  return Fingerprint::OfPath(path).Then({digests == Look::Digests::Dvc2 ? 2u : 3u, 1});
}

/// The sum over paths and digests, by which two sets of files are compared without sorting either.
Fingerprint PrintOf(std::string_view relpath, const Md5Digest& md5) {
  return Fingerprint::OfPath(relpath).Then(
      Fingerprint::Of({reinterpret_cast<const char*>(md5.data()), md5.size()}));
}

std::uint64_t UnknownBytes(const Scan& scan, const std::vector<std::optional<Md5Digest>>& md5s) {
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < md5s.size(); ++i) bytes += md5s[i] ? 0 : scan.files[i].stamp.size;
  return bytes;
}

}  // namespace

Result<Md5Digest> Look::DigestOf(const std::string& path, const Fingerprint& key, const os::FileStamp& stamp,
                                 std::int64_t began_ns, Digests digests) {
  const Fingerprint state = Fingerprint::Of(stamp);
  if (const auto known = tree_.index().Find(FactOf(digests), key, state)) return *known;
  const std::string at = tree_.At(path);
  const Md5Digest md5 = digests == Digests::Dvc2 ? CAIRN_TRY(LegacyDigestFile(at, stamp))
                                                 : CAIRN_TRY(DigestFile(at, stamp, meter_.done));
  if (IsSettled(stamp, began_ns)) tree_.index().Remember(FactOf(digests), key, state, md5);
  return md5;
}

Result<Look::Folder> Look::Scanned(const std::string& path) {
  Folder folder;
  folder.scan = CAIRN_TRY(ScanFolder(tree_.At(path), CAIRN_TRY(IgnoreRules::For(tree_.root(), path))));
  folder.md5s.resize(folder.scan.files.size());
  return folder;
}

std::optional<std::string> Look::RememberedTree(const std::string& path, const Scan& scan,
                                                Digests digests) const {
  const auto known = tree_.index().Find(Fact::Tree, TreeKey(path, digests), scan.state);
  return known ? std::optional(HexOf(*known) + ".dir") : std::nullopt;
}

void Look::RememberTree(WorkingTree& tree, const std::string& path, const Scan& scan, Digests digests,
                        const std::string& md5) {
  if (scan.settled)
    tree.index().Remember(Fact::Tree, TreeKey(path, digests), scan.state,
                          *Md5OfHex(std::string_view(md5).substr(0, 32)));
}

/// Fills in the digests that are missing. With `known`, ends at the first file that is not in it, or is
/// another one there.
Result<> Look::DigestRest(const std::string& path, Folder& folder, Digests digests, const Listing* known,
                          bool& differs) {
  const Fact fact = FactOf(digests);
  CAIRN_TRY(ForEach(folder.md5s.size(), [&](std::size_t i) -> Result<> {
    const ScannedFile& file = folder.scan.files[i];
    folder.md5s[i] = tree_.index().Find(fact, Scan::KeyOf(path, file.relpath), Fingerprint::Of(file.stamp));
    return Done{};
  }));
  if (meter_.expected) meter_.expected(UnknownBytes(folder.scan, folder.md5s));
  std::atomic<bool> different = false;
  CAIRN_TRY(ForEach(folder.md5s.size(), [&](std::size_t i) -> Result<> {
    if (folder.md5s[i] || different) return Done{};
    const ScannedFile& file = folder.scan.files[i];
    const ListedFile* const listed = known ? known->Find(file.relpath) : nullptr;
    if (file.is_broken || (known && !listed)) {
      different = true;
      return Done{};
    }
    const std::string at = path + "/" + std::string(file.relpath);
    folder.md5s[i] =
        CAIRN_TRY(DigestOf(at, Scan::KeyOf(path, file.relpath), file.stamp, folder.scan.began_ns, digests));
    if (known && *folder.md5s[i] != listed->md5) different = true;
    return Done{};
  }));
  differs = different;
  return Done{};
}

Result<bool> Look::FolderHolds(const std::string& path, const std::string& md5, Digests digests,
                               const std::function<const Listing*()>& known) {
  Folder folder = CAIRN_TRY(Scanned(path));
  if (const auto remembered = RememberedTree(path, folder.scan, digests)) return *remembered == md5;
  const Listing* const listing = known();
  if (!listing) return CAIRN_TRY(Take(path, digests)).md5 == md5;
  if (listing->files().size() != folder.scan.files.size()) return false;
  bool differs = false;
  CAIRN_TRY(DigestRest(path, folder, digests, listing, differs));
  if (differs) return false;
  Fingerprint have, want;
  for (std::size_t i = 0; i < folder.md5s.size(); ++i)
    have.Add(PrintOf(folder.scan.files[i].relpath, *folder.md5s[i]));
  for (const ListedFile& file : listing->files()) want.Add(PrintOf(file.relpath, file.md5));
  if (!(have == want)) return false;
  RememberTree(tree_, path, folder.scan, digests, md5);
  return true;
}

Result<bool> Look::Holds(const std::string& path, const std::string& md5, Digests digests,
                         const std::function<const Listing*()>& known) {
  const std::int64_t began_ns = NowNs();
  const auto status = os::Stat(tree_.At(path));
  if (!status) return status.error().reason == Reason::NotFound ? Result<bool>(false) : status.error();
  const bool is_folder = status->kind == os::FileKind::Folder;
  if (is_folder != md5.ends_with(".dir")) return false;
  if (is_folder) return FolderHolds(path, md5, digests, known);
  if (status->kind != os::FileKind::File) return false;
  const Fingerprint key = Fingerprint::OfPath(path);
  if (meter_.expected && !tree_.index().Find(FactOf(digests), key, Fingerprint::Of(status->stamp)))
    meter_.expected(status->stamp.size);
  return HexOf(CAIRN_TRY(DigestOf(path, key, status->stamp, began_ns, digests))) == md5;
}

Result<Snapshot> Look::TakeFolder(const std::string& path, Digests digests) {
  Folder folder = CAIRN_TRY(Scanned(path));
  for (const ScannedFile& file : folder.scan.files) {
    if (!file.is_broken) continue;
    return Error{Reason::NotFound, "'" + path + "/" + std::string(file.relpath) +
                                       "' is a link that leads nowhere: repair or remove it"};
  }
  bool differs = false;
  CAIRN_TRY(DigestRest(path, folder, digests, nullptr, differs));
  auto listing = std::make_shared<Listing>();
  for (std::size_t i = 0; i < folder.md5s.size(); ++i)
    listing->Add(folder.scan.files[i].relpath, *folder.md5s[i]);
  listing->Arrange();
  Snapshot snapshot;
  snapshot.folder = true;
  snapshot.size = folder.scan.bytes;
  snapshot.md5 = crypto::Md5Hex(listing->Object()) + ".dir";
  snapshot.listing = std::move(listing);
  RememberTree(tree_, path, folder.scan, digests, snapshot.md5);
  return snapshot;
}

Result<Snapshot> Look::Take(const std::string& path, Digests digests) {
  const std::int64_t began_ns = NowNs();
  const auto status = CAIRN_TRY(os::Stat(tree_.At(path)));
  if (status.kind == os::FileKind::Folder) return TakeFolder(path, digests);
  if (status.kind != os::FileKind::File)
    return Error{Reason::InvalidArgument, "'" + path + "' is neither a file nor a folder"};
  Snapshot snapshot;
  snapshot.size = status.stamp.size;
  snapshot.executable = (status.mode & 0111) != 0;
  snapshot.md5 = HexOf(CAIRN_TRY(DigestOf(path, Fingerprint::OfPath(path), status.stamp, began_ns, digests)));
  return snapshot;
}

}  // namespace cairn::repository
