#include "server/mlflow/file_answer.h"

#include <algorithm>
#include <string>

#include "ground/vocabulary/text.h"
#include "server/mlflow/endpoint.h"

namespace cairn::mlflow {
namespace {

constexpr std::string_view kTextual[] = {"txt", "log",        "err",   "cfg",     "conf",     "cnf",  "cf",
                                         "ini", "properties", "prop",  "hocon",   "toml",     "yaml", "yml",
                                         "xml", "json",       "js",    "py",      "py3",      "csv",  "tsv",
                                         "md",  "rst",        "ipynb", "MLmodel", "MLproject"};

struct Type {
  std::string_view extension, type;
};
constexpr Type kTypes[] = {
    {"html", "text/html"},      {"htm", "text/html"},       {"png", "image/png"},
    {"jpg", "image/jpeg"},      {"jpeg", "image/jpeg"},     {"gif", "image/gif"},
    {"svg", "image/svg+xml"},   {"webp", "image/webp"},     {"pdf", "application/pdf"},
    {"zip", "application/zip"}, {"gz", "application/gzip"}, {"tar", "application/x-tar"},
    {"mp4", "video/mp4"},       {"wav", "audio/x-wav"},     {"css", "text/css"}};

bool IsPlainAscii(std::string_view name) {
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return c >= 32 && c < 127 && c != '"' && c != '\\'; });
}

std::string Disposition(std::string_view name) {
  if (IsPlainAscii(name)) return "attachment; filename=\"" + std::string(name) + "\"";
  return "attachment; filename*=UTF-8''" + PercentEncode(name);
}

/// Whether an If-None-Match names the tag, alone, in a list, as a weak one, or as '*'.
bool Names(std::string_view condition, std::string_view tag) {
  return condition == "*" || condition.find(tag) != std::string_view::npos;
}

}  // namespace

std::string_view TypeOf(std::string_view name) {
  const auto extension = name.substr(name.rfind('.') + 1);
  if (std::find(std::begin(kTextual), std::end(kTextual), extension) != std::end(kTextual))
    return "text/plain";
  const auto lower = LowerAscii(extension);
  // Clients are told what is inside, as Python's mimetypes does.
  if (lower == "gz" && name.size() > 3) {
    const auto inner = TypeOf(name.substr(0, name.size() - 3));
    if (inner != "application/octet-stream") return inner;
  }
  for (const auto& type : kTypes) {
    if (type.extension == lower) return type.type;
  }
  return "application/octet-stream";
}

http::Response FileAnswer(const http::Request& request, const tracking::Artifacts::File& file) {
  const std::string_view path(file.path);
  const auto name = path.substr(path.rfind('/') + 1);
  const auto tag = file.version.empty() ? "" : "\"" + file.version + "\"";
  http::Response response;
  if (!tag.empty()) response.headers.Add("ETag", tag);
  if (!tag.empty() && Names(request.headers.Get("If-None-Match"), tag)) {
    response.status = 304;
    return response;
  }
  response.headers.Add("Content-Type", std::string(TypeOf(name)));
  response.headers.Add("Content-Disposition", Disposition(name));
  response.file = http::FileBody{file.path, 0, file.bytes};
  return response;
}

http::Response Download(const http::Request& request, const Result<tracking::Artifacts::File>& file) {
  return file ? FileAnswer(request, *file) : Refusal(file.error());
}

}  // namespace cairn::mlflow
