#include "ground/http/message.h"

#include "ground/vocabulary/text.h"

namespace cairn::http {

std::string_view Headers::Get(std::string_view name) const {
  for (const auto& [key, value] : fields_) {
    if (EqualsIgnoringCase(key, name)) return value;
  }
  return {};
}

bool Headers::Has(std::string_view name) const {
  for (const auto& field : fields_) {
    if (EqualsIgnoringCase(field.first, name)) return true;
  }
  return false;
}

std::string_view Request::Captured(std::string_view name) const {
  for (const auto& [key, value] : captures) {
    if (key == name) return value;
  }
  return {};
}

Result<std::vector<std::pair<std::string, std::string>>> Request::QueryParameters() const {
  std::vector<std::pair<std::string, std::string>> parameters;
  if (query.empty()) return parameters;
  for (const std::string_view part : Split(query, '&')) {
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    auto name = CAIRN_TRY(PercentDecode(part.substr(0, equals), UrlPart::Query));
    std::string value;
    if (equals != std::string_view::npos) {
      value = CAIRN_TRY(PercentDecode(part.substr(equals + 1), UrlPart::Query));
    }
    parameters.emplace_back(std::move(name), std::move(value));
  }
  return parameters;
}

std::optional<std::string> Request::QueryParameter(std::string_view name) const {
  const auto parameters = QueryParameters();
  if (!parameters) return std::nullopt;
  for (const auto& [key, value] : *parameters) {
    if (key == name) return value;
  }
  return std::nullopt;
}

Response Response::Text(int status, std::string text, std::string_view type) {
  Response response;
  response.status = status;
  response.headers.Add("Content-Type", std::string(type));
  response.body = std::move(text);
  return response;
}

Response Response::Json(int status, std::string json) {
  return Text(status, std::move(json), "application/json");
}

Response Response::Json(int status, std::shared_ptr<const std::string> json) {
  Response response = Json(status, std::string());
  response.shared = std::move(json);
  return response;
}

}  // namespace cairn::http
