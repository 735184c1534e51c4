#include "cli/configuration_file.h"

#include "ground/os/files.h"
#include "ground/vocabulary/document.h"
#include "ground/vocabulary/text.h"
#include "loop/data/specification.h"

namespace cairn::cli {
namespace {

constexpr std::uint64_t kMostBytes = 16 << 20;

Result<std::string> ReadText(const std::string& path) {
  std::string text = CAIRN_TRY(os::ReadFile(path, kMostBytes));
  if (!IsUtf8(text))
    return Error{Reason::InvalidArgument, "'" + path + "' is not UTF-8 text: save it as UTF-8 and try again"};
  return text;
}

/// A text as YAML's literal block, four spaces in, below a key two spaces in.
std::string Block(const std::string& text) {
  std::string block = "|2" + std::string(text.ends_with('\n') ? "+" : "-") + "\n";
  std::string_view rest = text;
  if (rest.ends_with('\n')) rest.remove_suffix(1);
  for (const auto line : Split(rest, '\n')) block += (line.empty() ? "" : "    ") + std::string(line) + "\n";
  return block;
}

std::string Entry(const std::string& path, const std::string& value) {
  return "  " + QuotedYaml(path) + ": " + value;
}

/// The section that carries the files' texts; each as it can be read, and in quotes where only that keeps it.
Result<std::string> Section(const std::vector<std::string>& paths, const std::string& folder) {
  std::string section = std::string(data::kFiles) + ":\n";
  for (const auto& path : paths) {
    const auto text = ReadText(os::JoinPath(folder, path));
    if (!text)
      return Error{text.error().reason,
                   "cairn.yaml names '" + path + "' as a contract: " + text.error().message};
    const std::string block = Entry(path, Block(*text));
    const auto back = ParseYaml(std::string(data::kFiles) + ":\n" + block, path);
    const Node* read = back ? back->Find(data::kFiles)->Find(path) : nullptr;
    section += read && read->text() == *text ? block : Entry(path, QuotedYaml(*text)) + "\n";
  }
  return section;
}

}  // namespace

Result<std::string> WithFilesItNames(const std::string& text, const std::string& folder) {
  const auto document = ParseYaml(text, "cairn.yaml");
  // What is wrong with the text is told by who reads its sections.
  if (!document || !document->IsMap()) return text;
  const auto paths = data::FilesNamed(*document);
  if (!paths || paths->empty()) return text;
  if (document->Find(data::kFiles))
    return Error{Reason::InvalidArgument,
                 "cairn.yaml has a section 'files' of its own, which `cairn apply` writes: "
                 "remove it"};
  std::string whole = text + (text.ends_with('\n') ? "" : "\n") +
                      "\n# Taken along by `cairn apply`: the files that are named above.\n" +
                      CAIRN_TRY(Section(*paths, folder));
  if (!ParseYaml(whole, "cairn.yaml"))
    return Error{Reason::InvalidArgument,
                 "cairn.yaml names files, and nothing can be written behind it: begin its "
                 "sections at the start of a line, without braces around them"};
  return whole;
}

Result<Json> ReadConfiguration(const Arguments& arguments) {
  const std::string path = arguments.Has("FILE") ? arguments.Text("FILE") : "cairn.yaml";
  const std::string text = CAIRN_TRY(ReadText(path));
  return Json{{"text", CAIRN_TRY(WithFilesItNames(text, os::ParentOf(path)))}, {"file", path}};
}

}  // namespace cairn::cli
