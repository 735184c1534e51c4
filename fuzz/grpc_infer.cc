#include "fuzz/offers.h"
#include "fuzz/property.h"
#include "server/inference/grpc/contents.h"
#include "server/inference/grpc/infer_codec.h"
#include "server/inference/infer_request.h"

namespace rest = cairn::inference;
namespace oip = ::inference;
using cairn::fuzz::Hold;

namespace {

/// What was typed comes back as it was: through its bytes and into contents again.
void GoRound(const oip::ModelInferRequest::InferInputTensor& input) {
  const auto type = cairn::runtime::DataTypeNamed(input.datatype());
  const auto bytes = rest::BytesOf(input);
  if (!type || !bytes) return;
  oip::InferTensorContents back;
  Hold(rest::PutContents(*type, *bytes, back), "a type that has contents takes them");
  auto again = input;
  *again.mutable_contents() = back;
  Hold(*rest::BytesOf(again) == *bytes, "contents and bytes are the same elements");
}

void Answer(const cairn::http::Request& asked, const oip::ModelInferRequest& request) {
  auto echo = cairn::http::Response::Text(200, asked.body, "application/octet-stream");
  for (const auto& [name, value] : asked.headers.fields()) echo.headers.Add(name, value);
  oip::ModelInferResponse response;
  static_cast<void>(bool(rest::Put(echo, request, response)));
}

}  // namespace

/// A message of ModelInfer as it arrives.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto offers = cairn::fuzz::Offers();
  oip::ModelInferRequest request;
  if (!request.ParseFromArray(data, static_cast<int>(size))) return 0;
  for (const auto& input : request.inputs()) GoRound(input);
  const auto asked = rest::RestOf(request);
  if (!asked) return 0;
  Answer(*asked, request);
  for (const auto& offer : offers) {
    const auto read = rest::ReadInferRequest(*asked, offer);
    if (!read) continue;
    for (const auto& [name, column] : read->question.columns)
      Hold(column.size() == read->question.rows, "a column has a value for each row");
  }
  return 0;
}
