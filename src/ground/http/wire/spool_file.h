#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "ground/vocabulary/result.h"

namespace cairn::http::wire {

/// A body on its way to disk. What is still at its path when this goes away is removed; what a process left
/// that was killed, the next Sweep removes. What is written starts its way to the disk at once, so that
/// whoever syncs the file at the end has not to wait for all of it.
class SpoolFile {
 public:
  /// A new file of its own name in `folder`. Exhausted when the disk is full, else Internal.
  static Result<std::unique_ptr<SpoolFile>> Create(const std::string& folder);
  /// Removes the bodies in `folder` that belong to no living process.
  static void Sweep(const std::string& folder);
  ~SpoolFile();
  SpoolFile(const SpoolFile&) = delete;
  SpoolFile& operator=(const SpoolFile&) = delete;

  /// Appends. Exhausted when the disk is full, else Internal.
  Result<> Write(std::string_view bytes);
  const std::string& path() const { return path_; }

 private:
  SpoolFile(int descriptor, std::string path);
  int descriptor_;
  std::string path_;
  std::uint64_t written_ = 0;
  std::uint64_t on_its_way_ = 0;  ///< Of what is written, to the disk.
};

/// Reads a file from one place onward.
class FileSource {
 public:
  /// NotFound when it cannot be opened, Corrupt when it ends before `offset + length`.
  static Result<std::unique_ptr<FileSource>> Open(const std::string& path, std::uint64_t offset,
                                                  std::uint64_t length);
  ~FileSource();
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  /// Puts the next bytes, at most `most`, into `chunk`; an empty chunk is the end.
  Result<> Read(std::string& chunk, std::size_t most);

 private:
  FileSource(int descriptor, std::string path, std::uint64_t offset, std::uint64_t length);
  int descriptor_;
  std::string path_;
  std::uint64_t offset_;
  std::uint64_t left_;
};

}  // namespace cairn::http::wire
