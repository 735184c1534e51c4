#include "fuzz/offers.h"
#include "fuzz/property.h"
#include "server/inference/columns.h"
#include "server/inference/lenient.h"
#include "server/inference/tensor_bytes.h"
#include "server/inference/tensor_json.h"

namespace inference = cairn::inference;
using cairn::Json;
using cairn::fuzz::Hold;

namespace {

/// The tensor that `input` describes: by its data, or by all bytes behind the JSON.
cairn::Result<inference::GivenTensor> Given(const Json& input, std::string_view binary) {
  const auto type = cairn::runtime::DataTypeNamed(input.Text("datatype"));
  if (!type) return cairn::Error{};
  inference::GivenTensor tensor{input.Text("name"), *type, {}, {}};
  tensor.shape = CAIRN_TRY(inference::ReadShape(tensor.name, input.At("shape")));
  tensor.elements =
      input.Find("data")
          ? CAIRN_TRY(inference::ReadElements(tensor.name, *type, tensor.shape, input.At("data")))
          : CAIRN_TRY(inference::ReadBinary(tensor.name, *type, tensor.shape, binary));
  return tensor;
}

}  // namespace

/// The inputs of an Open Inference Protocol request, NUL, and the bytes of binary tensors.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto offers = cairn::fuzz::Offers();
  auto binary = cairn::fuzz::Bytes(data, size);
  const auto json = inference::ParseRequest(cairn::fuzz::TakePart(binary, '\0'));
  if (!json) return 0;
  for (const auto& offer : offers) {
    cairn::serving::Question question;
    for (const Json& input : json->At("inputs").items()) {
      const auto tensor = Given(input, binary);
      if (!tensor) break;
      std::size_t elements = 1;
      for (const auto length : tensor->shape) elements *= static_cast<std::size_t>(length);
      Hold(tensor->elements.size() == elements, "a tensor has the elements of its shape");
      if (!inference::AddColumns(question, offer, *tensor)) break;
    }
    for (const auto& [name, column] : question.columns)
      Hold(column.size() == question.rows, "a column has a value for each row");
  }
  return 0;
}
