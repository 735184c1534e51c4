#include "loop/repository/objects.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <set>

#include "ground/os/identity.h"
#include "ground/os/pool.h"
#include "ground/vocabulary/digest.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/text.h"

namespace cairn::repository {
namespace {

/// One UTF-8 sequence (known to be valid) at the front of `text`, taken off.
char32_t TakeCodePoint(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t length = byte(0) < 0x80 ? 1 : byte(0) < 0xE0 ? 2 : byte(0) < 0xF0 ? 3 : 4;
  char32_t point = length == 1 ? byte(0) : byte(0) & (0xFF >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) point = point << 6 | (byte(i) & 0x3F);
  text.remove_prefix(length);
  return point;
}

void AppendEscape(std::string& out, unsigned unit) {
  static constexpr char kDigits[] = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kDigits[unit >> shift & 15];
}

/// A JSON string as Python's json.dumps writes it: everything outside ASCII escaped.
void AppendAsciiJson(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const char32_t point = TakeCodePoint(text);
    if (point >= 0x10000) {
      AppendEscape(out, 0xD800 + static_cast<unsigned>((point - 0x10000) >> 10));
      AppendEscape(out, 0xDC00 + static_cast<unsigned>((point - 0x10000) & 0x3FF));
    } else if (point >= 0x7F) {
      // Python leaves DEL as it is.
      if (point == 0x7F) {
        out += '\x7F';
      } else {
        AppendEscape(out, static_cast<unsigned>(point));
      }
    } else if (point == '"' || point == '\\') {
      out += '\\';
      out += static_cast<char>(point);
    } else if (point < 0x20) {
      static constexpr std::string_view kShort = "\b\t\n\f\r", kLetters = "btnfr";
      const auto at = kShort.find(static_cast<char>(point));
      if (at == std::string_view::npos) {
        AppendEscape(out, static_cast<unsigned>(point));
      } else {
        out += '\\';
        out += kLetters[at];
      }
    } else {
      out += static_cast<char>(point);
    }
  }
  out += '"';
}

bool StaysInside(std::string_view relpath) {
  if (relpath.empty() || relpath.front() == '/') return false;
  for (const std::string_view part : Split(relpath, '/')) {
    if (part.empty() || part == "." || part == "..") return false;
  }
  return true;
}

Result<crypto::Digests> DigestsOf(const std::string& path, const os::FileStamp& stamp, StatIndex& index) {
  if (auto known = index.Find(path, stamp)) return *std::move(known);
  auto digests = CAIRN_TRY(crypto::HashFile(path));
  const auto after = CAIRN_TRY(os::Stat(path));
  if (!(after.stamp == stamp))
    return Error{Reason::Conflict, "'" + path + "' changed while it was read; try again when it is settled"};
  index.Remember(path, stamp, digests);
  return digests;
}

/// Runs `work(i)` for every i below `count` on all cores; the error of the lowest i that failed.
template <class Work>
Result<> ForEach(std::size_t count, Work work) {
  std::vector<std::optional<Error>> errors(count);
  std::atomic<bool> any = false;
  os::ForEachIndex(count, static_cast<unsigned>(std::min<std::size_t>(os::Processors(), count)),
                   [&](std::size_t i) {
                     if (any) return;
                     if (auto done = work(i); !done) {
                       errors[i] = std::move(done).error();
                       any = true;
                     }
                   });
  for (std::size_t i = 0; any && i < count; ++i) {
    if (errors[i]) return *std::move(errors[i]);
  }
  return Done{};
}

Result<Snapshot> SnapshotOfFolder(const std::string& path, StatIndex& index) {
  Snapshot snapshot;
  snapshot.folder = true;
  std::vector<os::TreeEntry> entries;
  for (auto& entry : CAIRN_TRY(os::ListTree(path, os::Symlinks::Follow))) {
    if (entry.kind == os::FileKind::Folder) continue;
    if (entry.kind != os::FileKind::File) {
      return Error{Reason::InvalidArgument,
                   "'" + os::JoinPath(path, entry.path) +
                       "' is neither a file nor a folder: remove it or keep it elsewhere"};
    }
    if (!IsUtf8(entry.path)) {
      return Error{Reason::InvalidArgument, "a file name in '" + path + "' is not UTF-8: rename it first"};
    }
    entries.push_back(std::move(entry));
  }
  snapshot.files.resize(entries.size());
  CAIRN_TRY(ForEach(entries.size(), [&](std::size_t i) -> Result<> {
    auto digests = CAIRN_TRY(DigestsOf(os::JoinPath(path, entries[i].path), entries[i].stamp, index));
    snapshot.files[i] = {entries[i].path, std::move(digests.md5), std::move(digests.sha256), digests.size};
    return Done{};
  }));
  std::string lines;
  for (const auto& file : snapshot.files) {
    snapshot.size += file.size;
    lines += file.sha256 + "  " + file.relpath + "\n";
  }
  snapshot.md5 = crypto::Md5Hex(ListingOf(snapshot.files)) + ".dir";
  snapshot.sha256 = crypto::Sha256Hex(lines);
  return snapshot;
}

}  // namespace

