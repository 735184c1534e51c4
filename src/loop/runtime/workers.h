#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/result.h"
#include "loop/runtime/model.h"

namespace cairn::runtime {

/// How a model is run that only Python can run: the section `serving.worker` of cairn.yaml.
struct WorkerSettings {
  /// A program by its absolute path, or by its name as PATH has it; it needs mlflow and what the model
  /// imports.
  std::string python = "python3";
  bool code = false;             ///< `code: permit`: whether models may be loaded whose loading runs code.
  std::int64_t processes = 2;    ///< Of one model; each has it in memory, and answers one request at a time.
  double timeout_s = 10;         ///< That up to 10,000 rows may take, waiting for a process included.
  double start_timeout_s = 120;  ///< Until a process has loaded the model.
  std::int64_t memory_mib = 2048;  ///< That one process may use for its data.
  std::int64_t threads = 1;        ///< And cores, that one process may use.
  /// With no process up, a request waits for one that is starting, as long as `timeout_s`; otherwise it is
  /// refused at once. No key of its own: it waits where nothing else would answer.
  bool waits_for_start = true;
  friend bool operator==(const WorkerSettings&, const WorkerSettings&) = default;
};
/// InvalidArgument with the place for an unknown key or a wrong value.
Result<WorkerSettings> ParseWorkerSettings(const Node& worker);

/// Whether loading the MLflow folder would run code beside the flavour's own parsing: pickles, Python source,
/// types that are not known as harmless (loop/formats).
struct CodeInFolder {
  bool runs = false;
  std::string what;  ///< "it holds a pickle (model.pkl)"; what it is made of when nothing runs.
};
Result<CodeInFolder> FindCode(const std::string& folder);

/// Whether a process can be confined on this machine: bubblewrap is there, and the kernel lets it make
/// namespaces. Unsupported, saying which is missing and what to do. Found out once for the process.
Result<> CanConfine();

struct WorkersStarted {
  std::shared_ptr<const Model> model;
  CodeInFolder code;  ///< Of the copy that is run.
};
/// Copies the MLflow folder, and starts worker processes that load the copy: each in namespaces of its own,
/// with no network, no files but the Python's own and the copy (all read-only), a private /tmp of 64 MiB, no
/// other programs or processes, and within the settings' limits. One that ends is started anew, after a pause
/// that doubles from 0.1 to 30 s while they end early. Requests of more than 10,000 rows are divided among
/// the processes, so that rows must be independent of each other. The processes end with the model.
///
/// Comes back once the first process is ready. Unsupported when processes cannot be confined here, or when
/// the model cannot be loaded or does not get ready in time, with what it said; Denied when loading it runs
/// code and the settings do not permit that; Unavailable when its Python is missing, or lacks mlflow or a
/// package that the model imports.
Result<WorkersStarted> StartWorkers(const std::string& folder, const WorkerSettings& settings);

}  // namespace cairn::runtime
