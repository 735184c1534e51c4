#include "loop/scorecard/canvas.h"

#include "ground/crypto/hash.h"
#include "loop/charter/charter.h"
#include "server/cairn/answer.h"
#include "server/cairn/governing.h"
#include "server/cairn/mount.h"

namespace cairn::api {
namespace {

/// The text to make a canvas of: the request's own, or the accepted configuration.
struct Text {
  std::string text, file = "cairn.yaml";
};

Result<Text> TextOf(const ScorecardRooms& rooms, const Json& body) {
  if (body.Find("text")) return Text{CAIRN_TRY(RequiredText(body, "text")), body.Text("file", "cairn.yaml")};
  const auto accepted = CAIRN_TRY(rooms.configurations.Accepted());
  if (accepted) return Text{accepted->text, "the accepted cairn.yaml"};
  return Error{Reason::NotFound, "no configuration is accepted yet: `cairn apply` submits cairn.yaml"};
}

struct Made {
  Json canvas;
  std::string html;
};

Result<Made> Make(const ScorecardRooms& rooms, const Json& body, std::string_view kind) {
  const auto given = CAIRN_TRY(TextOf(rooms, body));
  const Node configuration = CAIRN_TRY(ParseYaml(given.text, given.file));
  const auto charter = CAIRN_TRY(charter::Parse(configuration));
  const auto kpis = CAIRN_TRY(scorecard::StatusOf(charter.kpis, rooms.meters));
  const auto history = CAIRN_TRY(scorecard::History::Read(rooms.log));
  const auto canvas = CAIRN_TRY(scorecard::CanvasNamed(kind, {configuration, history, kpis}));
  const std::string digest = crypto::Sha256Hex(given.text);
  return Made{ToJson(canvas).Set("digest", digest), scorecard::HtmlPage(canvas, digest)};
}

}  // namespace

void MountCanvas(http::Router& router, const ScorecardRooms& rooms) {
  router.Post("/api/v1/canvas", Answer([rooms](const Call& call) -> Result<Json> {
                auto made = CAIRN_TRY(Make(rooms, call.body, call.body.Text("kind", "ml")));
                return made.canvas.Set("html", std::move(made.html));
              }),
              http::Lane::Read);
  router.Get("/canvas/{kind}", [rooms](const http::Request& request) {
    const auto made = Make(rooms, Json::Object(), request.Captured("kind"));
    return made ? http::Response::Text(200, made->html, "text/html; charset=utf-8") : Reply(made.error());
  });
}

}  // namespace cairn::api
