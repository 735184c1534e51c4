#include "server/cairn/documents.h"

#include <memory>

#include "ground/vocabulary/text.h"
#include "loop/documents/document.h"
#include "server/cairn/answer.h"

namespace cairn::api {
namespace {

using documents::Shape;

Result<Json> WriteDocument(const evidence::Rooms& rooms, const Call& call) {
  documents::Wanted wanted{call.Path("document"), call.Query("name"), 0, Shape::Markdown};
  const documents::Form& form = *CAIRN_TRY(documents::FormNamed(wanted.form));
  if (wanted.name.empty() && !form.about_project)
    return Error{Reason::InvalidArgument, "say about which model or data set: ?name="};
  if (const auto version = call.Query("version"); !version.empty())
    wanted.version = CAIRN_TRY(ParseInt(version));
  const std::string shape = call.Query("shape");
  if (shape != "" && shape != "markdown" && shape != "html")
    return Error{Reason::InvalidArgument, "'shape' must be markdown or html"};
  if (shape == "html") wanted.shape = Shape::Html;
  const auto written = CAIRN_TRY(documents::Write(rooms, wanted));
  Json missing = Json::Array();
  for (const auto& one : written.missing)
    missing.Push(Json{{"section", one.section}, {"question", one.question}, {"place", one.place}});
  return Json{{"document", wanted.form},          {"name", written.name},
              {"version", written.version},       {"text", written.text},
              {"statements", written.statements}, {"records", written.records},
              {"missing", std::move(missing)}};
}

Result<Json> VerifyDocument(const evidence::Rooms& rooms, const Call& call) {
  return documents::Verify(rooms, CAIRN_TRY(RequiredText(call.body, "text")));
}

}  // namespace

void MountDocuments(http::Router& router, evidence::Rooms given) {
  const auto rooms = std::make_shared<const evidence::Rooms>(std::move(given));
  router.Get("/api/v1/documents/{document}",
             Answer([rooms](const Call& call) { return WriteDocument(*rooms, call); }), http::Lane::Bytes);
  router.Post("/api/v1/documents/verify",
              Answer([rooms](const Call& call) { return VerifyDocument(*rooms, call); }), http::Lane::Bytes);
}

}  // namespace cairn::api
