#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cairn::http::testing {

/// One connection, on which a test sends exactly the bytes it wants to and reads what comes. A read gives up
/// after 30 s.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port);
  explicit RawClient(const std::string& socket_path);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }
  /// False when the server has closed.
  bool Send(std::string_view bytes);
  /// Says that nothing more will be sent.
  void EndSending();

  struct Answer {
    int status = 0;  ///< 0: the connection ended before an answer.
    std::string head;
    std::string body;
    /// Value of a header field, or "".
    std::string Field(std::string_view name) const;
  };
  /// The next answer with its body by Content-Length.
  Answer Read();
  /// The next answer to a HEAD request, or an interim one: no body follows.
  Answer ReadHead();
  /// Sends and reads.
  Answer Ask(std::string_view request);
  /// Whether the server closes without sending anything more.
  bool EndsQuietly();

 private:
  bool Fill();

  int descriptor_ = -1;
  bool connected_ = false;
  std::string unread_;
};

}  // namespace cairn::http::testing
