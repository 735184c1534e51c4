#include "server/cairn/proofs.h"

#include "loop/scorecard/manual_records.h"
#include "loop/scorecard/test_score.h"
#include "loop/scorecard/verification.h"
#include "server/cairn/answer.h"
#include "server/cairn/governing.h"

namespace cairn::api {
namespace {

/// ?test=
Result<Json> VerifyScore(const ProofRooms& rooms, const Call& call) {
  const auto history = CAIRN_TRY(scorecard::History::Read(rooms.log));
  const auto governing = CAIRN_TRY(GoverningIn(rooms.configurations));
  const auto score =
      CAIRN_TRY(scorecard::Judge(history, governing ? &governing->document : nullptr, rooms.clock.Now()));
  return scorecard::Verify(score, {rooms.log, rooms.decisions, rooms.contract}, call.Query("test"));
}

Result<governance::Signature> SignatureIn(const Call& call) {
  return governance::Signature{CAIRN_TRY(RequiredText(call.body, "signer")),
                               CAIRN_TRY(RequiredText(call.body, "signature"))};
}

Result<Json> RecordTest(const ProofRooms& rooms, const Call& call) {
  scorecard::ManualTest test;
  test.test = CAIRN_TRY(RequiredText(call.body, "test"));
  test.report = CAIRN_TRY(RequiredText(call.body, "report"));
  test.place = CAIRN_TRY(RequiredText(call.body, "place"));
  test.done = call.body.Int("done");
  if (!call.body.At("passed").IsBool())
    return Error{Reason::InvalidArgument, "'passed' must be true or false: what came of the test"};
  test.passed = call.body.Bool("passed");
  scorecard::ManualTests tests(rooms.database, rooms.clock);
  return Json{{"record", CAIRN_TRY(tests.Record(test, CAIRN_TRY(SignatureIn(call))))}};
}

Result<Json> AcknowledgeTest(const ProofRooms& rooms, const Call& call) {
  scorecard::ManualTests tests(rooms.database, rooms.clock);
  const std::string record = call.Path("record");
  CAIRN_TRY(tests.Acknowledge(record, CAIRN_TRY(SignatureIn(call))));
  return Json{{"record", record}};
}

}  // namespace

void MountProofs(http::Router& router, ProofRooms rooms) {
  router.Get("/api/v1/score/verify", Answer([rooms](const Call& call) { return VerifyScore(rooms, call); }));
  router.Post("/api/v1/score/records", Answer([rooms](const Call& call) { return RecordTest(rooms, call); }));
  router.Post("/api/v1/score/records/{record}/acknowledge",
              Answer([rooms](const Call& call) { return AcknowledgeTest(rooms, call); }));
}

}  // namespace cairn::api
