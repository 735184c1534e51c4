#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"

/// Files and folders. Paths are byte strings; relative ones are relative to the working folder. Every error
/// names the path and what to do (the Reasons: system_error.h). Every function is safe from any thread.
namespace cairn::os {

enum class FileKind { File, Folder, Symlink, Other };

/// Two equal stamps of one path mean that the file was not touched in between (as far as the file system's
/// clock can tell).
struct FileStamp {
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

struct FileStatus {
  FileKind kind = FileKind::File;
  unsigned mode = 0;        ///< Permission bits, as chmod takes them.
  std::uint64_t links = 1;  ///< Hard links.
  std::uint64_t device = 0;
  FileStamp stamp;
};

enum class Symlinks { Report, Follow };

/// NotFound when there is nothing (or, following, when the link points nowhere).
Result<FileStatus> Stat(const std::string& path, Symlinks symlinks = Symlinks::Follow);
/// Whether anything is there; a dangling link counts as nothing.
bool Exists(const std::string& path);
bool IsFolder(const std::string& path);

inline constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};

/// The whole file. TooLarge when it has more than `limit` bytes (nothing more than the limit is read, also
/// from a pipe).
Result<std::string> ReadFile(const std::string& path, std::uint64_t limit = kNoLimit);

/// Puts `bytes` at `path` so that a reader, or a machine that lost power, finds either the old content or the
/// new, whole: written beside it, synced, renamed, folder synced. `mode` is reduced by the umask, as open(2)
/// does.
Result<> WriteFileAtomically(const std::string& path, std::string_view bytes, unsigned mode = 0644);

/// Makes `path` and the folders above it that are missing. Fine when it is there; a file in the way is an
/// error.
Result<> MakeFolders(const std::string& path, unsigned mode = 0755);
/// Within one file system; replaces a file at `to`. Not durable until SyncFolder of both parents.
Result<> Rename(const std::string& from, const std::string& to);
/// The permission bits, exactly (the umask has no say).
Result<> SetMode(const std::string& path, unsigned mode);
/// A file, a link or an empty folder. NotFound when it is not there.
Result<> Remove(const std::string& path);
/// The folder and all below it (links themselves, never their targets), or the file. Fine when it is not
/// there.
Result<> RemoveTree(const std::string& path);

struct TreeEntry {
  std::string path;  ///< Relative to the root, parts joined by '/'.
  FileKind kind = FileKind::File;
  unsigned mode = 0;
  FileStamp stamp;
};
/// All below `root` (a folder), sorted by the bytes of the path; folders are entries too. Report gives links
/// as links and does not enter them; Follow gives the target's kind and stamp and enters linked folders: a
/// link back to a folder above it is InvalidArgument, and a link that points nowhere is given as a Symlink. A
/// file that vanishes while listing is left out.
Result<std::vector<TreeEntry>> ListTree(const std::string& root, Symlinks symlinks = Symlinks::Report);
/// The names in one folder, sorted by bytes, without "." and "..".
Result<std::vector<std::string>> ListFolder(const std::string& folder);

/// A second name for the same bytes. Unsupported across file systems.
Result<> HardLink(const std::string& from, const std::string& to);
Result<> Symlink(const std::string& target, const std::string& at);
Result<std::string> ReadLink(const std::string& path);
/// A copy that shares its blocks until one of the two is written (FICLONE). Unsupported where the file system
/// has no such copies; nothing is left at `to` then. AlreadyExists when `to` is there, here and below.
Result<> Reflink(const std::string& from, const std::string& to, unsigned mode = 0644);
/// Makes `file` share the blocks of `twin` until one of the two is written, when both hold the same bytes:
/// the kernel compares them (FIDEDUPERANGE), and neither changes. Conflict when they differ, Unsupported
/// where the file system has no such copies.
Result<> ShareBlocks(const std::string& twin, const std::string& file);
/// Shares blocks where the file system can, copies inside the kernel otherwise. Not synced. A copy that fails
/// is removed.
Result<> CopyFile(const std::string& from, const std::string& to, unsigned mode = 0644);

/// Puts what is written in the file itself (data and size) on disk.
Result<> SyncFile(const std::string& path);
/// Puts the names in a folder on disk: after a rename or a new file in it.
Result<> SyncFolder(const std::string& folder);
/// Puts everything written to the file system of `folder` on disk: one call for a batch of files.
Result<> SyncFileSystem(const std::string& folder);
/// Bytes an unprivileged process may still write there.
Result<std::uint64_t> FreeSpace(const std::string& path);

/// "a/b" for "a/b/c", "." for "c", "/" for "/c".
std::string ParentOf(std::string_view path);
/// "c" for "a/b/c".
std::string BaseName(std::string_view path);
/// `name` below `folder`; an absolute `name` stays as it is.
std::string JoinPath(std::string_view folder, std::string_view name);
/// Absolute, links resolved; NotFound when it is not there.
Result<std::string> RealPath(const std::string& path);
Result<std::string> WorkingFolder();
/// The folder the running program lies in.
const std::string& ProgramFolder();
/// The running program's own file.
const std::string& ProgramPath();

}  // namespace cairn::os
