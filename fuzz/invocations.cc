#include "fuzz/offers.h"
#include "fuzz/property.h"
#include "server/inference/lenient.h"
#include "server/inference/scoring_body.h"

using cairn::fuzz::Hold;

namespace {

/// A request asks for memory in proportion to its size.
void Check(const cairn::Result<cairn::inference::ScoringBody>& body, std::size_t size, bool even) {
  if (!body) return;
  const auto& question = body->question;
  std::size_t values = 0;
  for (const auto& [name, column] : question.columns) {
    values += column.size();
    Hold(!even || column.size() == question.rows, "a column has a value for each row");
  }
  Hold(values <= 100'000 + 16 * size, "a small request stays small");
}

}  // namespace

/// A body of POST /invocations, as JSON and as CSV.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto offers = cairn::fuzz::Offers();
  cairn::contract::Contract contract;
  contract.columns.emplace_back().name = "b";
  const auto bytes = cairn::fuzz::Bytes(data, size);
  const auto json = cairn::inference::ParseRequest(bytes);
  for (const auto& offer : offers) {
    // Columns under "inputs" may differ in length here; the service refuses them by name.
    if (json)
      Check(cairn::inference::ReadScoringJson(*json, offer), size,
            !json->Find("inputs") && !json->Find("instances"));
    Check(cairn::inference::ReadScoringCsv(bytes, offer, contract), size, true);
  }
  return 0;
}
