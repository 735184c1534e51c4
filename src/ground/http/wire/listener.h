#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <string>

#include "ground/vocabulary/result.h"

namespace cairn::http::wire {

using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;

/// Listens on an IP address ("localhost" is 127.0.0.1). Unavailable when the port is in use, Denied when the
/// system forbids it, else InvalidArgument.
Result<Acceptor> ListenOn(boost::asio::io_context& context, const std::string& host, std::uint16_t port);

/// Listens on a Unix socket with mode 0600. A socket file that nobody answers on is replaced; Unavailable
/// when somebody does.
Result<Acceptor> ListenOn(boost::asio::io_context& context, const std::string& socket_path);

std::uint16_t PortOf(Acceptor& acceptor);
/// "127.0.0.1:50312" or "socket".
std::string PeerOf(int descriptor);

}  // namespace cairn::http::wire
