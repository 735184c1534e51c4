#include "ground/http/wire/listener.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <cstring>
#include <utility>

namespace cairn::http::wire {
namespace {

namespace asio = boost::asio;
using Code = boost::system::error_code;
using Endpoint = asio::generic::stream_protocol::endpoint;

Error Failure(const std::string& where, const Code& code) {
  if (code == asio::error::address_in_use) {
    return {Reason::Unavailable,
            where + " is in use by another program: stop that program, or choose another port to listen on."};
  }
  if (code == asio::error::access_denied) {
    return {Reason::Denied,
            "Listening on " + where + " is not allowed: choose a port above 1023 or ask for the right."};
  }
  return {Reason::InvalidArgument, "Listening on " + where + " failed: " + code.message() + "."};
}

bool SomebodyAnswers(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return false;
  const bool answers =
      ::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(descriptor);
  return answers;
}

}  // namespace

Result<Acceptor> ListenOn(asio::io_context& context, const std::string& host, std::uint16_t port) {
  Code code;
  const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, code);
  if (code) return Error{Reason::InvalidArgument, "'" + host + "' is not an IP address to listen on."};
  const asio::ip::tcp::endpoint endpoint(address, port);
  const std::string where = (address.is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(port);
  Acceptor acceptor(context);
  acceptor.open(endpoint.protocol(), code);
  if (!code) acceptor.set_option(asio::socket_base::reuse_address(true), code);
  if (!code) acceptor.bind(Endpoint(endpoint), code);
  if (!code) acceptor.listen(asio::socket_base::max_listen_connections, code);
  if (code) return Failure(where, code);
  return acceptor;
}

Result<Acceptor> ListenOn(asio::io_context& context, const std::string& socket_path) {
  const std::string where = "the socket '" + socket_path + "'";
  if (socket_path.size() >= sizeof(sockaddr_un::sun_path)) {
    return Error{Reason::InvalidArgument,
                 "The path of " + where + " is longer than the " +
                     std::to_string(sizeof(sockaddr_un::sun_path) - 1) +
                     " bytes that the system allows: use a folder with a shorter path."};
  }
  struct stat facts {};
  if (::lstat(socket_path.c_str(), &facts) == 0) {
    if (!S_ISSOCK(facts.st_mode))
      return Error{Reason::InvalidArgument, "'" + socket_path + "' exists and is no socket."};
    if (SomebodyAnswers(socket_path)) {
      return Error{Reason::Unavailable,
                   "Another server answers on " + where + ": stop it, or use another data folder."};
    }
    ::unlink(socket_path.c_str());
  }
  const asio::local::stream_protocol::endpoint endpoint(socket_path);
  Acceptor acceptor(context);
  Code code;
  acceptor.open(endpoint.protocol(), code);
  // On Linux the file takes its mode from the socket, so there is no moment at which others could connect.
  if (!code) ::fchmod(acceptor.native_handle(), 0600);
  if (!code) acceptor.bind(Endpoint(endpoint), code);
  if (!code && ::chmod(socket_path.c_str(), 0600) != 0) code.assign(errno, boost::system::system_category());
  if (!code) acceptor.listen(asio::socket_base::max_listen_connections, code);
  if (code) return Failure(where, code);
  return acceptor;
}

std::uint16_t PortOf(Acceptor& acceptor) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(acceptor.native_handle(), reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  if (address.ss_family == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
  return ntohs(reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port);
}

std::string PeerOf(int descriptor) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  char text[INET6_ADDRSTRLEN] = "";
  if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) return "gone";
  if (address.ss_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address);
    ::inet_ntop(AF_INET, &v4->sin_addr, text, sizeof text);
    return std::string(text) + ":" + std::to_string(ntohs(v4->sin_port));
  }
  if (address.ss_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address);
    ::inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof text);
    return "[" + std::string(text) + "]:" + std::to_string(ntohs(v6->sin6_port));
  }
  return "socket";
}

}  // namespace cairn::http::wire
