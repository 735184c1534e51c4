#pragma once

#include <string>

#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "ground/vocabulary/result.h"
#include "ground/vocabulary/time.h"
#include "ledger/governance/configuration.h"

namespace cairn::scorecard {

/// A test of the rubric that was done by hand: half a point once another person has acknowledged it, for as
/// long as the cadence allows from the day on which it was done.
struct ManualTest {
  std::string test;    ///< "T-D2"
  TimeMs done = 0;     ///< When it was done.
  bool passed = true;  ///< What came of it.
  std::string report;  ///< SHA-256 of the document that describes it.
  std::string place;   ///< Where everybody finds that document: a path in the project or an address.

  /// Its id: the SHA-256 of what is signed. The same test done again has another, by its time or report.
  std::string Id() const;
};

/// What one signs who did it: canonical JSON of {"action": "record_test", "done", "passed", "place",
/// "report", "test"}.
std::string RecordStatement(const ManualTest& test);
/// What another signs who has read the report: canonical JSON of {"action": "acknowledge_test", "record"}.
std::string AcknowledgementStatement(const std::string& record);

/// Tests done by hand, kept as events alone: "scorecard.test_recorded" {record, test, done, passed, report,
/// place, principal, key, signature} and "scorecard.test_acknowledged" {record, test, principal, key,
/// signature}, both with subject "test_record:<id>". What is refused leaves an event too
/// (governance/refusal.h). Safe from any thread.
class ManualTests {
 public:
  /// Both must outlive it.
  ManualTests(sql::Database& database, const os::Clock& clock) : database_(database), clock_(clock) {}

  /// Gives the record's id. InvalidArgument: no such test, a report that is no SHA-256, no place, a time to
  /// come. Denied: the signer is no principal of the accepted configuration, or the signature is not theirs
  /// over exactly this. AlreadyExists for a record that is kept already: it does not get younger by being
  /// handed in again. Conflict before a configuration was accepted.
  Result<std::string> Record(const ManualTest& test, const governance::Signature& signature);
  /// Denied as above, and for the one who did the test, under whatever name: no key counts twice. NotFound
  /// without the record; AlreadyExists when this person has acknowledged it.
  Result<> Acknowledge(const std::string& record, const governance::Signature& signature);

 private:
  Result<std::string> RecordOnce(const ManualTest& test, const governance::Signature& signature);
  Result<> AcknowledgeOnce(const std::string& record, const governance::Signature& signature);

  sql::Database& database_;
  const os::Clock& clock_;
};

}  // namespace cairn::scorecard
