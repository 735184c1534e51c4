#include "loop/data/withdrawal.h"

#include <algorithm>

#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/data/room.h"
#include "loop/data/verification.h"

namespace cairn::data {
namespace {

struct Item {
  std::string path, md5, sha256;
  bool there = false;  ///< With the right bytes.
};

Result<> CheckAccess(const DatasetVersion& version, const std::string& actor) {
  const auto& access = version.provenance.access;
  if (access.empty() || std::find(access.begin(), access.end(), actor) != access.end()) return Done{};
  return Error{Reason::Denied, "only " + Join(access, ", ") + " may take '" + version.dataset +
                                   "' out, says its 'access' in cairn.yaml; '" + actor + "' asks"};
}

std::vector<Item> ItemsOf(const DatasetVersion& version, const Withdrawal& withdrawal) {
  std::vector<Item> items;
  for (const auto& file : version.files) {
    const std::string path = os::JoinPath(withdrawal.to, file.name);
    switch (withdrawal.part) {
      case Withdrawal::Part::Training:
        items.push_back({path, file.training_md5, file.training_sha256});
        break;
      case Withdrawal::Part::Original:
        items.push_back({path, file.md5, file.sha256});
        break;
      case Withdrawal::Part::Sealed:
        if (!file.sealed_md5.empty()) items.push_back({path, file.sealed_md5, file.sealed_sha256});
        break;
    }
  }
  return items;
}

/// What is at the place already must be the same.
Result<> LookAt(Item& item) {
  if (!os::Exists(item.path)) return Done{};
  const auto found = crypto::HashFile(item.path);
  item.there = found && found->md5 == item.md5 && found->sha256 == item.sha256;
  if (item.there) return Done{};
  return Error{Reason::AlreadyExists,
               "'" + item.path + "' is there with other bytes: choose another folder, or remove it first"};
}

}  // namespace

Result<std::vector<std::string>> Withdraw(Catalogue& catalogue, const DatasetVersion& version,
                                          const Withdrawal& withdrawal) {
  CAIRN_TRY(CheckAccess(version, withdrawal.actor));
  const bool opens = withdrawal.part == Withdrawal::Part::Sealed ||
                     (withdrawal.part == Withdrawal::Part::Original && version.sealed_rows > 0);
  if (opens && version.sealed_rows > 0 && Trim(withdrawal.purpose).empty()) {
    return Error{Reason::InvalidArgument, "this shows the sealed test rows of '" + version.dataset +
                                              "': say what for with --why; the opening goes on record"};
  }
  auto items = ItemsOf(version, withdrawal);
  std::uint64_t bytes = 0;
  for (auto& item : items) {
    CAIRN_TRY(LookAt(item));
    CAIRN_TRY(VerifyObject(catalogue, item.md5, item.sha256, "'" + os::BaseName(item.path) + "'"));
    bytes += CAIRN_TRY(os::Stat(catalogue.objects().PathOf(item.md5))).stamp.size;
  }
  CAIRN_TRY(EnsureRoom({{withdrawal.to, bytes}}, "taking out '" + version.dataset + "'"));
  // Also tells when nothing was held out.
  if (opens) CAIRN_TRY(catalogue.OpenSeal(version, withdrawal.actor, withdrawal.purpose, withdrawal.cause));
  CAIRN_TRY(os::MakeFolders(withdrawal.to));
  std::vector<std::string> paths;
  for (const auto& item : items) {
    if (!item.there) CAIRN_TRY(catalogue.objects().Checkout(item.md5, item.path));
    paths.push_back(item.path);
  }
  return paths;
}

}  // namespace cairn::data
