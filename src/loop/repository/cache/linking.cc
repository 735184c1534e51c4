#include "loop/repository/cache/linking.h"

#include <array>

#include "ground/os/descriptor.h"
#include "ground/os/files.h"

namespace cairn::repository {
namespace {

constexpr unsigned kOrdinary = 0644, kExecute = 0111, kProtected = 0444;

Result<> CopyObject(const std::string& object, const std::string& to) {
  // A small one costs less as one read and one write than by asking for clones first.
  constexpr std::size_t kSmall = 64 << 10;
  const auto from = CAIRN_TRY(os::OpenToRead(object));
  thread_local std::array<char, kSmall> buffer;
  const std::size_t count = CAIRN_TRY(os::ReadSome(from.number(), buffer.data(), kSmall, object));
  if (count == kSmall) return os::CopyFile(object, to, kOrdinary);
  const auto target = CAIRN_TRY(os::CreateFile(to, kOrdinary));
  auto written = os::WriteAll(target.number(), {buffer.data(), count}, to);
  if (!written) static_cast<void>(bool(os::Remove(to)));
  return written;
}

/// Whether another way of linking may work where this one did not.
bool MayWorkOtherwise(Reason reason) { return reason == Reason::Unsupported || reason == Reason::Denied; }

}  // namespace

Result<> Linking::MakeBy(LinkType type, const std::string& object, const std::string& to) const {
  switch (type) {
    case LinkType::Reflink:
      return os::Reflink(object, to, kOrdinary);
    case LinkType::HardLink: {
      const auto status = CAIRN_TRY(os::Stat(object));
      // An empty file's links would soon be more than the file system allows; DVC copies them too.
      if (status.stamp.size == 0) return CopyObject(object, to);
      if (status.mode != kProtected) CAIRN_TRY(os::SetMode(object, kProtected));
      return os::HardLink(object, to);
    }
    case LinkType::Symlink: {
      const auto status = CAIRN_TRY(os::Stat(object));
      if (status.mode != kProtected) CAIRN_TRY(os::SetMode(object, kProtected));
      return os::Symlink(object, to);
    }
    case LinkType::Copy:
      return CopyObject(object, to);
  }
  return Done{};
}

Result<> Linking::Make(const std::string& object, const std::string& to, bool executable) {
  for (std::size_t i = first_; i < use_.links.size(); ++i) {
    auto made = MakeBy(use_.links[i], object, to);
    const bool copied = use_.links[i] == LinkType::Reflink || use_.links[i] == LinkType::Copy;
    if (made && executable && copied) {
      const unsigned mode = CAIRN_TRY(os::Stat(to)).mode;
      return os::SetMode(to, mode | (kExecute & (mode >> 2)));
    }
    if (made || !MayWorkOtherwise(made.error().reason) || i + 1 == use_.links.size()) return made;
    first_ = i + 1;
  }
  return CopyObject(object, to);
}

bool Linking::IsLinkedRight(const os::FileStatus& file, const std::string& path,
                            const std::string& object) const {
  const bool is_copy = file.kind == os::FileKind::File && file.links == 1;
  for (const LinkType type : use_.links) {
    if ((type == LinkType::Copy || type == LinkType::Reflink) && is_copy) return true;
    if (type == LinkType::HardLink && file.kind == os::FileKind::File) {
      if (file.stamp.size == 0) return true;
      const auto status = os::Stat(object);
      if (status && status->stamp.inode == file.stamp.inode && status->device == file.device) return true;
      return false;
    }
    if (type == LinkType::Symlink && file.kind == os::FileKind::Symlink) {
      const auto target = os::ReadLink(path);
      return target && *target == object;
    }
  }
  return false;
}

}  // namespace cairn::repository
