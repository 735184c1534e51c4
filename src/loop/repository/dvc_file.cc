#include "loop/repository/dvc_file.h"

#include <algorithm>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/text.h"

namespace cairn::repository {

Result<> IgnoreInGit(const std::string& folder, const std::string& name) {
  const std::string path = os::JoinPath(folder, ".gitignore"), line = "/" + name;
  auto read = os::ReadFile(path);
  if (!read && read.error().reason != Reason::NotFound) return read.error();
  std::string text = read ? *std::move(read) : "";
  const auto lines = cairn::Split(text, '\n');
  if (std::find(lines.begin(), lines.end(), line) != lines.end()) return Done{};
  if (!text.empty() && text.back() != '\n') text += '\n';
  return os::WriteFileAtomically(path, text + line + "\n");
}

Result<> WriteDvcFile(const std::string& project, const std::string& file, const Snapshot& snapshot) {
  const std::string root = CAIRN_TRY(os::RealPath(project)), real = CAIRN_TRY(os::RealPath(file));
  if (!real.starts_with(root + "/")) return Done{};
  std::string name = os::BaseName(real);
  std::string text = "outs:\n- md5: " + snapshot.md5 + "\n  size: " + std::to_string(snapshot.size) + "\n";
  if (snapshot.folder) text += "  nfiles: " + std::to_string(snapshot.listing->files().size()) + "\n";
  if (snapshot.executable) text += "  isexec: true\n";
  // A name that YAML would read as something else is quoted by the writer.
  text += "  hash: md5\n  " + DumpYaml(Json{{"path", name}});
  CAIRN_TRY(os::WriteFileAtomically(real + ".dvc", text));
  return IgnoreInGit(os::ParentOf(real), name);
}

}  // namespace cairn::repository
