#include "loop/pipeline/items/known_items.h"

#include <cstring>

#include "ground/os/files.h"

namespace cairn::pipeline {
namespace {

using repository::Fingerprint;
using repository::Md5Digest;

// A head, then of each item its stamp, of each its digest, of each its path and a NUL. In the machine's byte
// order, as it is only a memory.
constexpr std::string_view kMagic = "cairn known items 1\n";
constexpr std::uint64_t kLongest = std::uint64_t{4} << 30;

struct Head {
  char magic[kMagic.size()] = {};
  char rest[4] = {};
  std::uint64_t count = 0;
  Fingerprint sum;  ///< Of all that follows.
};

std::string FileOf(const std::string& record, const std::string& md5) {
  return record + "." + md5.substr(0, 32) + ".known";
}

template <class T>
void Append(std::string& text, const T& value) {
  text.append(reinterpret_cast<const char*>(&value), sizeof value);
}

}  // namespace

Result<> KnownItems::Keep(const std::string& record, const std::string& md5,
                          const repository::FolderFiles& files) {
  std::string text(sizeof(Head), '\0');
  for (std::size_t i = 0; i < files.size(); ++i) Append(text, files.settled_stamp(i));
  for (std::size_t i = 0; i < files.size(); ++i) Append(text, files.md5(i));
  for (std::size_t i = 0; i < files.size(); ++i) text.append(files.relpath(i)).append(1, '\0');
  Head head;
  std::memcpy(head.magic, kMagic.data(), kMagic.size());
  head.count = files.size();
  head.sum = Fingerprint::Of(std::string_view(text).substr(sizeof(Head)));
  std::memcpy(text.data(), &head, sizeof head);
  CAIRN_TRY(os::MakeFolders(os::ParentOf(record)));
  return os::WriteFileAtomically(FileOf(record, md5), text);
}

bool KnownItems::Are(const std::string& record, const std::string& md5) {
  return os::Exists(FileOf(record, md5));
}

Result<KnownItems> KnownItems::Read(const std::string& record, const std::string& md5) {
  const std::string file = FileOf(record, md5);
  KnownItems known;
  known.text_ = CAIRN_TRY(os::ReadFile(file, kLongest));
  const Error damaged{Reason::Corrupt, "'" + file + "' is damaged"};
  const std::string_view text = known.text_;
  Head head;
  if (text.size() < sizeof head) return damaged;
  std::memcpy(&head, text.data(), sizeof head);
  constexpr std::size_t kEach = sizeof(Fingerprint) + sizeof(Md5Digest);
  if (std::string_view(head.magic, kMagic.size()) != kMagic ||
      !(head.sum == Fingerprint::Of(text.substr(sizeof head))) || head.count > text.size() / kEach)
    return damaged;
  known.stamps_ = sizeof head;
  const std::size_t digests = known.stamps_ + head.count * sizeof(Fingerprint);
  std::size_t at = digests + head.count * sizeof(Md5Digest);
  known.items_.resize(head.count);
  for (std::size_t i = 0; i < head.count; ++i) {
    const std::size_t end = text.find('\0', at);
    if (end == std::string_view::npos) return damaged;
    known.items_[i].path = text.substr(at, end - at);
    std::memcpy(known.items_[i].md5.data(), text.data() + digests + i * sizeof(Md5Digest), sizeof(Md5Digest));
    at = end + 1;
  }
  return known;
}

KnownItems::KnownItems(repository::Listing listing) : listing_(std::move(listing)) {
  for (const auto& file : listing_->files()) items_.push_back({file.relpath, file.md5});
}

void KnownItems::DropOthers(const std::string& record, const std::string& md5) {
  const std::string folder = os::ParentOf(record), begin = os::BaseName(record) + ".",
                    keep = os::BaseName(FileOf(record, md5));
  const auto names = os::ListFolder(folder);
  if (!names) return;
  for (const auto& name : *names) {
    if (name.size() == keep.size() && name != keep && name.starts_with(begin) && name.ends_with(".known"))
      static_cast<void>(bool(os::Remove(os::JoinPath(folder, name))));
  }
}

bool KnownItems::HadStamp(std::size_t place, const Fingerprint& stamp) const {
  if (stamps_ == 0) return false;
  Fingerprint then;
  std::memcpy(&then, text_.data() + stamps_ + place * sizeof then, sizeof then);
  return then == stamp && !(then == Fingerprint());
}

std::optional<std::size_t> KnownItems::At(std::size_t place, std::string_view item) const {
  return place < items_.size() && items_[place].path == item ? std::optional(place) : std::nullopt;
}

void KnownItems::Index() {
  places_ = PathTable(items_.size(), [items = items_.data()](std::size_t i) { return items[i].path; });
}

}  // namespace cairn::pipeline
