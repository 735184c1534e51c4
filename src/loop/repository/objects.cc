#include "loop/repository/objects.h"

#include <algorithm>

#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/vocabulary/digest.h"
#include "loop/repository/cache/intake.h"
#include "loop/repository/cache/linking.h"
#include "loop/repository/cache/presence.h"
#include "loop/repository/cache/staging.h"
#include "loop/repository/folder_files.h"
#include "loop/repository/scan/digest.h"

namespace cairn::repository {
namespace {

Result<Snapshot> SnapshotOfFolder(const std::string& path, StatIndex& index) {
  FolderFiles files = CAIRN_TRY(FolderFiles::Look(path, index));
  CAIRN_TRY(files.TakeDigests(index));
  return files.Listed(index);
}

/// Both digests in one read, or from the index.
Result<> AddEvidence(const std::string& path, const os::FileStamp& stamp, std::int64_t began_ns,
                     StatIndex& index, Snapshot& snapshot) {
  const Fingerprint key = Fingerprint::OfPath(path), state = Fingerprint::Of(stamp);
  const auto md5 = index.Find(Fact::Md5, key, state), first = index.Find(Fact::Sha256First, key, state),
             last = index.Find(Fact::Sha256Last, key, state);
  if (md5 && first && last) {
    snapshot.md5 = HexOf(*md5);
    snapshot.sha256 = HexOf(*first) + HexOf(*last);
    return Done{};
  }
  const auto digests = CAIRN_TRY(DigestsOfFile(path, stamp));
  snapshot.md5 = digests.md5;
  snapshot.sha256 = digests.sha256;
  if (!IsSettled(stamp, began_ns)) return Done{};
  index.Remember(Fact::Md5, key, state, *Md5OfHex(digests.md5));
  StatIndex::Value half{};
  for (const Fact fact : {Fact::Sha256First, Fact::Sha256Last}) {
    const std::size_t at = fact == Fact::Sha256First ? 0 : 32;
    half = *Md5OfHex(std::string_view(digests.sha256).substr(at, 32));
    index.Remember(fact, key, state, half);
  }
  return Done{};
}

}  // namespace

Result<Snapshot> TakeSnapshot(const std::string& path, StatIndex& index, Evidence evidence) {
  const std::int64_t began_ns = NowNs();
  const auto status = CAIRN_TRY(os::Stat(path));
  if (status.kind == os::FileKind::Folder) return SnapshotOfFolder(path, index);
  if (status.kind != os::FileKind::File)
    return Error{Reason::InvalidArgument, "'" + path + "' is neither a file nor a folder"};
  Snapshot snapshot;
  snapshot.size = status.stamp.size;
  snapshot.executable = (status.mode & 0111) != 0;
  if (evidence == Evidence::Sha256) {
    CAIRN_TRY(AddEvidence(path, status.stamp, began_ns, index, snapshot));
  } else {
    snapshot.md5 = HexOf(CAIRN_TRY(DigestOf(path, Fingerprint::OfPath(path), status.stamp, began_ns, index)));
  }
  return snapshot;
}

std::string Objects::PathOf(std::string_view md5) const { return PathOf(ObjectId{std::string(md5), false}); }
std::string Objects::PathOf(const ObjectId& id) const { return use_.folder + "/" + id.Key(); }

bool Objects::Has(std::string_view md5) const { return os::Exists(PathOf(md5)); }

bool Objects::HasAll(const Snapshot& snapshot) const {
  if (!Has(snapshot.md5)) return false;
  const auto found = [&](const ListedFile& file) { return Has(HexOf(file.md5)); };
  return !snapshot.listing ||
         std::all_of(snapshot.listing->files().begin(), snapshot.listing->files().end(), found);
}

bool Objects::HasFolder(std::string_view md5, StatIndex& index) const {
  const ObjectId id{std::string(md5), false};
  Presence presence(*this, index);
  if (presence.KnowsFolder(id)) return true;
  const auto listing = ReadListing(id);
  return listing && presence.HoldsFolder(id, *listing);
}

Result<> Objects::Store(const std::string& path, const Snapshot& snapshot, StatIndex* index) const {
  auto intake = CAIRN_TRY(Intake::Begin(use_, index));
  const auto take = [&](const std::string& file, const Md5Digest& md5) -> Result<> {
    const auto status = CAIRN_TRY(os::Stat(file));
    return intake.TakeKnown({file, status.stamp}, md5);
  };
  if (snapshot.folder) {
    const auto& files = snapshot.listing->files();
    CAIRN_TRY(ForEach(files.size(), [&](std::size_t i) -> Result<> {
      return take(os::JoinPath(path, files[i].relpath), files[i].md5);
    }));
    CAIRN_TRY(intake.TakeBytes(snapshot.listing->Object(), snapshot.md5));
  } else {
    CAIRN_TRY(take(path, *Md5OfHex(snapshot.md5)));
  }
  if (intake.staged_files() == 0) return Done{};
  CAIRN_TRY(intake.Publish());
  return os::SyncFileSystem(use_.folder);
}

Result<std::string> Objects::StoreBytes(std::string_view bytes) const {
  const std::string md5 = crypto::Md5Hex(bytes);
  auto intake = CAIRN_TRY(Intake::Begin(use_, nullptr));
  CAIRN_TRY(intake.TakeBytes(bytes, md5));
  if (intake.staged_files() == 0) return md5;
  CAIRN_TRY(intake.Publish());
  CAIRN_TRY(os::SyncFileSystem(use_.folder));
  return md5;
}

Result<Listing> Objects::ReadListing(const ObjectId& id) const {
  auto object = os::ReadFile(PathOf(id));
  if (!object) {
    if (object.error().reason != Reason::NotFound) return std::move(object).error();
    return Error{Reason::NotFound, "the object " + id.md5 + " is not in the cache '" + use_.folder + "'"};
  }
  if (crypto::Md5Hex(*object) + ".dir" != id.md5) {
    return Error{Reason::Corrupt, "the object " + id.md5 + " in the cache '" + use_.folder +
                                      "' is damaged; `cairn data check` finds what else is"};
  }
  return Listing::Parse(*std::move(object));
}

Result<> Objects::Checkout(std::string_view md5, const std::string& path) const {
  CAIRN_TRY(os::MakeFolders(os::ParentOf(path)));
  const auto staging = CAIRN_TRY(Staging::Begin(os::JoinPath(os::ParentOf(path), ".cairn-checkout")));
  Linking linking(use_);
  std::atomic<unsigned> number = 0;
  const auto place = [&](const std::string& object, const std::string& at) -> Result<> {
    const std::string draft = os::JoinPath(staging.folder(), std::to_string(++number));
    auto made = linking.Make({object, false}, PathOf(object), draft, false);
    if (!made && made.error().reason == Reason::NotFound) {
      return Error{Reason::NotFound,
                   "the object " + object + " for '" + at + "' is not in the cache '" + use_.folder + "'"};
    }
    CAIRN_TRY(std::move(made));
    CAIRN_TRY(os::MakeFolders(os::ParentOf(at)));
    return os::Rename(draft, at);
  };
  if (!md5.ends_with(".dir")) return place(std::string(md5), path);
  const Listing listing = CAIRN_TRY(ReadListing({std::string(md5), false}));
  CAIRN_TRY(os::MakeFolders(path));
  CAIRN_TRY(ForEach(listing.files().size(), [&](std::size_t i) -> Result<> {
    const ListedFile& file = listing.files()[i];
    return place(HexOf(file.md5), os::JoinPath(path, file.relpath));
  }));
  for (const auto& entry : CAIRN_TRY(os::ListTree(path))) {
    if (entry.kind != os::FileKind::Folder && !listing.Find(entry.path))
      CAIRN_TRY(os::Remove(os::JoinPath(path, entry.path)));
  }
  return Done{};
}

}  // namespace cairn::repository
