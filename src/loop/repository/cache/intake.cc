#include "loop/repository/cache/intake.h"

#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "ground/os/batch_sync.h"
#include "ground/os/descriptor.h"
#include "ground/vocabulary/digest.h"
#include "loop/repository/cache/byte_stream.h"
#include "loop/repository/cache/linking.h"
#include "loop/repository/cache/staging.h"
#include "loop/repository/scan/digest.h"

namespace cairn::repository {
namespace {

constexpr std::string_view kStaging = ".cairn-intake", kObjects = "files/md5", kListings = "listings";
constexpr unsigned kProtected = 0444, kGroupFolder = 02775;
/// Up to this a file is held in memory until it is known whether the cache needs it.
constexpr std::size_t kSmall = 1 << 20;
constexpr unsigned kPrefixes = 256;

/// Objects that are written aside; where it was seen, with the stamp when the last byte was in.
using StagedObjects = std::map<Md5Digest, std::optional<os::FileStamp>>;

unsigned PrefixOf(const Md5Digest& md5) { return md5[0]; }

std::string PrefixName(unsigned prefix) {
  const auto byte = static_cast<std::uint8_t>(prefix);
  return HexOf(std::span<const std::uint8_t>(&byte, 1));
}

}  // namespace

struct Intake::State {
  State(CacheUse cache, Staging folder, StatIndex* vouching, std::function<void(std::uint64_t)> told)
      : use(std::move(cache)),
        staging(std::move(folder)),
        index(vouching),
        cache_key(Fingerprint::Of(use.folder)),
        read(std::move(told)),
        sync(use.folder) {}

  /// Whether the cache holds the object of the source's bytes, sound as far as can be told.
  bool Holds(const Md5Digest& md5, const Source& source);
  bool IsSound(const std::string& path, const Md5Digest& md5, const os::FileStatus& status);
  Fingerprint KeyOf(const Md5Digest& md5) const;
  /// Vouches for objects that have just got their names, stamped anew by that. `visible_ns` (of the file
  /// system's clock): when they got them with their folder, which leaves the stamps as they were.
  void Vouch(const StagedObjects& objects, std::optional<std::int64_t> visible_ns);
  bool IsStaged(const Md5Digest& md5) const;
  /// Where the object is written aside, in a folder that is there.
  Result<std::string> RoomFor(const Md5Digest& md5);
  Result<> Write(const Md5Digest& md5, std::string_view bytes);
  Result<Md5Digest> TakeSmall(const Source& source, const os::Descriptor& file);
  Result<Md5Digest> TakeLarge(const Source& source, const os::Descriptor& file);
  Result<Md5Digest> TakeByLink(const Source& source, bool& linked);
  Result<os::Descriptor> CreateProtected(const std::string& path);
  void Staged(const Md5Digest& md5, std::uint64_t size, std::optional<os::FileStamp> stamp);
  Result<> PublishPrefix(unsigned prefix);
  Result<> MakeFolder(const std::string& path) const;

