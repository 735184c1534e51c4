#include "ledger/metadata/store/heads_file.h"

#include "ground/os/append_file.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"

namespace cairn::metadata {
namespace {

std::optional<TreeHead> HeadIn(std::string_view line) {
  const auto json = Json::Parse(line);
  if (!json) return std::nullopt;
  auto head = TreeHeadOf(*json);
  // Only the sealer's own bytes count, so that no byte of the file can change unseen.
  if (!head || ToJson(*head).Dump() != line) return std::nullopt;
  return *std::move(head);
}

Result<std::string> ContentOf(const std::string& path) {
  auto content = os::ReadFile(path);
  if (!content && content.error().reason == Reason::NotFound) return std::string();
  return content;
}

}  // namespace

Result<std::vector<HeadLine>> ReadHeads(const std::string& path) {
  std::vector<HeadLine> lines;
  if (path.empty()) return lines;
  const std::string content = CAIRN_TRY(ContentOf(path));
  auto texts = Split(content, '\n');
  const bool ended = texts.back().empty();
  if (ended) texts.pop_back();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    HeadLine line{static_cast<int>(i + 1), HeadIn(texts[i]), false};
    const bool last = i + 1 == texts.size();
    if (last && !ended) {
      line.torn = true;
    } else if (!line.head) {
      line.torn = !last && texts[i + 1].starts_with(texts[i]);
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

Result<HeadsEnd> EndOf(const std::string& path) {
  const std::string content = CAIRN_TRY(ContentOf(path));
  return HeadsEnd{content.size(), content.empty() || content.ends_with('\n')};
}

Result<HeadsEnd> AppendHeads(const std::string& path, HeadsEnd end, const std::vector<TreeHead>& heads) {
  if (heads.empty()) return end;
  std::string lines = end.ended ? "" : "\n";
  for (const auto& head : heads) lines += ToJson(head).Dump() + "\n";
  os::SystemDisk disk;
  const auto file = CAIRN_TRY(disk.OpenAppend(path));
  CAIRN_TRY(file->Append(lines));
  CAIRN_TRY(file->Sync());
  return HeadsEnd{file->size(), true};
}

}  // namespace cairn::metadata
