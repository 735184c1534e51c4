#include "fuzz/offers.h"
#include "fuzz/property.h"
#include "server/inference/infer_request.h"

namespace inference = cairn::inference;
using cairn::fuzz::Hold;

namespace {

void Check(const cairn::http::Request& request, const cairn::serving::Offer& offer) {
  const auto read = inference::ReadInferRequest(request, offer);
  if (!read) return;
  for (const auto& [name, column] : read->question.columns)
    Hold(column.size() == read->question.rows, "a column has a value for each row");
  Hold(!read->wanted.empty(), "some output is wanted");
}

}  // namespace

/// A request to infer: JSON, NUL, and the bytes of binary tensors; as JSON alone; as bare bytes; packed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto offers = cairn::fuzz::Offers();
  const auto bytes = cairn::fuzz::Bytes(data, size);
  auto binary = bytes;
  const auto json = cairn::fuzz::TakePart(binary, '\0');
  cairn::http::Request parts, alone, bare, packed;
  parts.body = std::string(json) + std::string(binary);
  parts.headers.Add(std::string(inference::kJsonLength), std::to_string(json.size()));
  alone.body = bare.body = packed.body = bytes;
  bare.headers.Add(std::string(inference::kJsonLength), "0");
  packed.headers.Add("Content-Encoding", "gzip");
  for (const auto& offer : offers)
    for (const auto* request : {&parts, &alone, &bare, &packed}) Check(*request, offer);
  return 0;
}
