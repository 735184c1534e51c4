#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/runtime/tensor.h"

namespace cairn::runtime {

/// Name, element type and shape of an input or output; a dimension that may differ from call to call is -1.
struct Port {
  std::string name;
  DataType type = DataType::Fp32;
  std::vector<std::int64_t> shape;
};

/// [{"name", "datatype", "shape"}, …], as the Open Inference Protocol writes them.
Json PortsJson(const std::vector<Port>& ports);

struct Signature {
  std::vector<Port> inputs;
  std::vector<Port> outputs;
  /// The output that MLflow's scoring answers by itself, without its name and without the others; "": all are
  /// answered by name.
  std::string bare = {};
};

/// A model that is ready to answer: in memory, and run on the caller's thread, or in processes of its own
/// (workers.h). Safe from any thread; calls run beside each other.
class Model {
 public:
  struct Options {
    std::uint64_t most_bytes = std::uint64_t{1} << 30;  ///< Of the file and of what it refers to, together.
    std::int64_t most_nodes = 100'000;
    std::vector<std::string> domains = {"", "ai.onnx.ml"};  ///< Whose operators the file may use.
    std::string library = {};  ///< File name of ONNX Runtime; "" = the one Cairn carries.
  };

  /// Loads an ONNX file. NotFound when it is not there; TooLarge beyond the limits; Corrupt when it is not
  /// (whole) ONNX; Denied when it refers to data outside its folder or to operators of another domain;
  /// Unsupported for outputs that are maps or sequences (convert with zipmap off) and for operators unknown
  /// here; Unavailable without ONNX Runtime.
  static Result<std::shared_ptr<const Model>> Load(const std::string& path, const Options& options);
  static Result<std::shared_ptr<const Model>> Load(const std::string& path) { return Load(path, Options{}); }
  /// The same from memory, where data beside the file is Denied. `name` is for messages.
  static Result<std::shared_ptr<const Model>> FromBytes(std::string_view bytes, std::string_view name,
                                                        const Options& options);

  /// The version of ONNX Runtime that runs them, "1.32.0". Unavailable without it.
  static Result<std::string> RuntimeVersion();

  virtual ~Model() = default;
  virtual const Signature& signature() const = 0;
  /// Whether Run may wait for another process.
  virtual bool waits() const { return false; }
  /// What the processes take that it runs in, when all are up, by what they said last; 0 for one that runs in
  /// this process.
  virtual std::uint64_t memory_bytes() const { return 0; }
  /// As the Open Inference Protocol names what runs a model.
  virtual const char* platform() const { return "onnx_onnxv1"; }
  /// What runs it, one a line as pip writes it: "onnxruntime==1.32.0".
  virtual Result<std::string> environment() const;

  /// One answer for each output, in the signature's order. Unprocessable that names the input when one is
  /// missing, unknown, of another type or shape, or when texts hold a NUL byte; Internal when the model
  /// itself fails on sound input. Of one that waits also Unavailable, when no process of it is up, or none
  /// answered in time.
  virtual Result<Batch> Run(const Batch& inputs) const = 0;
};

/// Whether `inputs` is what `signature` asks for; the errors of Model::Run.
Result<> Matches(const Signature& signature, const Batch& inputs);

}  // namespace cairn::runtime
