#include "loop/repository/remote/content.h"

#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "loop/repository/legacy_digest.h"

namespace cairn::repository {
namespace {

std::string DigitsOf(const ObjectId& id) { return id.md5.substr(0, 32); }

/// A listing's name is plain MD5 also where files have legacy names: it holds no line ends.
bool IsPlain(const ObjectId& id) { return !id.legacy || id.IsListing(); }

}  // namespace

Error Damaged(const ObjectId& id, const std::string& whose, const std::string& actual_md5) {
  return {Reason::Corrupt,
          "the object " + id.md5 + " of " + whose + " is damaged: its bytes have the MD5 " + actual_md5};
}

Result<> CheckContent(const ObjectId& id, const std::string& path) {
  const std::string md5 =
      IsPlain(id) ? CAIRN_TRY(crypto::HashFile(path, crypto::Kinds::Md5)).md5 : CAIRN_TRY(LegacyMd5Of(path));
  if (md5 == DigitsOf(id)) return Done{};
  return Damaged(id, "'" + path + "'", md5);
}

Result<> CopyChecked(const ObjectId& id, const std::string& from, const std::string& to,
                     const std::string& whose, const std::function<void(std::uint64_t)>& moved) {
  std::string md5 = CAIRN_TRY(crypto::CopyAndHash(from, to, 0444, crypto::Kinds::Md5, moved)).md5;
  if (!IsPlain(id)) {
    auto legacy = LegacyMd5Of(to);
    if (!legacy) static_cast<void>(bool(os::Remove(to)));
    md5 = CAIRN_TRY(std::move(legacy));
  }
  if (md5 == DigitsOf(id)) return Done{};
  static_cast<void>(bool(os::Remove(to)));
  return Damaged(id, whose, md5);
}

}  // namespace cairn::repository
