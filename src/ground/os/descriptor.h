#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "ground/os/files.h"
#include "ground/vocabulary/result.h"

namespace cairn::os {

/// Owns a file descriptor and closes it. Every descriptor this room opens is close-on-exec.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.Release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) Reset(other.Release());
    return *this;
  }
  ~Descriptor() { Reset(); }

  int number() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }
  int Release() { return std::exchange(number_, -1); }
  void Reset(int number = -1);

 private:
  int number_ = -1;
};

/// open(2) with O_CLOEXEC added; repeats when interrupted. A path with a NUL in it is InvalidArgument.
Result<Descriptor> Open(const std::string& path, int flags, unsigned mode = 0644);
/// For reading from the start to the end; the system is told so.
Result<Descriptor> OpenToRead(const std::string& path);
/// A file that is there, to write into it (WriteAt).
Result<Descriptor> OpenToChange(const std::string& path);
/// Every write goes to the end; the file is made when it is not there.
Result<Descriptor> OpenToAppend(const std::string& path, unsigned mode = 0644);
/// A new file to write to; AlreadyExists when the name is taken.
Result<Descriptor> CreateFile(const std::string& path, unsigned mode = 0644);
/// What the descriptor stands for. `path` is for the error only, here and below.
Result<FileStatus> StatusOf(const Descriptor& file, const std::string& path);
/// As Reflink of files.h, of the file that is open; `from_path` is for the error only.
Result<> Reflink(const Descriptor& from, const std::string& from_path, const std::string& to, unsigned mode);
/// Asks the system to begin putting what was written so far on disk, so that a later sync has less to wait
/// for. Promises nothing.
void BeginWriteback(const Descriptor& file);
/// Writes all of `bytes` from `offset` on.
Result<> WriteAt(const Descriptor& file, std::string_view bytes, std::uint64_t offset,
                 const std::string& path);
/// Fills at most `size` bytes from `buffer` on; gives how many, 0 at the end.
Result<std::size_t> ReadSome(int descriptor, char* buffer, std::size_t size, const std::string& path);
/// Writes all of `bytes`.
Result<> WriteAll(int descriptor, std::string_view bytes, const std::string& path);

}  // namespace cairn::os
