#include "loop/formats/folder.h"

#include <algorithm>
#include <map>

#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/os/mapped_file.h"
#include "ground/vocabulary/json.h"
#include "loop/formats/examiner.h"

namespace cairn::formats {
namespace {

constexpr std::uint64_t kMostText = 16 << 20;

bool Has(const std::vector<os::TreeEntry>& entries, std::string_view path) {
  return std::any_of(entries.begin(), entries.end(),
                     [&](const os::TreeEntry& entry) { return entry.path == path; });
}
bool HasBelow(const std::vector<os::TreeEntry>& entries, std::string_view start) {
  return std::any_of(entries.begin(), entries.end(),
                     [&](const os::TreeEntry& entry) { return entry.path.starts_with(start); });
}

Result<std::string> Text(const std::string& folder, std::string_view name) {
  return os::ReadFile(os::JoinPath(folder, name), kMostText);
}

Result<Description> DescribeMlflow(const std::string& folder) {
  Description description{.format = Format::MlflowModel};
  ReadMlmodel(CAIRN_TRY(Text(folder, "MLmodel")), description);
  return description;
}

Result<Description> DescribeMleap(const std::string& folder) {
  Description description{.format = Format::Mleap};
  ReadMleapBundle(CAIRN_TRY(Text(folder, "bundle.json")), description);
  return description;
}

/// MLflow's flavour for torch imports, to unpickle with, the module that a file names.
Result<> NotePickleModule(Examiner& examiner, const std::string& folder, const os::TreeEntry& entry) {
  if (os::BaseName(entry.path) != "pickle_module_info.txt") return {};
  const auto module = CAIRN_TRY(Text(folder, entry.path));
  if (module != "mlflow.pytorch.pickle_module" && module != "pickle" && module != "cloudpickle")
    examiner.AddImport({entry.path, module.substr(0, 500), "", 0, ""});
  return {};
}

/// Spark writes metadata as lines of JSON, one of which names the class.
Result<std::optional<Description>> DescribeSpark(const std::string& folder,
                                                 const std::vector<os::TreeEntry>& entries) {
  for (const auto& entry : entries) {
    if (!entry.path.starts_with("metadata/part-")) continue;
    const auto line = Json::Parse(CAIRN_TRY(Text(folder, entry.path)));
    if (!line || line->Text("class").empty()) continue;
    Description description{.format = Format::SparkMl, .writer = "Spark " + line->Text("sparkVersion")};
    const auto made = line->Text("class");
    description.SayText("class", made);
    description.SayText("uid", line->Text("uid"));
    if (!made.starts_with("org.apache.spark.ml."))
      description.concerns.push_back("it is read by the class '" + made + "', which is not Spark's own");
    return std::optional(std::move(description));
  }
  return std::optional<Description>();
}

/// The folder's own description; nothing when it is of no known format.
Result<std::optional<Description>> DescribeFolder(const std::string& folder,
                                                  const std::vector<os::TreeEntry>& entries) {
  if (Has(entries, "MLmodel")) return std::optional(CAIRN_TRY(DescribeMlflow(folder)));
  if (Has(entries, "bundle.json")) return std::optional(CAIRN_TRY(DescribeMleap(folder)));
  if (Has(entries, "Manifest.json") && HasBelow(entries, "Data/com.apple.CoreML"))
    return std::optional(Description{.format = Format::CoreMlPackage});
  if (HasBelow(entries, "metadata/part-")) return DescribeSpark(folder, entries);
  return std::optional<Description>();
}

/// Looks at one file; of the one that is the model itself the description is given back.
Result<Description> LookAtFile(Examiner& examiner, const std::string& folder, const os::TreeEntry& entry) {
  if (entry.stamp.size == 0) return Description();
  const auto file = CAIRN_TRY(os::MappedFile::Open(os::JoinPath(folder, entry.path)));
  return examiner.Look(file.bytes(), entry.path, 1);
}

bool IsModelItself(Format folder, const os::TreeEntry& entry, const Description& file) {
  if (folder == Format::Unknown) return entry.path == "saved_model.pb" && file.format == Format::SavedModel;
  return folder == Format::CoreMlPackage && file.format == Format::CoreMl;
}

}  // namespace

Result<Inspection> InspectFolder(const std::string& path, const Limits& limits) {
  const auto entries = CAIRN_TRY(os::ListTree(path));
  if (entries.size() > limits.most_entries)
    return Error{Reason::TooLarge, "'" + path + "' holds more than " + std::to_string(limits.most_entries) +
                                       " files and folders: name the model's own folder"};
  Inspection inspection;
  inspection.files = 0;
  Examiner examiner(limits, inspection);
  auto own = CAIRN_TRY(DescribeFolder(path, entries)).value_or(Description());
  std::string lines;
  for (const auto& entry : entries) {
    if (entry.kind == os::FileKind::Symlink)
      examiner.Concern(entry.path, "it is a link, which was not followed");
    if (entry.kind != os::FileKind::File) continue;
    ++inspection.files;
    inspection.bytes += entry.stamp.size;
    CAIRN_TRY(NotePickleModule(examiner, path, entry));
    auto file = CAIRN_TRY(LookAtFile(examiner, path, entry));
    if (IsModelItself(own.format, entry, file)) {
      const auto format = own.format == Format::Unknown ? file.format : own.format;
      own = std::move(file);
      own.format = format;
    }
    lines += CAIRN_TRY(crypto::HashFile(os::JoinPath(path, entry.path), crypto::Kinds::Sha256)).sha256 +
             "  " + entry.path + "\n";
  }
  if (inspection.files == 0) return Error{Reason::InvalidArgument, "'" + path + "' has no file in it"};
  for (auto& import : own.imports) examiner.AddImport(std::move(import));
  for (auto& concern : own.concerns) examiner.Concern("", std::move(concern));
  for (auto& damage : own.damage) examiner.Damage("", std::move(damage));
  examiner.Take(std::move(own));
  inspection.sha256 = crypto::Sha256Hex(lines);
  return inspection;
}

}  // namespace cairn::formats
