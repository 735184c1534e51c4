

#include "ground/blob/name.h"
#include "ground/blob/store.h"
#include "ground/os/files.h"
#include "ground/os/new_file.h"
#include "ground/vocabulary/text.h"

namespace cairn::blob {
namespace {

/// Files in the making (os::NewFile) lie beside their destination under such names.
bool IsSpool(std::string_view name) { return name.starts_with(".cairn-") && name.ends_with(".tmp"); }

class FolderStore final : public Store {
 public:
  explicit FolderStore(std::string root) : root_(std::move(root)) {}

  Result<> Put(std::string_view name, std::string_view bytes) override {
    const std::string path = CAIRN_TRY(Destination(name));
    return os::WriteFileAtomically(path, bytes);
  }

  Result<> PutFile(std::string_view name, const std::string& from) override {
    const std::string path = CAIRN_TRY(Destination(name));
    CAIRN_TRY(os::SyncFile(from));
    const auto moved = os::Rename(from, path);
    if (!moved && moved.error().reason == Reason::Unsupported) return CopyAcross(from, path);
    if (!moved) return moved;
    return os::SyncFolder(os::ParentOf(path));
  }

  Result<Found> Get(std::string_view name) const override {
    const std::string path = CAIRN_TRY(Inside(name));
    const auto status = os::Stat(path);
    if (!status) return Missing(name, status.error());
    if (status->kind != os::FileKind::File) {
      return Error{Reason::InvalidArgument, "'" + std::string(name) + "' is a folder; name a file in it."};
    }
    return Found{path, status->stamp.size};
  }

  Result<std::vector<Entry>> List(std::string_view folder) const override {
    const std::string path = CAIRN_TRY(Inside(folder));
    std::vector<Entry> entries;
    const auto names = os::ListFolder(path);
    if (!names) {
      const Reason why = names.error().reason;
      if (why == Reason::NotFound || why == Reason::InvalidArgument) return entries;
      return names.error();
    }
    for (const std::string& name : *names) {
      const std::string below = os::JoinPath(path, name);
      const auto status = os::Stat(below);
      if (IsSpool(name) || !status || !CheckedName(name) || !StaysInside(below)) continue;
      if (status->kind == os::FileKind::Folder) entries.push_back({name, true, 0});
      if (status->kind == os::FileKind::File) entries.push_back({name, false, status->stamp.size});
    }
    return entries;
  }

  Result<> Delete(std::string_view name) override {
    const std::string path = CAIRN_TRY(Inside(name));
    if (path == root_)
      return Error{Reason::InvalidArgument, "The top of the store cannot be deleted; name what is to go."};
    if (const auto there = os::Stat(path, os::Symlinks::Report); !there) return Missing(name, there.error());
    CAIRN_TRY(os::RemoveTree(path));
    return os::SyncFolder(os::ParentOf(path));
  }

 private:
  static Error Missing(std::string_view name, const Error& error) {
    if (error.reason != Reason::NotFound) return error;
    return {Reason::NotFound, "There is no '" + std::string(name) +
                                  "' in the store; check the name with a listing of its folder."};
  }

  bool StaysInside(const std::string& path) const {
    const auto status = os::Stat(path, os::Symlinks::Report);
    if (!status || status->kind != os::FileKind::Symlink) return true;
    const auto real = os::RealPath(path);
    return real && real->starts_with(root_ + "/");
  }

  /// The path of a name, whether or not it is there, after a look at each link on it.
  Result<std::string> Inside(std::string_view name) const {
    const std::string checked = CAIRN_TRY(CheckedName(name));
    std::string path = root_;
    if (checked.empty()) return path;
    for (const std::string_view part : Split(checked, '/')) {
      if (IsSpool(part))
        return Error{Reason::InvalidArgument,
                     "Names such as '" + std::string(part) + "' are reserved; choose another."};
      path += "/" + std::string(part);
      if (!StaysInside(path)) {
        return Error{
            Reason::Denied,
            "'" + std::string(name) + "' leads out of the store through a symbolic link; remove the link."};
      }
    }
    return path;
  }

  /// Where the bytes of a name go; the folders above it are there, also after a loss of power.
  Result<std::string> Destination(std::string_view name) const {
    const std::string path = CAIRN_TRY(Inside(name));
    if (path == root_) return Error{Reason::InvalidArgument, "A name is needed to put bytes into the store."};
    if (os::IsFolder(path))
      return Error{Reason::InvalidArgument,
                   "'" + std::string(name) + "' is a folder; choose another name for the file."};
    CAIRN_TRY(MakeDurableFolder(os::ParentOf(path)));
    return path;
  }

  Result<> MakeDurableFolder(const std::string& folder) const {
    if (os::IsFolder(folder)) return {};
    const std::string above = os::ParentOf(folder);
    CAIRN_TRY(MakeDurableFolder(above));
    auto made = os::MakeFolders(folder);
    if (!made)
      return Error{Reason::InvalidArgument,
                   "'" + folder + "' is a file, so nothing can be put below it; choose another name."};
    return os::SyncFolder(above);
  }

  static Result<> CopyAcross(const std::string& from, const std::string& to) {
    os::NewFile file = CAIRN_TRY(os::NewFile::Create(to));
    CAIRN_TRY(file.AppendFile(from));
    CAIRN_TRY(file.Publish());
    return os::Remove(from);
  }

  const std::string root_;
};

}  // namespace

Result<std::unique_ptr<Store>> OpenFolder(const std::string& root) {
  CAIRN_TRY(os::MakeFolders(root));
  return std::unique_ptr<Store>(std::make_unique<FolderStore>(CAIRN_TRY(os::RealPath(root))));
}

}  // namespace cairn::blob
