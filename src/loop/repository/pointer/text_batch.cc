#include "loop/repository/pointer/text_batch.h"

#include "ground/os/descriptor.h"
#include "ground/os/files.h"
#include "ground/os/new_file.h"
#include "loop/repository/dvc_file.h"
#include "loop/repository/ignore.h"

namespace cairn::repository {
namespace {

constexpr std::uint64_t kMostBytes = 256 << 20;

std::string GitIgnoreBeside(const std::string& path) {
  return path.substr(0, path.rfind('/') + 1) + ".gitignore";
}

}  // namespace

std::string StagingIn(const WorkingTree& tree) { return tree.root() + "/.dvc/tmp/cairn/staging"; }

Result<> MoveInto(const std::string& draft, const std::string& to) {
  auto moved = os::Rename(draft, to);
  if (moved || moved.error().reason != Reason::Unsupported) return moved;
  const std::string beside = os::HiddenNameBeside(to);
  CAIRN_TRY(os::CopyFile(draft, beside, CAIRN_TRY(os::Stat(draft)).mode));
  auto named = os::Rename(beside, to);
  if (!named) static_cast<void>(bool(os::Remove(beside)));
  return named;
}

Result<std::optional<std::string>> TextBatch::Read(const std::string& file) {
  if (const auto put = after_.find(file); put != after_.end()) return put->second;
  const auto known = before_.find(file);
  if (known != before_.end()) return known->second;
  auto read = os::ReadFile(At(file), kMostBytes);
  if (!read && read.error().reason != Reason::NotFound) return std::move(read).error();
  return before_[file] = read ? std::optional(*std::move(read)) : std::nullopt;
}

void TextBatch::Put(const std::string& file, std::string text) { after_[file] = std::move(text); }
void TextBatch::Remove(const std::string& file) { after_[file] = std::nullopt; }

Result<> TextBatch::WriteAside() {
  for (const auto& [file, text] : after_) {
    if (!text || text == before_[file]) continue;
    if (!staging_) staging_.emplace(CAIRN_TRY(Staging::Begin(StagingIn(tree_))));
    const std::string draft = os::JoinPath(staging_->folder(), std::to_string(drafts_.size()));
    const auto there = os::Stat(At(file));
    const auto aside = CAIRN_TRY(os::CreateFile(draft, there ? there->mode : 0644));
    CAIRN_TRY(os::WriteAll(aside.number(), *text, draft));
    drafts_[file] = draft;
  }
  return Done{};
}

Result<> TextBatch::Publish() {
  for (const auto& [file, draft] : drafts_) CAIRN_TRY(MoveInto(draft, At(file)));
  for (const auto& [file, text] : after_) {
    if (text) continue;
    auto removed = os::Remove(At(file));
    if (!removed && removed.error().reason != Reason::NotFound) return removed;
  }
  return Done{};
}

std::vector<std::string> TextBatch::changed() const {
  std::vector<std::string> files;
  for (const auto& [file, text] : after_) {
    const auto before = before_.find(file);
    if (before == before_.end() || before->second != text) files.push_back(file);
  }
  return files;
}

Result<> IgnoreInTexts(const WorkingTree& tree, const std::string& path, bool is_folder, TextBatch& texts) {
  if (!tree.git_root()) return Done{};
  if (CAIRN_TRY(IgnoredByGit(*tree.git_root(), tree.At(path), is_folder))) return Done{};
  const std::string file = GitIgnoreBeside(path);
  if (auto text = WithIgnored(CAIRN_TRY(texts.Read(file)).value_or(""), os::BaseName(path)))
    texts.Put(file, *std::move(text));
  return Done{};
}

Result<> UnignoreInTexts(const WorkingTree& tree, const std::string& path, TextBatch& texts) {
  if (!tree.git_root()) return Done{};
  const std::string file = GitIgnoreBeside(path);
  const auto text = CAIRN_TRY(texts.Read(file));
  if (!text) return Done{};
  auto without = WithoutIgnored(*text, os::BaseName(path));
  if (!without) return Done{};
  if (without->empty()) {
    texts.Remove(file);
  } else {
    texts.Put(file, *std::move(without));
  }
  return Done{};
}

}  // namespace cairn::repository
