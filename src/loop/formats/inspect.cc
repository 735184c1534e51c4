#include <algorithm>

#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/os/mapped_file.h"
#include "loop/formats/examiner.h"
#include "loop/formats/folder.h"

namespace cairn::formats {
namespace {

/// What is not known as harmless comes first; the rest stays in the order of the file.
void Order(Inspection& inspection) {
  std::stable_partition(inspection.imports.begin(), inspection.imports.end(),
                        [](const Import& import) { return import.known_as.empty(); });
}

}  // namespace

Inspection InspectBytes(std::string_view bytes, const Limits& limits) {
  Inspection inspection;
  inspection.bytes = bytes.size();
  Examiner examiner(limits, inspection);
  examiner.Take(examiner.Look(bytes, "", 0));
  Order(inspection);
  return inspection;
}

Result<Inspection> Inspect(const std::string& path, const Limits& limits) {
  const auto status = CAIRN_TRY(os::Stat(path));
  if (status.kind == os::FileKind::Folder) {
    auto inspection = CAIRN_TRY(InspectFolder(path, limits));
    Order(inspection);
    return inspection;
  }
  if (status.kind != os::FileKind::File)
    return Error{Reason::InvalidArgument, "'" + path + "' is neither a file nor a folder"};
  if (status.stamp.size == 0) return Error{Reason::InvalidArgument, "'" + path + "' is empty"};
  const auto file = CAIRN_TRY(os::MappedFile::Open(path));
  auto inspection = InspectBytes(file.bytes(), limits);
  inspection.sha256 = CAIRN_TRY(crypto::HashFile(path, crypto::Kinds::Sha256)).sha256;
  return inspection;
}

}  // namespace cairn::formats
