#include "ground/os/new_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "ground/os/files.h"
#include "ground/os/identity.h"
#include "ground/os/system_error.h"

namespace cairn::os {
namespace {

constexpr std::string_view kHead = ".cairn-", kTail = ".tmp";

}  // namespace

std::string HiddenNameBeside(const std::string& path) {
  return JoinPath(ParentOf(path), std::string(kHead) + NewHexId() + std::string(kTail));
}

bool IsHiddenName(std::string_view name) { return name.starts_with(kHead) && name.ends_with(kTail); }

NewFile::NewFile(std::string path, std::string spool, Descriptor descriptor)
    : path_(std::move(path)), spool_(std::move(spool)), descriptor_(std::move(descriptor)) {}

NewFile::~NewFile() {
  // The descriptor is the sign of life: Publish and a move away both take it.
  if (descriptor_) unlink(spool_.c_str());
}

Result<NewFile> NewFile::Create(const std::string& path, unsigned mode) {
  // The name does not grow with the destination's, which may already be as long as the file system allows.
  const std::string spool = HiddenNameBeside(path);
  auto opened = Open(spool, O_WRONLY | O_CREAT | O_EXCL, mode);
  if (!opened) return Error{opened.error().reason, SystemError(errno, "write", path).message};
  return NewFile(path, spool, *std::move(opened));
}

Result<> NewFile::Append(std::string_view bytes) {
  CAIRN_TRY(WriteAll(descriptor_.number(), bytes, path_));
  size_ += bytes.size();
  return {};
}

Result<> NewFile::AppendFile(const std::string& from) {
  const Descriptor source = CAIRN_TRY(OpenToRead(from));
  std::string buffer(1 << 20, '\0');
  for (;;) {
    const std::size_t count = CAIRN_TRY(ReadSome(source.number(), buffer.data(), buffer.size(), from));
    if (count == 0) return {};
    CAIRN_TRY(Append(std::string_view(buffer).substr(0, count)));
  }
}

Result<> NewFile::Publish(Existing existing) {
  if (fdatasync(descriptor_.number()) != 0) return SystemError(errno, "write", path_);
  if (existing == Existing::Replace) {
    if (rename(spool_.c_str(), path_.c_str()) != 0) return SystemError(errno, "write", path_);
  } else {
    if (link(spool_.c_str(), path_.c_str()) != 0) return SystemError(errno, "create", path_);
    unlink(spool_.c_str());
  }
  descriptor_.Reset();
  return SyncFolder(ParentOf(path_));
}

}  // namespace cairn::os