  std::string ObjectPath(const std::string& name) const {
    return use.folder + "/" + std::string(kObjects) + "/" + name.substr(0, 2) + "/" + name.substr(2);
  }
  const CacheUse use;
  const Staging staging;
  StatIndex* const index;
  const Fingerprint cache_key;
  const std::function<void(std::uint64_t)> read;
  enum Known : std::uint8_t { Unknown, Absent, There };
  std::array<std::atomic<std::uint8_t>, kPrefixes> prefixes{};
  std::array<std::atomic<bool>, kPrefixes> made{};
  std::atomic<std::uint64_t> bytes = 0;
  std::atomic<std::size_t> files = 0;
  std::atomic<unsigned> number = 0;
  std::atomic<bool> can_reflink = true;
  /// Of new files the umask may take bits that every reader of the cache needs.
  std::atomic<bool> mode_known = false, mode_kept = false;
  std::mutex mutex;
  std::vector<std::string>
      unprotected;                    // Not protected before they are published: they are the user's files.
  std::vector<std::string> listings;  // Names of objects.
  std::array<StagedObjects, kPrefixes> staged;
  os::BatchSync sync;
};

Intake::Intake(std::unique_ptr<State> state) : state_(std::move(state)) {}
Intake::Intake(Intake&&) noexcept = default;
Intake::~Intake() = default;

Result<Intake> Intake::Begin(const CacheUse& use, StatIndex* index, std::function<void(std::uint64_t)> read) {
  auto staging = CAIRN_TRY(Staging::Begin(os::JoinPath(use.folder, kStaging)));
  return Intake(std::make_unique<State>(use, std::move(staging), index, std::move(read)));
}

std::uint64_t Intake::staged_bytes() const { return state_->bytes; }
std::size_t Intake::staged_files() const { return state_->files; }

Fingerprint Intake::State::KeyOf(const Md5Digest& md5) const {
  return cache_key.Then(
      Fingerprint::Of(std::string_view(reinterpret_cast<const char*>(md5.data()), md5.size())));
}

bool Intake::State::Holds(const Md5Digest& md5, const Source& source) {
  auto& prefix = prefixes[PrefixOf(md5)];
  const std::string name = HexOf(md5), path = ObjectPath(name);
  if (prefix == Unknown) prefix = os::IsFolder(os::ParentOf(path)) ? There : Absent;
  if (prefix == Absent) return false;
  const auto status = os::Stat(path);
  if (!status || status->stamp.size != source.stamp.size) return false;
  // A file that is linked to its object has its bytes.
  if (!(status->stamp == source.stamp) && !IsSound(path, md5, *status)) return false;
  return status->mode == kProtected || os::SetMode(path, kProtected);
}

bool Intake::State::IsSound(const std::string& path, const Md5Digest& md5, const os::FileStatus& status) {
  const Fingerprint key = KeyOf(md5), state = Fingerprint::Of(status.stamp);
  if (index && index->Find(Fact::Sound, key, state)) return true;
  const std::int64_t began_ns = NowNs();
  const auto found = DigestFile(path, status.stamp, nullptr);
  if (!found || *found != md5) return false;
  if (index && IsSettled(status.stamp, began_ns)) index->Remember(Fact::Sound, key, state, md5);
  return true;
}

Result<> Intake::State::MakeFolder(const std::string& path) const {
  if (os::IsFolder(path)) return Done{};
  CAIRN_TRY(os::MakeFolders(path));
  return use.shared_with_group ? os::SetMode(path, kGroupFolder) : Result<>();
}

Result<std::string> Intake::State::RoomFor(const Md5Digest& md5) {
  const unsigned prefix = PrefixOf(md5);
  const std::string folder = staging.folder() + "/" + PrefixName(prefix);
  if (!made[prefix]) {
    CAIRN_TRY(MakeFolder(folder));
    made[prefix] = true;
  }
  return folder + "/" + HexOf(md5).substr(2);
}

Result<os::Descriptor> Intake::State::CreateProtected(const std::string& path) {
  auto file = CAIRN_TRY(os::CreateFile(path, kProtected));
  if (!mode_known) {
    mode_kept = CAIRN_TRY(os::StatusOf(file, path)).mode == kProtected;
    mode_known = true;
  }
  if (!mode_kept) CAIRN_TRY(os::SetMode(path, kProtected));
  return file;
}

void Intake::State::Staged(const Md5Digest& md5, std::uint64_t size, std::optional<os::FileStamp> stamp) {
  bytes += size;
  ++files;
  sync.Wrote();
  const std::lock_guard lock(mutex);
  staged[PrefixOf(md5)].insert_or_assign(md5, stamp);
}

Result<> Intake::State::Write(const Md5Digest& md5, std::string_view content) {
  const std::string path = CAIRN_TRY(RoomFor(md5));
  auto file = CreateProtected(path);
  // Another file of this batch has the same bytes.
  if (!file) return file.error().reason == Reason::AlreadyExists ? Result<>() : file.error();
  CAIRN_TRY(os::WriteAll(file->number(), content, path));
  Staged(md5, content.size(), CAIRN_TRY(os::StatusOf(*file, path)).stamp);
  return Done{};
}

Result<Md5Digest> Intake::State::TakeSmall(const Source& source, const os::Descriptor& file) {
  thread_local const std::unique_ptr<char[]> buffer(new char[kSmall + 1]);
  std::size_t filled = 0;
  for (;;) {
    const std::size_t count =
        CAIRN_TRY(os::ReadSome(file.number(), buffer.get() + filled, kSmall + 1 - filled, source.path));
    filled += count;
    if (count == 0 || filled >= source.stamp.size) break;
  }
  const std::string_view content(buffer.get(), filled);
  CAIRN_TRY(CheckAsSeen(file, source.path, source.stamp));
  if (filled != source.stamp.size) return Unsettled(source.path);
  const Md5Digest md5 = crypto::Md5(content);
  if (read) read(filled);
  if (!Holds(md5, source)) CAIRN_TRY(Write(md5, content));
  return md5;
}

Result<Md5Digest> Intake::State::TakeLarge(const Source& source, const os::Descriptor& file) {
  const std::string draft = staging.folder() + "/" + std::to_string(++number);
  Md5Digest md5;
  // A clone shares its blocks with the file and stays as it is while it is read.
  auto cloned =
      can_reflink ? os::Reflink(file, source.path, draft, kProtected) : Error{Reason::Unsupported, ""};
  if (cloned) {
    CAIRN_TRY(os::SetMode(draft, kProtected));
    md5 = CAIRN_TRY(DigestFile(draft, CAIRN_TRY(os::Stat(draft)).stamp, read));
  } else {
    if (cloned.error().reason != Reason::Unsupported) return std::move(cloned).error();
    can_reflink = false;
    const auto copy = CAIRN_TRY(CreateProtected(draft));
    md5 = CAIRN_TRY(CopyAndDigest(file, source.path, copy, draft, source.stamp.size, read)).md5;
  }
  CAIRN_TRY(CheckAsSeen(file, source.path, source.stamp));
  if (Holds(md5, source)) {
    CAIRN_TRY(os::Remove(draft));
    return md5;
  }
  CAIRN_TRY(os::Rename(draft, CAIRN_TRY(RoomFor(md5))));
  Staged(md5, source.stamp.size, std::nullopt);
  return md5;
}

Result<Md5Digest> Intake::State::TakeByLink(const Source& source, bool& linked) {
  const Md5Digest md5 = CAIRN_TRY(DigestFile(source.path, source.stamp, read));
  linked = true;
  if (Holds(md5, source)) return md5;
  const std::string path = CAIRN_TRY(RoomFor(md5));
  const auto made_link = os::HardLink(source.path, path);
  if (!made_link) {
    linked = made_link.error().reason == Reason::AlreadyExists;
    return md5;
  }
  // Linking has changed the stamp's ctime and nothing else.
  auto now = CAIRN_TRY(os::Stat(path)).stamp;
  now.ctime_ns = source.stamp.ctime_ns;
  if (!(now == source.stamp)) return Unsettled(source.path);
  Staged(md5, 0, std::nullopt);
  const std::lock_guard lock(mutex);
  unprotected.push_back(path);
  return md5;
}

Result<Md5Digest> Intake::Take(const Source& source) {
  const auto file = CAIRN_TRY(OpenAsSeen(source.path, source.stamp));
  if (LinksFiles(state_->use) && !source.is_link) {
    bool linked = false;
    const Md5Digest md5 = CAIRN_TRY(state_->TakeByLink(source, linked));
    if (linked) return md5;
  }
  return source.stamp.size <= kSmall ? state_->TakeSmall(source, file) : state_->TakeLarge(source, file);
}

bool Intake::State::IsStaged(const Md5Digest& md5) const {
  return made[PrefixOf(md5)] &&
         os::Exists(staging.folder() + "/" + PrefixName(PrefixOf(md5)) + "/" + HexOf(md5).substr(2));
}

Result<> Intake::TakeKnown(const Source& source, const Md5Digest& md5) {
  if (state_->Holds(md5, source) || state_->IsStaged(md5)) {
    if (state_->read) state_->read(source.stamp.size);
    return Done{};
  }
  return CAIRN_TRY(Take(source)) == md5 ? Result<>() : Unsettled(source.path);
}

Result<> Intake::TakeBytes(std::string_view bytes, const std::string& name) {
  const std::string object = state_->ObjectPath(name);
  const auto status = os::Stat(object);
  if (status && status->stamp.size == bytes.size() && status->mode == kProtected) {
    const auto held = os::ReadFile(object, bytes.size() + 1);
    if (held && *held == bytes) return Done{};
  }
  const std::string folder = os::JoinPath(state_->staging.folder(), kListings);
  CAIRN_TRY(os::MakeFolders(folder));
  const std::string path = folder + "/" + name;
  const auto file = state_->CreateProtected(path);
  if (!file) return file.error().reason == Reason::AlreadyExists ? Result<>() : file.error();
  CAIRN_TRY(os::WriteAll(file->number(), bytes, path));
  state_->bytes += bytes.size();
  ++state_->files;
  const std::lock_guard lock(state_->mutex);
  state_->listings.push_back(name);
  return Done{};
}

Result<> Intake::State::PublishPrefix(unsigned prefix) {
  const std::string folder = staging.folder() + "/" + PrefixName(prefix);
  const std::string final_folder = use.folder + "/" + std::string(kObjects) + "/" + PrefixName(prefix);
  made[prefix] = false;
  prefixes[prefix] = There;
  const StagedObjects objects = std::exchange(staged[prefix], {});
  // The first objects of a prefix bring their folder along: one name instead of many.
  if (os::Rename(folder, final_folder)) {
    Vouch(objects, CAIRN_TRY(os::Stat(final_folder)).stamp.ctime_ns);
    return Done{};
  }
  CAIRN_TRY(MakeFolder(final_folder));
  for (const auto& [md5, stamp] : objects) {
    const std::string name = HexOf(md5).substr(2);
    CAIRN_TRY(os::Rename(folder + "/" + name, final_folder + "/" + name));
  }
  Vouch(objects, std::nullopt);
  return Done{};
}

void Intake::State::Vouch(const StagedObjects& objects, std::optional<std::int64_t> visible_ns) {
  // Objects that are links to the user's files may have been written to until they were protected.
  if (!index || LinksFiles(use)) return;
  for (const auto& [md5, stamp] : objects) {
    auto now = visible_ns ? stamp : std::nullopt;
    if (!now) {
      const auto status = os::Stat(ObjectPath(HexOf(md5)));
      if (!status) continue;
      now = status->stamp;
    }
    // Its name gave it a ctime. By the same clock it was written before, so that whoever writes to it from
    // now on leaves another mtime.
    if (now->mtime_ns < visible_ns.value_or(now->ctime_ns))
      index->Remember(Fact::Sound, KeyOf(md5), Fingerprint::Of(*now), md5);
  }
}

Result<> Intake::Publish() {
  State& state = *state_;
  if (state.files == 0) return Done{};
  for (const std::string& path : state.unprotected) CAIRN_TRY(os::SetMode(path, kProtected));
  CAIRN_TRY(state.sync.Finish());
  CAIRN_TRY(state.MakeFolder(os::JoinPath(state.use.folder, kObjects)));
  for (unsigned prefix = 0; prefix < kPrefixes; ++prefix) {
    if (state.made[prefix]) CAIRN_TRY(state.PublishPrefix(prefix));
  }
  // A folder's listing appears when all it names is there.
  for (const std::string& name : state.listings) {
    const std::string path = state.ObjectPath(name);
    CAIRN_TRY(state.MakeFolder(os::ParentOf(path)));
    CAIRN_TRY(os::Rename(state.staging.folder() + "/" + std::string(kListings) + "/" + name, path));
  }
  state.listings.clear();
  state.unprotected.clear();
  state.bytes = 0;
  state.files = 0;
  return Done{};
}

}  // namespace cairn::repository
