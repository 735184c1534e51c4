#include "ground/fetch/socket_call.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>

#include "ground/fetch/answer_reader.h"
#include "ground/os/descriptor.h"
#include "ground/os/files.h"

namespace cairn::fetch {
namespace {

std::string PlaceOf(const SocketCall& call) {
  return call.socket_path.empty() ? "127.0.0.1:" + std::to_string(call.port) : "'" + call.socket_path + "'";
}

Error Failed(const SocketCall& call, const std::string& doing, int code) {
  const bool late = code == EAGAIN || code == EWOULDBLOCK;
  const std::string why = late ? "no answer within " + std::to_string(call.timeout.count()) + " ms"
                               : std::generic_category().message(code);
  return {Reason::Unavailable, doing + " the server at " + PlaceOf(call) + " failed: " + why + "."};
}

Error NobodyThere(const SocketCall& call, int code) {
  if (code != ENOENT && code != ECONNREFUSED) return Failed(call, "Connecting to", code);
  return {Reason::Unavailable, "No server answers at " + PlaceOf(call) + ": start one with 'cairn up'."};
}

void SetTimeout(int descriptor, std::chrono::milliseconds timeout) {
  const timeval limit{timeout.count() / 1000, timeout.count() % 1000 * 1000};
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

Result<os::Descriptor> ConnectToFile(const SocketCall& call) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (call.socket_path.size() >= sizeof address.sun_path) {
    return Error{Reason::InvalidArgument,
                 "The path of the socket '" + call.socket_path + "' is too long for the system."};
  }
  std::memcpy(address.sun_path, call.socket_path.data(), call.socket_path.size());
  os::Descriptor descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!descriptor) return Failed(call, "Connecting to", errno);
  SetTimeout(descriptor.number(), call.timeout);
  if (::connect(descriptor.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return NobodyThere(call, errno);
  }
  return descriptor;
}

Result<os::Descriptor> ConnectToPort(const SocketCall& call) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(call.port);
  os::Descriptor descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!descriptor) return Failed(call, "Connecting to", errno);
  SetTimeout(descriptor.number(), call.timeout);
  const int on = 1;
  ::setsockopt(descriptor.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(descriptor.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return NobodyThere(call, errno);
  }
  return descriptor;
}

Result<std::string> HeadOf(const SocketCall& call, std::uint64_t body_bytes) {
  std::string head =
      call.method + " " + call.target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
  if (body_bytes > 0 || call.method == "POST" || call.method == "PUT" || call.method == "PATCH") {
    head += "Content-Length: " + std::to_string(body_bytes) + "\r\n";
  }
  for (const auto& [name, value] : call.headers) head += name + ": " + value + "\r\n";
  for (const std::string* text : {&call.method, &call.target}) {
    if (text->find_first_of(" \r\n") != std::string::npos) {
      return Error{Reason::InvalidArgument, "'" + *text + "' cannot stand in an HTTP request: escape it."};
    }
  }
  for (const auto& [name, value] : call.headers) {
    if ((name + value).find_first_of("\r\n") != std::string::npos) {
      return Error{Reason::InvalidArgument, "The header '" + name + "' holds a line break."};
    }
  }
  return head + "\r\n";
}

/// False when the server stops listening early; it may have answered by then, so that is read first.
Result<bool> SendAll(const SocketCall& call, int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) return false;
    if (sent < 0) return Failed(call, "Sending to", errno);
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

/// As SendAll.
Result<bool> SendFile(const SocketCall& call, int descriptor, const os::Descriptor& file,
                      std::uint64_t bytes) {
  std::string piece(256 * 1024, '\0');
  while (bytes > 0) {
    const auto got = CAIRN_TRY(os::ReadSome(file.number(), piece.data(),
                                            std::min<std::uint64_t>(piece.size(), bytes), call.body_file));
    if (got == 0) return Error{Reason::Conflict, "'" + call.body_file + "' was cut while it was sent."};
    if (!CAIRN_TRY(SendAll(call, descriptor, std::string_view(piece.data(), got)))) return false;
    bytes -= got;
  }
  return true;
}

/// Head and body. As SendAll.
Result<bool> SendRequest(const SocketCall& call, int descriptor, const std::string& head,
                         const std::optional<os::Descriptor>& file, std::uint64_t bytes) {
  if (!file && bytes <= 16 * 1024) return SendAll(call, descriptor, head + call.body);
  if (!CAIRN_TRY(SendAll(call, descriptor, head))) return false;
  return file ? SendFile(call, descriptor, *file, bytes) : SendAll(call, descriptor, call.body);
}

}  // namespace

Result<Incoming> Call(const SocketCall& call) {
  std::optional<os::Descriptor> file;
  std::uint64_t bytes = call.body.size();
  if (!call.body_file.empty()) {
    file = CAIRN_TRY(os::OpenToRead(call.body_file));
    bytes = CAIRN_TRY(os::StatusOf(*file, call.body_file)).stamp.size;
  }
  const std::string head = CAIRN_TRY(HeadOf(call, bytes));
  const os::Descriptor descriptor =
      CAIRN_TRY(call.socket_path.empty() ? ConnectToPort(call) : ConnectToFile(call));
  CAIRN_TRY(SendRequest(call, descriptor.number(), head, file, bytes));
  AnswerReader reader(call.method == "HEAD", call.max_response_bytes, call.on_chunk);
  std::string chunk(64 * 1024, '\0');
  while (!reader.done()) {
    const ssize_t got = ::recv(descriptor.number(), chunk.data(), chunk.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Failed(call, "Reading from", errno);
    if (got == 0) {
      CAIRN_TRY(reader.End());
      break;
    }
    CAIRN_TRY(reader.Feed(std::string_view(chunk).substr(0, static_cast<std::size_t>(got))));
  }
  return std::move(reader).Take();
}

}  // namespace cairn::fetch
