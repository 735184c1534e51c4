#include "loop/runtime/worker/prepared.h"

#include "ground/os/files.h"
#include "loop/runtime/worker/program.h"

namespace cairn::runtime::worker {
namespace {

Result<> AddReaderOfPmml(const os::TempFolder& own) {
  CAIRN_TRY(os::MakeFolders(own / "pmml"));
  CAIRN_TRY(os::WriteFileAtomically(own / "pmml/document.py", kPmmlDocument));
  CAIRN_TRY(os::WriteFileAtomically(own / "pmml/fields.py", kPmmlFields));
  CAIRN_TRY(os::WriteFileAtomically(own / "pmml/arithmetic.py", kPmmlArithmetic));
  CAIRN_TRY(os::WriteFileAtomically(own / "pmml/models.py", kPmmlModels));
  return os::WriteFileAtomically(own / "pmml/served.py", kPmmlServed);
}

Result<os::TempFolder> TakeCopy(const std::string& folder) {
  auto own = CAIRN_TRY(os::TempFolder::Create());
  const std::string model = own / "model";
  CAIRN_TRY(os::MakeFolders(model));
  for (const auto& entry : CAIRN_TRY(os::ListTree(folder))) {
    const std::string to = os::JoinPath(model, entry.path);
    if (entry.kind == os::FileKind::Folder) CAIRN_TRY(os::MakeFolders(to));
    if (entry.kind == os::FileKind::File) CAIRN_TRY(os::CopyFile(os::JoinPath(folder, entry.path), to));
  }
  CAIRN_TRY(os::WriteFileAtomically(own / "worker.py", kProgram));
  CAIRN_TRY(AddReaderOfPmml(own));
  return own;
}

}  // namespace

Result<Prepared> Prepare(const std::string& folder, const WorkerSettings& settings) {
  CAIRN_TRY(CanConfine());
  auto own = CAIRN_TRY(TakeCopy(folder));
  auto code = CAIRN_TRY(FindCode(own / "model"));
  if (code.runs && !settings.code)
    return Error{Reason::Denied,
                 "Loading this model can run code of its author: " + code.what +
                     ". Log it in a form that does not (ONNX, skops, a booster's own format), or permit that "
                     "in cairn.yaml: serving: {worker: {code: permit}}."};
  auto python = CAIRN_TRY(FindPython(settings.python));
  return Prepared{std::move(own), std::move(code), std::move(python)};
}

}  // namespace cairn::runtime::worker