std::string ListingOf(const std::vector<TrackedFile>& files) {
  std::string json = "[";
  for (const auto& file : files) {
    if (json.size() > 1) json += ", ";
    json += "{\"md5\": \"" + file.md5 + "\", \"relpath\": ";
    AppendAsciiJson(json, file.relpath);
    json += "}";
  }
  return json + "]";
}

Result<std::vector<TrackedFile>> ParseListing(std::string_view json) {
  const auto parsed = Json::Parse(json);
  if (!parsed || !parsed->IsArray())
    return Error{Reason::Corrupt, "a folder's listing in the cache is damaged: it is not a list"};
  std::vector<TrackedFile> files;
  for (const Json& item : parsed->items()) {
    TrackedFile file{item.Text("relpath"), item.Text("md5"), "", 0};
    if (!IsHex(file.md5, 32) || !StaysInside(file.relpath)) {
      return Error{Reason::Corrupt,
                   "a folder's listing in the cache is damaged: it names '" + file.relpath + "'"};
    }
    files.push_back(std::move(file));
  }
  return files;
}

Result<Snapshot> TakeSnapshot(const std::string& path, StatIndex& index) {
  const auto status = CAIRN_TRY(os::Stat(path));
  if (status.kind == os::FileKind::Folder) return SnapshotOfFolder(path, index);
  if (status.kind != os::FileKind::File)
    return Error{Reason::InvalidArgument, "'" + path + "' is neither a file nor a folder"};
  auto digests = CAIRN_TRY(DigestsOf(path, status.stamp, index));
  Snapshot snapshot;
  snapshot.md5 = std::move(digests.md5);
  snapshot.sha256 = std::move(digests.sha256);
  snapshot.size = digests.size;
  snapshot.executable = (status.mode & 0111) != 0;
  return snapshot;
}

std::string Objects::PathOf(std::string_view md5) const {
  return cache_ + "/files/md5/" + std::string(md5.substr(0, 2)) + "/" + std::string(md5.substr(2));
}

bool Objects::Has(std::string_view md5) const { return os::Exists(PathOf(md5)); }

bool Objects::HasAll(const Snapshot& snapshot) const {
  return Has(snapshot.md5) && std::all_of(snapshot.files.begin(), snapshot.files.end(),
                                          [&](const TrackedFile& file) { return Has(file.md5); });
}

Result<> Objects::Store(const std::string& path, const Snapshot& snapshot) {
  std::vector<Placement> wanted;
  if (!snapshot.folder) {
    wanted.push_back({path, snapshot.md5});
    return Place(wanted, "", "");
  }
  for (const auto& file : snapshot.files) wanted.push_back({os::JoinPath(path, file.relpath), file.md5});
  return Place(wanted, ListingOf(snapshot.files), snapshot.md5);
}

Result<std::string> Objects::StoreBytes(std::string_view bytes) {
  const std::string md5 = crypto::Md5Hex(bytes);
  CAIRN_TRY(Place({}, bytes, md5));
  return md5;
}

