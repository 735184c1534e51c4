#include "ground/os/channel.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "ground/os/clock.h"
#include "ground/os/system_error.h"

namespace cairn::os {
namespace {

constexpr std::size_t kPiece = std::size_t{4} << 20;
constexpr int kBuffer = 1 << 20;  ///< So that a usual request goes over in one turn.
constexpr std::int64_t kNsPerMs = 1'000'000;

Error Closed() { return {Reason::Unavailable, "The other side of the channel has closed it."}; }

}  // namespace

Result<std::pair<Channel, Descriptor>> Channel::Make() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return SystemError(errno, "make a channel for", "a child");
  for (const int end : ends) setsockopt(end, SOL_SOCKET, SO_SNDBUF, &kBuffer, sizeof kBuffer);
  return std::pair(Channel(Descriptor(ends[0])), Descriptor(ends[1]));
}

Result<> Channel::Wait(short events, std::int64_t until_ns) const {
  for (;;) {
    const std::int64_t left_ms = (until_ns - SteadyNs() + kNsPerMs - 1) / kNsPerMs;
    pollfd watched{end_.number(), events, 0};
    const int ready =
        poll(&watched, 1, static_cast<int>(std::clamp<std::int64_t>(left_ms, 0, 1'000'000'000)));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return SystemError(errno, "wait for", "a channel");
    if (ready == 0 && SteadyNs() >= until_ns)
      return Error{Reason::Exhausted, "The other side of the channel took too long."};
  }
}

Result<> Channel::Send(std::string_view bytes, std::int64_t until_ns) {
  while (!bytes.empty()) {
    const ssize_t sent = send(end_.number(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      CAIRN_TRY(Wait(POLLOUT, until_ns));
    } else if (errno == EPIPE || errno == ECONNRESET) {
      return Closed();
    } else if (errno != EINTR) {
      return SystemError(errno, "write to", "a channel");
    }
  }
  return {};
}

Result<std::string> Channel::Receive(std::uint64_t count, std::int64_t until_ns) {
  std::string bytes;
  while (bytes.size() < count) {
    CAIRN_TRY(Wait(POLLIN, until_ns));
    const std::size_t before = bytes.size();
    bytes.resize(std::min<std::uint64_t>(count, before + kPiece));
    const ssize_t got = recv(end_.number(), bytes.data() + before, bytes.size() - before, MSG_DONTWAIT);
    const int why = errno;
    bytes.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0 || (got < 0 && why == ECONNRESET)) return Closed();
    if (got < 0 && why != EAGAIN && why != EINTR) return SystemError(why, "read from", "a channel");
  }
  return bytes;
}

bool Channel::HasArrived() const {
  pollfd watched{end_.number(), POLLIN, 0};
  return poll(&watched, 1, 0) > 0;
}

}  // namespace cairn::os
