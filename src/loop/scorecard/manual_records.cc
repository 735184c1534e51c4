#include "loop/scorecard/manual_records.h"

#include "ground/crypto/hash.h"
#include "ground/crypto/signature.h"
#include "ground/vocabulary/digest.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/text.h"
#include "ledger/governance/refusal.h"
#include "ledger/governance/roles.h"
#include "ledger/metadata/log.h"
#include "loop/scorecard/rubric/rubric.h"

namespace cairn::scorecard {
namespace {

Error Denied(std::string message) { return {Reason::Denied, std::move(message)}; }

Result<> CheckTest(const ManualTest& test, TimeMs now) {
  const auto wrong = [](std::string message) { return Error{Reason::InvalidArgument, std::move(message)}; };
  if (EntryOf(test.test) == nullptr)
    return wrong("'" + test.test + "' is no test of the rubric: `cairn score --all` lists the 28");
  if (!IsHex(test.report, 64))
    return wrong("the report of " + test.test + " must be named by its SHA-256, 64 hexadecimal digits");
  if (Trim(test.place).empty()) return wrong("say where others find the report of " + test.test);
  // The clocks of two machines are not quite alike.
  constexpr std::int64_t kSkewMs = 60'000;
  if (test.done <= 0 || test.done > now + kSkewMs)
    return wrong("a test is recorded after it was done: " + FormatUtc(test.done) + " is still to come");
  return Done{};
}

/// Whose signature it is over `statement`, among the principals of the accepted configuration.
Result<governance::Principal> SignerOf(sql::Connection& connection, const std::string& statement,
                                       const governance::Signature& signature) {
  const auto authority = CAIRN_TRY(governance::AuthorityIn(connection));
  const governance::Principal* principal = authority.Find(signature.principal);
  if (principal == nullptr)
    return Denied("'" + signature.principal + "' is no principal of the accepted configuration");
  if (!crypto::Verify(principal->key, statement, signature.value))
    return Denied("the signature is not " + principal->name + "'s over exactly this record");
  return *principal;
}

metadata::Event EventOf(const std::string& kind, const std::string& record, const std::string& test,
                        const governance::Principal& principal, const governance::Signature& signature) {
  return {"scorecard." + kind, "test_record:" + record, principal.name, "",
          Json{{"record", record},
               {"test", test},
               {"principal", principal.name},
               {"key", principal.key},
               {"signature", signature.value}}};
}

}  // namespace

std::string ManualTest::Id() const { return crypto::Sha256Hex(RecordStatement(*this)); }

std::string RecordStatement(const ManualTest& test) {
  return Json{{"action", "record_test"}, {"test", test.test},     {"done", test.done},
              {"passed", test.passed},   {"report", test.report}, {"place", test.place}}
      .Canonical();
}

std::string AcknowledgementStatement(const std::string& record) {
  return Json{{"action", "acknowledge_test"}, {"record", record}}.Canonical();
}

Result<std::string> ManualTests::Record(const ManualTest& test, const governance::Signature& signature) {
  auto recorded = RecordOnce(test, signature);
  if (recorded) return recorded;
  return governance::Recorded(
      database_, clock_, {"record_test", "test_record:" + test.Id(), signature.principal}, recorded.error());
}

Result<> ManualTests::Acknowledge(const std::string& record, const governance::Signature& signature) {
  auto acknowledged = AcknowledgeOnce(record, signature);
  if (acknowledged) return acknowledged;
  return governance::Recorded(database_, clock_,
                              {"acknowledge_test", "test_record:" + record, signature.principal},
                              acknowledged.error());
}

Result<std::string> ManualTests::RecordOnce(const ManualTest& test, const governance::Signature& signature) {
  const TimeMs now = clock_.Now();
  CAIRN_TRY(CheckTest(test, now));
  const std::string id = test.Id();
  const auto known =
      CAIRN_TRY(metadata::Log(database_).Read({.kind = "scorecard.", .subject = "test_record:" + id}));
  if (!known.empty())
    return Error{Reason::AlreadyExists, "exactly this was recorded at " + FormatUtc(known.front().at) +
                                            " as " + id.substr(0, 12) +
                                            "…; do the test again to record it anew"};
  return database_.Transact([&](sql::Connection& connection) -> Result<std::string> {
    const auto principal = CAIRN_TRY(SignerOf(connection, RecordStatement(test), signature));
    auto event = EventOf("test_recorded", id, test.test, principal, signature);
    event.body.Set("done", test.done).Set("passed", test.passed);
    event.body.Set("report", test.report).Set("place", test.place);
    CAIRN_TRY(metadata::Append(connection, now, event));
    return id;
  });
}

Result<> ManualTests::AcknowledgeOnce(const std::string& record, const governance::Signature& signature) {
  const auto known =
      CAIRN_TRY(metadata::Log(database_).Read({.kind = "scorecard.", .subject = "test_record:" + record}));
  if (known.empty())
    return Error{Reason::NotFound,
                 "no test was recorded as '" + record + "': `cairn score --all` lists them"};
  const std::string test = known.front().event.body.Text("test");
  return database_.Transact([&](sql::Connection& connection) -> Result<> {
    const auto principal = CAIRN_TRY(SignerOf(connection, AcknowledgementStatement(record), signature));
    for (const auto& moment : known) {
      const Json& body = moment.event.body;
      const bool same = body.Text("principal") == principal.name || body.Text("key") == principal.key;
      if (same && moment.event.kind == "scorecard.test_recorded")
        return Denied("'" + principal.name + "' did " + test +
                      " and cannot acknowledge it; somebody else must");
      if (same)
        return Error{Reason::AlreadyExists, "'" + principal.name + "' has acknowledged this record already"};
    }
    CAIRN_TRY(metadata::Append(connection, clock_.Now(),
                               EventOf("test_acknowledged", record, test, principal, signature)));
    return Done{};
  });
}

}  // namespace cairn::scorecard
