#include "ground/http/wire/response_head.h"

#include <charconv>
#include <ctime>

#include "ground/vocabulary/text.h"

namespace cairn::http::wire {
namespace {

std::string_view PhraseOf(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 507:
      return "Insufficient Storage";
    default:
      return "Status";
  }
}

/// "Sun, 06 Nov 1994 08:49:37 GMT", made once a second and thread.
std::string_view DateNow() {
  thread_local std::time_t made = 0;
  thread_local char text[40];
  thread_local std::size_t length = 0;
  const std::time_t now = std::time(nullptr);
  if (now != made || length == 0) {
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    length = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    made = now;
  }
  return {text, length};
}

void AppendNumber(std::string& out, std::uint64_t number) {
  char digits[24];
  const auto [end, code] = std::to_chars(digits, digits + sizeof digits, number);
  out.append(digits, end);
}

bool IsOurs(std::string_view name) {
  for (const std::string_view ours :
       {"Content-Length", "Connection", "Date", "Server", "Transfer-Encoding"}) {
    if (EqualsIgnoringCase(name, ours)) return true;
  }
  return false;
}

void AppendClean(std::string& out, std::string_view text) {
  for (const char c : text) out += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
}

}  // namespace

void AppendHead(std::string& out, const Response& response, const Framing& framing) {
  out += "HTTP/1.1 ";
  AppendNumber(out, static_cast<std::uint64_t>(response.status));
  out += ' ';
  out += PhraseOf(response.status);
  out += "\r\nServer: cairn\r\nDate: ";
  out += DateNow();
  out += "\r\nX-Content-Type-Options: nosniff\r\n";
  if (!framing.frame_options.empty()) {
    out += "X-Frame-Options: ";
    out += framing.frame_options;
    out += "\r\n";
  }
  for (const auto& [name, value] : response.headers.fields()) {
    if (IsOurs(name)) continue;
    AppendClean(out, name);
    out += ": ";
    AppendClean(out, value);
    out += "\r\n";
  }
  if (response.status >= 200 && response.status != 204 && response.status != 304) {
    out += "Content-Length: ";
    AppendNumber(out, framing.length);
    out += "\r\n";
  }
  if (!framing.keep_alive) {
    out += "Connection: close\r\n";
  } else if (framing.say_keep_alive) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
}

}  // namespace cairn::http::wire
