#include "ledger/metadata/event.h"

#include "ground/os/identity.h"
#include "ground/vocabulary/text.h"
#include "ledger/metadata/store/event_table.h"
#include "ledger/metadata/store/lineage_table.h"

namespace cairn::metadata {
namespace {

Json BodyOf(const Event& event) {
  if (event.lineage.empty()) return event.body;
  Json body = event.body;
  return body.Set("lineage", ToJson(event.lineage));
}

}  // namespace

Result<std::string> Append(sql::Connection& connection, TimeMs now, const Event& event) {
  EventRow row;
  row.id = os::NewUuid(now);
  row.at = now;
  row.kind = event.kind;
  row.subject = event.subject;
  row.actor = event.actor;
  row.cause = event.cause;
  row.body = BodyOf(event).Canonical();
  if (row.kind.empty() || !event.body.IsObject()) {
    return Error{Reason::Internal,
                 "an event needs a kind and an object as its body; '" + row.kind + "' has not both"};
  }
  for (const auto* text : {&row.kind, &row.subject, &row.actor, &row.cause, &row.body}) {
    if (!IsUtf8(*text) || text->find('\0') != std::string::npos) {
      return Error{Reason::InvalidArgument,
                   "the event '" + event.kind + "' holds text that is not UTF-8: " +
                       "its subject, actor, cause and body must be UTF-8 without NUL"};
    }
  }
  CAIRN_TRY(InsertEvent(connection, row));
  CAIRN_TRY(InsertEdges(connection, EdgesOf(row.id, event.subject, event.lineage)));
  return row.id;
}

}  // namespace cairn::metadata