Result<> Objects::Place(const std::vector<Placement>& wanted, std::string_view listing,
                        std::string_view listing_md5) {
  struct Pending {
    std::string temporary, final;
  };
  std::vector<Pending> pending;
  std::set<std::string> folders, seen;
  const auto room_for = [&](std::string_view md5) -> Result<std::string> {
    const std::string final = PathOf(md5);
    if (folders.insert(os::ParentOf(final)).second) CAIRN_TRY(os::MakeFolders(os::ParentOf(final)));
    return os::ParentOf(final) + "/.tmp-" + os::NewHexId();
  };
  const auto drop = [&] {
    for (const auto& one : pending) static_cast<void>(bool(os::Remove(one.temporary)));
  };
  for (const auto& one : wanted) {
    if (Has(one.md5) || !seen.insert(one.md5).second) continue;
    auto placed = [&]() -> Result<> {
      pending.push_back({CAIRN_TRY(room_for(one.md5)), PathOf(one.md5)});
      CAIRN_TRY(os::CopyFile(one.from, pending.back().temporary));
      const auto copied = CAIRN_TRY(crypto::HashFile(pending.back().temporary));
      if (copied.md5 == one.md5) return Done{};
      return Error{Reason::Conflict,
                   "'" + one.from + "' changed while it was stored; try again when it is settled"};
    }();
    if (!placed) return drop(), placed;
  }
  if (!listing_md5.empty() && !Has(listing_md5)) {
    auto placed = [&]() -> Result<> {
      pending.push_back({CAIRN_TRY(room_for(listing_md5)), PathOf(listing_md5)});
      return os::WriteFileAtomically(pending.back().temporary, listing);
    }();
    if (!placed) return drop(), placed;
  }
  if (pending.empty()) return Done{};
  if (auto synced = os::SyncFileSystem(cache_); !synced) return drop(), synced;
  // A folder's listing stands last in the row: it appears when all it names is there.
  for (const auto& one : pending) {
    if (auto protect = os::SetMode(one.temporary, 0444); !protect) return drop(), protect;
    if (auto renamed = os::Rename(one.temporary, one.final); !renamed) return drop(), renamed;
  }
  for (const auto& folder : folders) CAIRN_TRY(os::SyncFolder(folder));
  return Done{};
}

Result<std::vector<TrackedFile>> Objects::Listing(std::string_view md5) const {
  const auto json = os::ReadFile(PathOf(md5));
  if (!json)
    return Error{Reason::NotFound,
                 "the object " + std::string(md5) + " is not in the cache '" + cache_ + "'"};
  return ParseListing(*json);
}

Result<> Objects::Checkout(std::string_view md5, const std::string& path) const {
  const auto place = [&](std::string_view object, const std::string& at) -> Result<> {
    if (!Has(object)) {
      return Error{Reason::NotFound, "the object " + std::string(object) + " for '" + at +
                                         "' is not in the cache '" + cache_ + "'"};
    }
    CAIRN_TRY(os::MakeFolders(os::ParentOf(at)));
    const std::string temporary = os::ParentOf(at) + "/.tmp-" + os::NewHexId();
    CAIRN_TRY(os::CopyFile(PathOf(object), temporary));
    return os::Rename(temporary, at);
  };
  if (!md5.ends_with(".dir")) return place(md5, path);
  const auto files = CAIRN_TRY(Listing(md5));
  CAIRN_TRY(os::MakeFolders(path));
  std::set<std::string> belongs;
  for (const auto& file : files) {
    belongs.insert(file.relpath);
    CAIRN_TRY(place(file.md5, os::JoinPath(path, file.relpath)));
  }
  for (const auto& entry : CAIRN_TRY(os::ListTree(path))) {
    if (entry.kind != os::FileKind::Folder && !belongs.contains(entry.path))
      CAIRN_TRY(os::Remove(os::JoinPath(path, entry.path)));
  }
  return Done{};
}

}  // namespace cairn::repository
