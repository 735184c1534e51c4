#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ground/vocabulary/result.h"

/// Which format a file or folder is, by its content and never by its name, what it says about itself, and
/// what loading it would do. Nothing of it is executed, imported, or written to disk.
namespace cairn::formats {

enum class Format {
  Onnx,
  Pmml,
  Pfa,
  SavedModel,
  TensorFlowGraph,
  KerasHdf5,
  Keras,
  Pickle,
  Joblib,
  Cloudpickle,
  Skops,
  Torch,
  TorchScript,
  ExportedProgram,
  H2oMojo,
  H2oPojo,
  Mleap,
  SparkMl,
  CoreMl,
  CoreMlPackage,
  Safetensors,
  Gguf,
  XgboostJson,
  XgboostUbj,
  XgboostBinary,
  LightgbmText,
  Catboost,
  CatboostJson,
  MlflowModel,
  Numpy,
  NumpyZip,
  RData,
  Archive,  ///< A zip, tar or compressed stream that is none of the others.
  Unknown,
};

/// One line of the table of formats.
struct FormatFacts {
  Format format;
  std::string_view id;          ///< "xgboost-json": for programs.
  std::string_view name;        ///< "XGBoost JSON": for people.
  std::string_view vendor;      ///< Who made it; "" where nobody in particular did.
  std::string_view openness;    ///< "open standard", "published" or "one program's own".
  std::string_view licence;     ///< Of the programs that read and write it.
  std::string_view loading;     ///< Whether loading it can run code: "no", "its own operators", "yes".
  std::string_view runs_here;   ///< "in the process", "in confined workers …", or "no".
  std::string_view to_onnx;     ///< What converts it to ONNX, or "".
  std::string_view conversion;  ///< How, in one line.
};

/// Every format, in the order of the enum; Unknown is not in it.
std::span<const FormatFacts> Table();
/// Of Unknown too.
const FormatFacts& FactsOf(Format format);

/// An input or output, as the file itself names it.
struct Port {
  std::string name;
  std::string type;   ///< In the format's own words: "float32", "double".
  std::string shape;  ///< "N×30", "" where there is none.
};

using DetailValue = std::variant<std::int64_t, std::string, std::vector<std::string>>;
struct Detail {
  std::string name;  ///< "trees", "opset": lower case, words joined by '_'.
  DetailValue value;
};

/// Something that the Python program which loads the file would import for it.
struct Import {
  std::string
      where;  ///< The part of the file, "" for the file itself: "archive/data.pkl", "model.tar › a.pkl".
  std::string module;
  std::string name;
  std::uint64_t offset = 0;  ///< In that part; of a pickle, of the opcode that fetches it.
  std::string known_as;      ///< "scikit-learn", … when it is known as harmless; "" when it is not.
};

/// What else loading would do, or what cannot be told: a sentence without its end.
struct Concern {
  std::string where;
  std::string what;
};

struct Part {
  std::string where;
  Format format;
  std::uint64_t bytes;
};

/// What loading the file runs beside the reading program's own parsing.
enum class Runs {
  Nothing,
  KnownCode,    ///< Imports, all of them known as harmless.
  UnknownCode,  ///< An import that is not known as harmless, or a concern.
  CannotTell,   ///< The format is not known here.
};

struct Inspection {
  Format format = Format::Unknown;
  std::string version;  ///< Of the format; "" when it does not say.
  std::string writer;   ///< The program that wrote it, as far as it says: "skl2onnx 1.20.0".
  std::uint64_t bytes = 0;
  std::uint64_t files = 1;
  std::string
      sha256;  ///< Of a folder: of the lines that sha256sum would print for its files, sorted by path.
  std::vector<Port> inputs;
  std::vector<Port> outputs;
  std::vector<Detail> details;
  std::vector<Import> imports;    ///< Distinct, those not known as harmless first.
  std::vector<Concern> concerns;  ///< Each is a reason for UnknownCode.
  std::vector<Concern> damage;    ///< Where it is cut short or broken.
  std::vector<Part> parts;        ///< Files inside it that are of a known format themselves; at most 1,000.

  Runs runs() const;
};

/// What a stranger's file may cost. Time is linear in its bytes and in what it unpacks to.
struct Limits {
  std::uint64_t most_unpacked_bytes = std::uint64_t{512} << 20;  ///< All compressed parts together.
  std::size_t most_entries = 100'000;                            ///< Of an archive or a folder.
  int deepest = 8;  ///< Archives in archives, pickles in pickles.
};

/// Reads the file or folder at `path`; links in a folder are not followed. A file is mapped, and read whole
/// once for its digest: it must not be cut shorter meanwhile. NotFound when it is not there; InvalidArgument
/// when it is neither file nor folder or is empty; TooLarge for a folder with more entries than the limit. A
/// damaged file is inspected as far as it goes. Safe from any thread.
Result<Inspection> Inspect(const std::string& path, const Limits& limits = {});

/// The same for bytes in memory; without a digest.
Inspection InspectBytes(std::string_view bytes, const Limits& limits = {});

}  // namespace cairn::formats
