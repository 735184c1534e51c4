#include "loop/repository/cache/linking.h"

#include <array>

#include "ground/os/descriptor.h"
#include "ground/os/files.h"
#include "ground/vocabulary/digest.h"
#include "loop/repository/cache/byte_stream.h"
#include "loop/repository/remote/content.h"

namespace cairn::repository {
namespace {

constexpr unsigned kOrdinary = 0644, kExecute = 0111, kProtected = 0444;

/// An object that is not protected is trusted by nobody: neither `dvc` nor a fetch takes it for granted.
Error Distrusted(const ObjectId& id, const std::string& object) {
  static_cast<void>(bool(os::SetMode(object, kOrdinary)));
  return {Reason::Corrupt,
          "the object " + id.md5 + " in the cache is damaged: `cairn data fetch` gets it anew from a remote"};
}

/// Copies and takes the digest on the way.
Result<> CopyLarge(const ObjectId& id, const std::string& object, const std::string& to) {
  const auto from = CAIRN_TRY(os::OpenToRead(object));
  const auto target = CAIRN_TRY(os::CreateFile(to, kOrdinary));
  const auto size = CAIRN_TRY(os::StatusOf(from, object)).stamp.size;
  const auto copied = CAIRN_TRY(CopyAndDigest(from, object, target, to, size, nullptr));
  if (!id.legacy) return HexOf(copied.md5) == id.md5 ? Result<>() : Distrusted(id, object);
  auto sound = CheckContent(id, to);
  if (!sound && sound.error().reason == Reason::Corrupt) return Distrusted(id, object);
  return sound;
}

Result<> CopyObject(const ObjectId& id, const std::string& object, const std::string& to) {
  // A small one costs less as one read and one write than by asking for clones first.
  constexpr std::size_t kSmall = 64 << 10;
  const auto from = CAIRN_TRY(os::OpenToRead(object));
  thread_local std::array<char, kSmall> buffer;
  const std::size_t count = CAIRN_TRY(os::ReadSome(from.number(), buffer.data(), kSmall, object));
  auto copied = [&]() -> Result<> {
    if (count == kSmall || id.legacy) return CopyLarge(id, object, to);
    const std::string_view content(buffer.data(), count);
    if (crypto::Md5Hex(content) != id.md5) return Distrusted(id, object);
    const auto target = CAIRN_TRY(os::CreateFile(to, kOrdinary));
    return os::WriteAll(target.number(), content, to);
  }();
  if (!copied) static_cast<void>(bool(os::Remove(to)));
  return copied;
}

/// Whether another way of linking may work where this one did not.
bool MayWorkOtherwise(Reason reason) { return reason == Reason::Unsupported || reason == Reason::Denied; }

}  // namespace

bool LinksFiles(const CacheUse& use) {
  return !use.links.empty() && (use.links[0] == LinkType::HardLink || use.links[0] == LinkType::Symlink);
}

Result<> Linking::MakeBy(LinkType type, const ObjectId& id, const std::string& object,
                         const std::string& to) const {
  switch (type) {
    case LinkType::Reflink:
      return os::Reflink(object, to, kOrdinary);
    case LinkType::HardLink: {
      const auto status = CAIRN_TRY(os::Stat(object));
      // An empty file's links would soon be more than the file system allows; DVC copies them too.
      if (status.stamp.size == 0) return CopyObject(id, object, to);
      if (status.mode != kProtected) CAIRN_TRY(os::SetMode(object, kProtected));
      return os::HardLink(object, to);
    }
    case LinkType::Symlink: {
      const auto status = CAIRN_TRY(os::Stat(object));
      if (status.mode != kProtected) CAIRN_TRY(os::SetMode(object, kProtected));
      return os::Symlink(object, to);
    }
    case LinkType::Copy:
      return CopyObject(id, object, to);
  }
  return Done{};
}

Result<> Linking::Make(const ObjectId& id, const std::string& object, const std::string& to,
                       bool executable) {
  for (std::size_t i = first_; i < use_.links.size(); ++i) {
    auto made = MakeBy(use_.links[i], id, object, to);
    const bool copied = use_.links[i] == LinkType::Reflink || use_.links[i] == LinkType::Copy;
    if (made && executable && copied) {
      const unsigned mode = CAIRN_TRY(os::Stat(to)).mode;
      return os::SetMode(to, mode | (kExecute & (mode >> 2)));
    }
    if (made || !MayWorkOtherwise(made.error().reason) || i + 1 == use_.links.size()) return made;
    first_ = i + 1;
  }
  return CopyObject(id, object, to);
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
