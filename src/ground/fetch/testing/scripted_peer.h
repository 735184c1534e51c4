#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace cairn::fetch::testing {

/// A server that reads one request per connection, sends the next text of its script whatever was asked, and
/// closes. After the last text it repeats it.
class ScriptedPeer {
 public:
  /// On a free port of 127.0.0.1, or on a Unix socket when a path is given.
  explicit ScriptedPeer(std::vector<std::string> script, std::string socket_path = "");
  ~ScriptedPeer();

  std::uint16_t port() const { return port_; }
  /// The requests so far, each as it came: header and body.
  std::vector<std::string> requests() const;

 private:
  void Serve();
  void Answer(int descriptor);

  const std::vector<std::string> script_;
  const std::string socket_path_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

/// "HTTP/1.1 200 OK" with the body and its length.
std::string Answering(int status, const std::string& body, const std::string& fields = "");

}  // namespace cairn::fetch::testing
