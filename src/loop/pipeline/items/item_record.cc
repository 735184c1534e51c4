#include "loop/pipeline/items/item_record.h"

#include "ground/os/files.h"
#include "ground/vocabulary/digest.h"
#include "ground/vocabulary/text.h"
#include "loop/repository/stat_index.h"

namespace cairn::pipeline {
namespace {

using repository::Fingerprint;

constexpr std::string_view kJournalMagic = "cairn items 1 ";
constexpr std::uint64_t kLongest = std::uint64_t{4} << 30;

std::string SumOf(std::string_view text) {
  const Fingerprint print = Fingerprint::Of(text);
  return std::to_string(print.high) + "-" + std::to_string(print.low);
}

/// "SUM READ MADE,MADE ITEM", where the sum is of what stands behind it.
std::string LineOf(std::string_view item, const ItemDone& done) {
  std::string line = HexOf(done.read) + " ";
  for (const auto& md5 : done.made) line += HexOf(md5) + ",";
  line += " " + PercentEncode(item, "/");
  return SumOf(line) + " " + line + "\n";
}

std::optional<std::pair<std::string, ItemDone>> ReadLine(std::string_view line) {
  const auto space = line.find(' ');
  if (space == std::string_view::npos || SumOf(line.substr(space + 1)) != line.substr(0, space))
    return std::nullopt;
  const auto words = Split(line.substr(space + 1), ' ');
  if (words.size() != 3) return std::nullopt;
  const auto read = repository::Md5OfHex(words[0]);
  auto item = PercentDecode(words[2], UrlPart::Path);
  if (!read || !item) return std::nullopt;
  ItemDone done{*read, {}};
  for (const std::string_view hex : Split(words[1], ',')) {
    if (const auto made = repository::Md5OfHex(hex)) done.made.push_back(*made);
  }
  return std::pair(*std::move(item), std::move(done));
}

}  // namespace

Result<ItemJournal> ItemJournal::Read(std::string file, std::string_view key) {
  ItemJournal journal(std::move(file), key);
  const auto text = os::ReadFile(journal.file_, kLongest);
  if (!text && text.error().reason != Reason::NotFound) return text.error();
  if (!text || !text->starts_with(std::string(kJournalMagic) + journal.key_ + "\n")) return journal;
  journal.ours_ = true;
  for (const std::string_view line : Split(*text, '\n')) {
    if (auto one = ReadLine(line)) journal.done_[std::move(one->first)] = std::move(one->second);
  }
  return journal;
}

Result<> ItemJournal::Begin(bool anew) {
  if (anew) done_.clear();
  if (!ours_ || anew) {
    CAIRN_TRY(os::MakeFolders(os::ParentOf(file_)));
    CAIRN_TRY(os::WriteFileAtomically(file_, std::string(kJournalMagic) + key_ + "\n"));
    ours_ = true;
  }
  open_ = CAIRN_TRY(os::OpenToAppend(file_));
  // What was torn ends here.
  return os::WriteAll(open_.number(), "\n", file_);
}

Result<> ItemJournal::Append(std::string_view item, const ItemDone& done) {
  return os::WriteAll(open_.number(), LineOf(item, done), file_);
}

}  // namespace cairn::pipeline
