#include "loop/repository/dvc_file.h"

#include <algorithm>

#include "ground/os/files.h"
#include "ground/vocabulary/document.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/text_edit.h"

namespace cairn::repository {
namespace {

constexpr std::uint64_t kMostBytes = 64 << 20;

TextEdit::Values ValuesOf(const Content& content) {
  std::optional<std::string> nfiles, isexec;
  if (content.nfiles) nfiles = std::to_string(*content.nfiles);
  if (content.executable) isexec = "true";
  return {{"md5", ScalarOf(content.md5)},
          {"size", std::to_string(content.size)},
          {"nfiles", nfiles},
          {"isexec", isexec},
          {"hash", "md5"}};
}

/// In a list of outs or deps, the one of that path; null when there is none.
const Node* EntryOf(const Node* list, const std::string& path) {
  if (!list) return nullptr;
  const auto found = std::find_if(list->items().begin(), list->items().end(), [&](const Node& item) {
    return item.Find("path") && item.Find("path")->text() == path;
  });
  return found == list->items().end() ? nullptr : &*found;
}

Error NoSuch(const std::string& file, const std::string& path) {
  return {Reason::NotFound, file + ": there is no '" + path + "' in it any more; another program changed it"};
}

/// A line of .gitignore that means `name` beside it and nothing else; as DVC writes it, where that works. A
/// line break cannot be written, so that any character may stand there.
std::string IgnoreLine(const std::string& name) {
  std::string line = "/";
  for (const char c : name) {
    if (std::string_view("[]!*#?\\").find(c) != std::string_view::npos) line += '\\';
    line += c == '\n' || c == '\r' ? '?' : c;
  }
  if (line.ends_with(' ')) line.insert(line.size() - 1, 1, '\\');
  return line;
}

Result<std::string> ReadGitIgnore(const std::string& path) {
  auto text = os::ReadFile(path, kMostBytes);
  if (!text && text.error().reason == Reason::NotFound) return std::string();
  return text;
}

}  // namespace

Content Content::Of(const Snapshot& snapshot) {
  Content content{snapshot.md5, snapshot.size, std::nullopt, snapshot.executable};
  if (snapshot.folder) content.nfiles = static_cast<std::int64_t>(snapshot.listing->files().size());
  return content;
}

std::string NewDvcFile(const std::string& name, const Content& content) {
  std::string text = "outs:\n";
  std::string_view indent = "- ";
  for (const auto& [key, value] : ValuesOf(content)) {
    if (!value) continue;
    text += std::string(indent) + key + ": " + *value + "\n";
    indent = "  ";
  }
  return text + "  path: " + ScalarOf(name) + "\n";
}

Result<std::string> ChangedDvcFile(const std::string& text, const std::string& file, const std::string& path,
                                   const Content& content) {
  const Node root = CAIRN_TRY(ParseYaml(text, file));
  const Node* out = EntryOf(root.Find("outs"), path);
  if (!out) return NoSuch(file, path);
  TextEdit edit(text);
  edit.SetIn(*out, ValuesOf(content));
  return edit.Apply();
}

Result<std::string> MovedDvcFile(const std::string& text, const std::string& file, const std::string& path,
                                 const std::string& new_path) {
  const Node root = CAIRN_TRY(ParseYaml(text, file));
  const Node* out = EntryOf(root.Find("outs"), path);
  if (!out) return NoSuch(file, path);
  TextEdit edit(text);
  edit.SetIn(*out, {{"path", ScalarOf(new_path)}});
  return edit.Apply();
}

Result<std::string> ChangedLock(const std::string& text, const std::string& file, const std::string& stage,
                                const std::string& path, const Content& content) {
  const Node root = CAIRN_TRY(ParseYaml(text, file));
  const Node* stages = root.Find("stages");
  const Node* locked = stages ? stages->Find(stage) : nullptr;
  TextEdit edit(text);
  bool found = false;
  for (const char* key : {"deps", "outs"}) {
    const Node* entry = locked ? EntryOf(locked->Find(key), path) : nullptr;
    if (!entry) continue;
    found = true;
    edit.SetIn(*entry, ValuesOf(content));
  }
  if (!found) return NoSuch(file, stage + ": " + path);
  return edit.Apply();
}

std::optional<std::string> WithIgnored(std::string text, const std::string& name) {
  const std::string line = IgnoreLine(name);
  const auto lines = cairn::Split(text, '\n');
  if (std::find(lines.begin(), lines.end(), line) != lines.end()) return std::nullopt;
  if (!text.empty() && text.back() != '\n') text += '\n';
  return text + line + "\n";
}

std::optional<std::string> WithoutIgnored(const std::string& text, const std::string& name) {
  const std::string line = IgnoreLine(name);
  std::string kept;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view whole = rest.substr(0, std::min(rest.find('\n'), rest.size() - 1) + 1);
    rest.remove_prefix(whole.size());
    const std::string_view said = Trim(whole), bare = whole.substr(0, whole.find('\n'));
    if (said != line && bare != line && said != "/" + name) kept += whole;
  }
  return kept.size() == text.size() ? std::nullopt : std::optional(std::move(kept));
}

Result<> IgnoreInGit(const std::string& folder, const std::string& name) {
  const std::string file = os::JoinPath(folder, ".gitignore");
  auto with = WithIgnored(CAIRN_TRY(ReadGitIgnore(file)), name);
  return with ? os::WriteFileAtomically(file, *with) : Result<>();
}

Result<> WriteDvcFile(const std::string& project, const std::string& file, const Snapshot& snapshot) {
  const std::string root = CAIRN_TRY(os::RealPath(project)), real = CAIRN_TRY(os::RealPath(file));
  if (!real.starts_with(root + "/")) return Done{};
  const std::string name = os::BaseName(real), pointer = real + ".dvc";
  const auto there = os::ReadFile(pointer, kMostBytes);
  const auto changed = there ? ChangedDvcFile(*there, pointer, name, Content::Of(snapshot)) : there;
  const std::string text = changed ? *changed : NewDvcFile(name, Content::Of(snapshot));
  if (!there || text != *there) CAIRN_TRY(os::WriteFileAtomically(pointer, text));
  return IgnoreInGit(os::ParentOf(real), name);
}

}  // namespace cairn::repository
