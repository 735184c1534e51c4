#include "server/inference/infer_request.h"

#include <algorithm>
#include <optional>

#include "ground/archive/codec.h"
#include "ground/vocabulary/text.h"
#include "server/inference/columns.h"
#include "server/inference/lenient.h"
#include "server/inference/tensor_bytes.h"
#include "server/inference/tensor_json.h"
#include "server/inference/turn.h"

namespace cairn::inference {
namespace {

using serving::Offer;

constexpr std::uint64_t kMostUnpacked = std::uint64_t{64} << 20;

Error Wrong(std::string message) { return {Reason::InvalidArgument, std::move(message)}; }

/// The body without its Content-Encoding; what had to be unpacked is kept in `unpacked`.
Result<std::string_view> BodyOf(const http::Request& request, std::string& unpacked) {
  const std::string encoding = LowerAscii(Trim(request.headers.Get("Content-Encoding")));
  if (encoding.empty() || encoding == "identity") return std::string_view(request.body);
  if (encoding != "gzip" && encoding != "deflate")
    return Error{Reason::Unsupported,
                 "The Content-Encoding '" + encoding + "' is not understood here; gzip and deflate are."};
  const auto codec = encoding == "gzip" ? archive::Codec::Gzip : archive::Codec::Zlib;
  auto whole = CAIRN_TRY(archive::Unpack(request.body, codec, kMostUnpacked));
  if (whole.end == archive::Unpacked::End::OverLimit)
    return Error{Reason::TooLarge, "The body unpacks to more than " + FormatBytes(kMostUnpacked) + "."};
  if (whole.end != archive::Unpacked::End::Whole)
    return Wrong("The body is no whole stream of " + encoding + ", as its Content-Encoding says");
  unpacked = std::move(whole.bytes);
  return std::string_view(unpacked);
}

/// How many bytes of the body are JSON; nothing without the header that says it.
Result<std::optional<std::size_t>> JsonLengthOf(const http::Request& request, std::size_t size) {
  if (!request.headers.Has(kJsonLength)) return std::optional<std::size_t>();
  const auto length = ParseInt(request.headers.Get(kJsonLength));
  if (!length || *length < 0 || static_cast<std::size_t>(*length) > size)
    return Wrong("The header " + std::string(kJsonLength) +
                 " must tell the length of the JSON part of the body");
  return std::optional(static_cast<std::size_t>(*length));
}

/// What is said beside a tensor and cannot be passed over in silence: the answer would be another one.
Result<> CheckParameters(const char* what, const std::string& name, const Json& parameters) {
  for (const char* extension : {"shared_memory_region", "classification", "sequence_id"}) {
    if (!parameters.Find(extension)) continue;
    const std::string subject = name.empty() ? what : std::string(what) + " '" + name + "'";
    return Wrong(subject + " has the parameter '" + extension + "', and this server lacks that extension");
  }
  return Done{};
}

Result<GivenTensor> ReadInput(const Json& input, std::string_view& binary) {
  GivenTensor tensor;
  tensor.name = CAIRN_TRY(RequiredText(input, "name"));
  const auto type = runtime::DataTypeNamed(input.Text("datatype"));
  if (!type)
    return Wrong("inference input '" + tensor.name + "' has the data-type '" + input.Text("datatype") +
                 "', which the protocol does not know");
  tensor.type = *type;
  tensor.shape = CAIRN_TRY(ReadShape(tensor.name, input.At("shape")));
  CAIRN_TRY(CheckParameters("Input", tensor.name, input.At("parameters")));
  const Json& size = input.At("parameters").At("binary_data_size");
  if (size.IsNull()) {
    tensor.elements = CAIRN_TRY(ReadElements(tensor.name, tensor.type, tensor.shape, input.At("data")));
    return tensor;
  }
  if (input.Find("data"))
    return Wrong("Input '" + tensor.name + "' has both 'data' and a 'binary_data_size'; send one of them");
  if (!size.IsInt() || size.AsInt() < 0 || static_cast<std::size_t>(size.AsInt()) > binary.size())
    return Wrong("Input '" + tensor.name +
                 "': the body does not hold as many bytes as its 'binary_data_size' says");
  const auto length = static_cast<std::size_t>(size.AsInt());
  tensor.elements = CAIRN_TRY(ReadBinary(tensor.name, tensor.type, tensor.shape, binary.substr(0, length)));
  binary.remove_prefix(length);
  return tensor;
}

Result<serving::Question> ReadQuestion(const Json& json, std::string_view binary, const Offer& offer) {
  serving::Question question;
  question.id = json.Text("id");
  if (!json.At("inputs").IsArray() || json.At("inputs").items().empty())
    return Wrong("Unable to parse 'inputs': the request must have a list of at least one");
  CAIRN_TRY(CheckParameters("The request", "", json.At("parameters")));
  CAIRN_TRY(ReadTurn(json.At("parameters"), question));
  for (const Json& input : json.At("inputs").items())
    CAIRN_TRY(AddColumns(question, offer, CAIRN_TRY(ReadInput(input, binary))));
  if (!binary.empty()) return Wrong("The body holds more bytes than its inputs' 'binary_data_size' say");
  return question;
}

std::vector<Wanted> EveryOutput(const Offer& offer, bool binary) {
  std::vector<Wanted> wanted;
  for (const auto& port : offer.signature.outputs) wanted.push_back({port.name, binary});
  if (wanted.empty()) wanted = {{"label", binary}, {"probabilities", binary}};
  return wanted;
}

Result<std::vector<Wanted>> ReadWanted(const Json& json, const Offer& offer) {
  const bool otherwise = json.At("parameters").Bool("binary_data_output");
  const auto& ports = offer.signature.outputs;
  std::vector<Wanted> wanted;
  for (const Json& output : json.At("outputs").items()) {
    const Json& parameters = output.At("parameters");
    wanted.push_back({CAIRN_TRY(RequiredText(output, "name")), parameters.Bool("binary_data", otherwise)});
    CAIRN_TRY(CheckParameters("Output", wanted.back().name, parameters));
    const bool known = std::any_of(ports.begin(), ports.end(),
                                   [&](const auto& port) { return port.name == wanted.back().name; });
    if (!known && !ports.empty())
      return Wrong("unexpected inference output '" + wanted.back().name + "' for model '" + offer.model +
                   "'");
  }
  return wanted.empty() ? EveryOutput(offer, otherwise) : wanted;
}

/// A body that is nothing but the bytes of the model's only input.
Result<InferRequest> ReadRaw(std::string_view body, const Offer& offer) {
  if (offer.signature.inputs.size() != 1)
    return Wrong("Raw tensors without JSON are for models with one input, and model '" + offer.model +
                 "' has " + std::to_string(offer.signature.inputs.size()));
  const auto& port = offer.signature.inputs[0];
  GivenTensor tensor{port.name, port.type, {}, {}};
  const auto width = static_cast<std::int64_t>(offer.matrix ? offer.columns.size() : 1);
  if (port.type == runtime::DataType::Bytes) {
    if (width != 1) return Wrong("A raw text is one element, and input '" + port.name + "' has more");
    const auto length = static_cast<std::uint32_t>(body.size());
    std::string framed(reinterpret_cast<const char*>(&length), sizeof length);
    framed += body;
    tensor.shape = {1, 1};
    tensor.elements = CAIRN_TRY(ReadBinary(port.name, port.type, tensor.shape, framed));
  } else {
    const std::size_t row = runtime::SizeOf(port.type) * static_cast<std::size_t>(width);
    if (body.empty() || body.size() % row != 0)
      return Wrong("The body has " + std::to_string(body.size()) + " bytes, and a row of input '" +
                   port.name + "' takes " + std::to_string(row));
    tensor.shape = {static_cast<std::int64_t>(body.size() / row), width};
    tensor.elements = CAIRN_TRY(ReadBinary(port.name, port.type, tensor.shape, body));
  }
  InferRequest read{{}, EveryOutput(offer, true)};
  CAIRN_TRY(AddColumns(read.question, offer, std::move(tensor)));
  return read;
}

}  // namespace

Result<InferRequest> ReadInferRequest(const http::Request& request, const Offer& offer) {
  std::string unpacked;
  const std::string_view body = CAIRN_TRY(BodyOf(request, unpacked));
  const auto length = CAIRN_TRY(JsonLengthOf(request, body.size()));
  if (length && *length == 0) return ReadRaw(body, offer);
  const auto json = ParseRequest(body.substr(0, length.value_or(body.size())));
  if (!json) return Wrong("failed to parse the request JSON buffer: " + json.error().message);
  const std::string_view binary = length ? body.substr(*length) : std::string_view();
  InferRequest read;
  read.question = CAIRN_TRY(ReadQuestion(*json, binary, offer));
  read.wanted = CAIRN_TRY(ReadWanted(*json, offer));
  return read;
}

}  // namespace cairn::inference
