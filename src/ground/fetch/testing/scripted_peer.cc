#include "ground/fetch/testing/scripted_peer.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include "ground/vocabulary/text.h"

namespace cairn::fetch::testing {

ScriptedPeer::ScriptedPeer(std::vector<std::string> script, std::string socket_path)
    : script_(std::move(script)), socket_path_(std::move(socket_path)) {
  if (socket_path_.empty()) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  } else {
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, socket_path_.c_str(), sizeof address.sun_path - 1);
    ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  ::listen(listener_, 64);
  thread_ = std::thread([this] { Serve(); });
}

ScriptedPeer::~ScriptedPeer() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
  if (!socket_path_.empty()) ::unlink(socket_path_.c_str());
}

std::vector<std::string> ScriptedPeer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void ScriptedPeer::Serve() {
  while (true) {
    const int descriptor = ::accept(listener_, nullptr, nullptr);
    if (descriptor < 0) return;
    Answer(descriptor);
    ::close(descriptor);
  }
}

void ScriptedPeer::Answer(int descriptor) {
  std::string request;
  char chunk[65536];
  std::size_t whole = std::string::npos;
  while (request.size() < whole) {
    const ssize_t got = ::recv(descriptor, chunk, sizeof chunk, 0);
    if (got <= 0) return;
    request.append(chunk, static_cast<std::size_t>(got));
    const std::size_t end = request.find("\r\n\r\n");
    if (whole != std::string::npos || end == std::string::npos) continue;
    std::size_t length = 0;
    for (const std::string_view line : Split(std::string_view(request).substr(0, end), '\n')) {
      const std::size_t colon = line.find(':');
      if (colon == std::string_view::npos || !EqualsIgnoringCase(line.substr(0, colon), "Content-Length"))
        continue;
      const std::string_view value = Trim(line.substr(colon + 1));
      std::from_chars(value.data(), value.data() + value.size(), length);
    }
    whole = end + 4 + length;
  }
  std::string text;
  {
    const std::lock_guard lock(mutex_);
    text = script_[std::min(requests_.size(), script_.size() - 1)];
    requests_.push_back(request);
  }
  ::send(descriptor, text.data(), text.size(), MSG_NOSIGNAL);
}

std::string Answering(int status, const std::string& body, const std::string& fields) {
  return "HTTP/1.1 " + std::to_string(status) + " Phrase\r\n" + fields +
         "Content-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
}

}  // namespace cairn::fetch::testing
