#include "fuzz/property.h"
#include "server/mlflow/graphql/execute.h"

using cairn::Json;
using cairn::fuzz::Hold;

/// A query from the text to its answer, over calls that find nothing or give one of everything.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Json question{{"query", cairn::fuzz::Bytes(data, size)}};
  int calls = 0;
  const auto answer = cairn::mlflow::graphql::Execute(
      question, [&](std::string_view call, const Json&) -> cairn::Result<Json> {
        if (++calls % 3 == 0) return cairn::Error{cairn::Reason::NotFound, "nothing there"};
        const Json run{{"info", Json{{"run_id", call}, {"experiment_id", "1"}}}};
        return Json{{"run", run}, {"runs", Json::Array({run, run})}, {"experiment", Json{{"name", "x"}}}};
      });
  Hold(answer.Find("data") != nullptr && answer.Find("errors") != nullptr, "an answer has data and errors");
  Hold(!answer.At("data").IsNull() || answer.At("errors").IsArray(), "no data means that errors say why");
  Hold(calls <= 1000, "the limits keep the number of calls small");
  return 0;
}
