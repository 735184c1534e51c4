#include "fuzz/property.h"
#include "ground/http/message.h"
#include "ground/http/router.h"
#include "ground/http/wire/byte_range.h"
#include "ground/http/wire/host_rules.h"

using cairn::fuzz::Hold;

namespace {

cairn::http::Response Nothing(const cairn::http::Request&) { return {}; }

const cairn::http::Router& Routes() {
  static cairn::http::Router router;
  static const bool made = [] {
    router.Get("/", Nothing);
    router.Get("/models/{name}", Nothing);
    router.Get("/models/{name}/versions/{version}", Nothing);
    router.Get("/models/{name}/latest", Nothing);
    router.Get("/files/{path...}", Nothing);
    router.Post("/files/{path...}", Nothing);
    return true;
  }();
  Hold(made, "the routes are there");
  return router;
}

void MatchPath(const std::string& path) {
  const auto match = Routes().Find("GET", path);
  if (!match.route) return;
  for (const auto& [name, value] : match.captures) {
    Hold(name == "path" || !value.empty(), "only {path...} may be empty");
    Hold(value.size() <= path.size(), "a capture is part of the path");
  }
}

void CutRange(std::string_view header, std::uint64_t size) {
  const auto range = cairn::http::wire::RangeOf(header, size);
  if (range.kind != cairn::http::wire::ByteRange::Kind::Part) return;
  Hold(range.length > 0 && range.length <= size && range.first <= size - range.length,
       "a part lies inside the file");
}

}  // namespace

/// path ? query NL Range NL Host NL Origin
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rest = cairn::fuzz::Bytes(data, size);
  auto target = cairn::fuzz::TakePart(rest, '\n');
  cairn::http::Request request;
  request.path = cairn::fuzz::TakePart(target, '?');
  request.query = target;
  const std::string range(cairn::fuzz::TakePart(rest, '\n'));
  request.headers.Add("Range", range);
  request.headers.Add("Host", std::string(cairn::fuzz::TakePart(rest, '\n')));
  request.headers.Add("Origin", std::string(rest));
  MatchPath(request.path);
  if (const auto parameters = request.QueryParameters(); parameters && !parameters->empty())
    Hold(request.QueryParameter(parameters->front().first) == parameters->front().second,
         "the first of a name is found");
  for (const std::uint64_t length : {std::uint64_t{0}, std::uint64_t{10}, ~std::uint64_t{0}})
    CutRange(range, length);
  static const cairn::http::Options options;
  static const cairn::http::wire::HostRules rules(options);
  (void)rules.Objection(request);
  return 0;
}
