#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "ground/http/router.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

/// The own API under /api/v1: JSON in, JSON out. Errors are {"error": {"reason": "NotFound", "message": "…"}}
/// with the status of StatusOf.
namespace cairn::api {

/// A request, read: body and query are decoded once, before the handler runs.
struct Call {
  const http::Request& request;
  Json body;  ///< The JSON object of the body; an empty object when there was none.

  /// The value captured from the path.
  std::string Path(std::string_view name) const { return std::string(request.Captured(name)); }
  /// A query parameter, or "".
  std::string Query(std::string_view name) const { return request.QueryParameter(name).value_or(""); }
  /// Who calls: the principal named in the header X-Cairn-Actor, or "client". It is a claim, not a proof:
  /// whatever needs proof is signed.
  std::string Actor() const;
};

/// The one place where this door reads a Reason.
int StatusOf(Reason reason);
/// The reason that an error answer names; Internal when it is not ours.
Reason ReasonOf(std::string_view name);

http::Response Reply(const Result<Json>& answer);

using JsonHandler = std::function<Result<Json>(const Call&)>;
/// Wraps a handler: body must be a JSON object (or absent), the answer becomes 200 or the error's status.
http::Handler Answer(JsonHandler handler);

}  // namespace cairn::api
