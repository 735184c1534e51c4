#include "loop/repository/folder_files.h"

#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/vocabulary/digest.h"
#include "loop/repository/scan/digest.h"
#include "loop/repository/scan/scan.h"

namespace cairn::repository {
namespace {

Fingerprint TreeKey(const std::string& path) { return Fingerprint::OfPath(path).Then({3, 1}); }

/// The sum over paths and digests, by which two sets of files are compared without sorting either.
Fingerprint PrintOf(std::string_view relpath, const Md5Digest& md5) {
  return Fingerprint::OfPath(relpath).Then(
      Fingerprint::Of({reinterpret_cast<const char*>(md5.data()), md5.size()}));
}

}  // namespace

FolderFiles::FolderFiles(std::string path) : path_(std::move(path)), scan_(std::make_unique<Scan>()) {}
FolderFiles::FolderFiles(FolderFiles&&) noexcept = default;
FolderFiles& FolderFiles::operator=(FolderFiles&&) noexcept = default;
FolderFiles::~FolderFiles() = default;

Result<FolderFiles> FolderFiles::Look(const std::string& path, StatIndex& index) {
  FolderFiles files(path);
  *files.scan_ = CAIRN_TRY(ScanFolder(path, nullptr));
  if (const auto known = index.Find(Fact::Tree, TreeKey(path), files.scan_->state))
    files.tree_ = HexOf(*known) + ".dir";
  return files;
}

std::size_t FolderFiles::size() const { return scan_->files.size(); }
std::string_view FolderFiles::relpath(std::size_t place) const { return scan_->files[place].relpath; }

Result<> FolderFiles::TakeDigests(StatIndex& index) {
  if (md5s_.size() == size()) return Done{};
  std::vector<Md5Digest> md5s(size());
  CAIRN_TRY(ForEach(size(), [&](std::size_t i) -> Result<> {
    md5s[i] = CAIRN_TRY(Digest(i, index));
    return Done{};
  }));
  md5s_ = std::move(md5s);
  return Done{};
}

Result<Md5Digest> FolderFiles::Digest(std::size_t place, StatIndex& index) const {
  if (md5s_.size() == size()) return md5s_[place];
  const ScannedFile& file = scan_->files[place];
  if (file.is_broken) {
    return Error{Reason::NotFound, "'" + os::JoinPath(path_, file.relpath) +
                                       "' is a link that leads nowhere: repair or remove it"};
  }
  const Fingerprint key = Scan::KeyOf(path_, file.relpath);
  if (const auto known = index.Find(Fact::Md5, key, Fingerprint::Of(file.stamp))) return *known;
  return DigestOf(os::JoinPath(path_, file.relpath), key, file.stamp, scan_->began_ns, index);
}

Fingerprint FolderFiles::stamp(std::size_t place) const { return Fingerprint::Of(scan_->files[place].stamp); }

Fingerprint FolderFiles::settled_stamp(std::size_t place) const {
  return IsSettled(scan_->files[place].stamp, scan_->began_ns) ? stamp(place) : Fingerprint();
}

void FolderFiles::RememberTree(const std::string& md5, StatIndex& index) const {
  if (scan_->settled)
    index.Remember(Fact::Tree, TreeKey(path_), scan_->state, *Md5OfHex(std::string_view(md5).substr(0, 32)));
}

bool FolderFiles::Are(const Listing& listing, const std::string& md5, StatIndex& index) {
  if (listing.files().size() != size()) return false;
  Fingerprint have, want;
  for (std::size_t i = 0; i < size(); ++i) have.Add(PrintOf(relpath(i), md5s_[i]));
  for (const ListedFile& file : listing.files()) want.Add(PrintOf(file.relpath, file.md5));
  if (!(have == want)) return false;
  RememberTree(md5, index);
  tree_ = md5;
  return true;
}

Snapshot FolderFiles::Listed(StatIndex& index) const {
  auto listing = std::make_shared<Listing>();
  for (std::size_t i = 0; i < size(); ++i) listing->Add(relpath(i), md5s_[i]);
  listing->Arrange();
  Snapshot snapshot;
  snapshot.folder = true;
  snapshot.size = scan_->bytes;
  snapshot.md5 = crypto::Md5Hex(listing->Object()) + ".dir";
  snapshot.listing = std::move(listing);
  RememberTree(snapshot.md5, index);
  return snapshot;
}

}  // namespace cairn::repository
