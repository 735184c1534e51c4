#include "server/inference/asked.h"

#include "ground/vocabulary/text.h"
#include "server/inference/outputs.h"

namespace cairn::inference {

http::Response Refused(int status, const std::string& message) {
  return http::Response::Json(status, Json{{"error", message}}.Dump());
}
http::Response Refused(const Error& error) {
  auto response = Refused(StatusOf(error.reason), error.message);
  if (error.reason == Reason::Unavailable) response.headers.Add("Retry-After", "1");
  return response;
}

Result<std::shared_ptr<const serving::Offer>> Asked(serving::Service& service, const http::Request& request) {
  const auto offer = service.offer();
  const std::string model(request.Captured("model")), version(request.Captured("version"));
  if (model != offer->model || model.empty())
    return Error{Reason::NotFound, "Request for unknown model: '" + model + "' is not found"};
  if (version.empty()) return offer;
  const auto number = ParseInt(version);
  if (number && *number > 0) {
    if (*number == offer->version) return offer;
    auto described = service.Describe(*number);
    if (described || described.error().reason != Reason::NotFound) return described;
  }
  return Error{Reason::NotFound,
               "Request for unknown model: '" + model + "' version " + version + " is not found"};
}

}  // namespace cairn::inference
