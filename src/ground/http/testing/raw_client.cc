#include "ground/http/testing/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "ground/vocabulary/text.h"

namespace cairn::http::testing {
namespace {

void SetTimeout(int descriptor) {
  const timeval limit{30, 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

}  // namespace

RawClient::RawClient(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  connected_ = ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  const int on = 1;
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  SetTimeout(descriptor_);
}

RawClient::RawClient(const std::string& socket_path)
    : descriptor_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, socket_path.c_str(), sizeof address.sun_path - 1);
  connected_ = ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  SetTimeout(descriptor_);
}

RawClient::~RawClient() { ::close(descriptor_); }

bool RawClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void RawClient::EndSending() { ::shutdown(descriptor_, SHUT_WR); }

bool RawClient::Fill() {
  char chunk[65536];
  while (true) {
    const ssize_t got = ::recv(descriptor_, chunk, sizeof chunk, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    unread_.append(chunk, static_cast<std::size_t>(got));
    return true;
  }
}

std::string RawClient::Answer::Field(std::string_view name) const {
  for (const std::string_view line : Split(head, '\n')) {
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && EqualsIgnoringCase(line.substr(0, colon), name)) {
      return std::string(Trim(line.substr(colon + 1)));
    }
  }
  return "";
}

RawClient::Answer RawClient::ReadHead() {
  std::size_t end = 0;
  while ((end = unread_.find("\r\n\r\n")) == std::string::npos) {
    if (!Fill()) return {};
  }
  Answer answer;
  answer.head = unread_.substr(0, end + 2);
  unread_.erase(0, end + 4);
  if (answer.head.size() > 12)
    std::from_chars(answer.head.data() + 9, answer.head.data() + 12, answer.status);
  return answer;
}

RawClient::Answer RawClient::Read() {
  Answer answer = ReadHead();
  const std::string length = answer.Field("Content-Length");
  std::size_t size = 0;
  std::from_chars(length.data(), length.data() + length.size(), size);
  while (unread_.size() < size) {
    if (!Fill()) return {};
  }
  answer.body = unread_.substr(0, size);
  unread_.erase(0, size);
  return answer;
}

RawClient::Answer RawClient::Ask(std::string_view request) {
  Send(request);
  return Read();
}

bool RawClient::EndsQuietly() {
  Fill();
  return unread_.empty();
}

}  // namespace cairn::http::testing
