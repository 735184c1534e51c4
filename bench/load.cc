// Sends one request again and again over a few keep-alive connections, one after the other on each, and
// prints how it went as one line of JSON. In the target and the body, {n} stands for a number that no other
// request has, {n*7%5} for seven times that number modulo five (either may be left out), and {id} for that
// line of the file of ids, if there is one; in the target and the name of the file with the body, {c} for the
// connection's number.
//
//   load HOST:PORT METHOD TARGET BODY-FILE CONTENT-TYPE CONNECTIONS REQUESTS [IDS-FILE]
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Plan {
  std::string host, port, method, target, content_type;
  std::vector<std::string> bodies;  ///< One a connection.
  std::vector<std::string> ids;     ///< One a request, or none at all.
  int connections = 8;
  std::int64_t requests = 1000;
};

[[noreturn]] void Fail(const std::string& why) { throw std::runtime_error(why); }

/// What the text between braces stands for; nothing when it is no such text.
std::optional<std::string> Meaning(std::string_view words, std::int64_t number, int connection,
                                   std::string_view id) {
  if (words == "id") return std::string(id);
  if (words == "c") return std::to_string(connection);
  if (!words.starts_with("n")) return std::nullopt;
  for (words.remove_prefix(1); !words.empty();) {
    std::int64_t by = 0;
    const auto read = std::from_chars(words.data() + 1, words.data() + words.size(), by);
    if (read.ec != std::errc() || by == 0 || (words[0] != '*' && words[0] != '%')) return std::nullopt;
    number = words[0] == '*' ? number * by : number % by;
    words.remove_prefix(static_cast<std::size_t>(read.ptr - words.data()));
  }
  return std::to_string(number);
}

std::string Filled(std::string_view pattern, std::int64_t number, int connection, std::string_view id = "") {
  constexpr std::size_t kLongest = 30;
  std::string text;
  text.reserve(pattern.size() + 64);
  while (true) {
    const auto open = pattern.find('{');
    text += pattern.substr(0, open);
    if (open == std::string_view::npos) return text;
    pattern.remove_prefix(open + 1);
    const auto close = pattern.substr(0, kLongest).find('}');
    const auto meaning = close == std::string_view::npos
                             ? std::nullopt
                             : Meaning(pattern.substr(0, close), number, connection, id);
    text += meaning.value_or("{");
    if (meaning) pattern.remove_prefix(close + 1);
  }
}

std::string RequestOf(const Plan& plan, std::int64_t number, int connection) {
  const std::string id = plan.ids.empty() ? "" : plan.ids[static_cast<std::size_t>(number) % plan.ids.size()];
  const std::string body = Filled(plan.bodies[static_cast<std::size_t>(connection)], number, connection, id);
  std::string text = plan.method + " " + Filled(plan.target, number, connection, id) +
                     " HTTP/1.1\r\nHost: " + plan.host + ":" + plan.port + "\r\nConnection: keep-alive\r\n";
  if (!body.empty()) {
    text +=
        "Content-Type: " + plan.content_type + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  }
  return text + "\r\n" + body;
}

int Connect(const Plan& plan) {
  addrinfo wanted{}, *found = nullptr;
  wanted.ai_socktype = SOCK_STREAM;
  if (getaddrinfo(plan.host.c_str(), plan.port.c_str(), &wanted, &found) != 0)
    Fail("no such host: " + plan.host);
  const int socket = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int outcome = connect(socket, found->ai_addr, found->ai_addrlen);
  freeaddrinfo(found);
  if (outcome != 0) Fail("cannot connect to " + plan.host + ":" + plan.port + ": " + std::strerror(errno));
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

/// One connection and the answers that come over it.
class Wire {
 public:
  explicit Wire(const Plan& plan) : plan_(plan), socket_(Connect(plan)) {}
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  ~Wire() { close(socket_); }

  int socket() const { return socket_; }
  const std::string& last_body() const { return last_body_; }

  void Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) Fail(std::string("sending failed: ") + std::strerror(errno));
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }

  /// Takes what has arrived, or waits for some. The answer's status when it is whole now.
  std::optional<int> Receive() {
    char chunk[65536];
    const ssize_t count = recv(socket_, chunk, sizeof chunk, 0);
    if (count <= 0)
      Fail(count == 0 ? "the server closed the connection"
                      : std::string("receiving failed: ") + std::strerror(errno));
    buffer_.append(chunk, static_cast<std::size_t>(count));
    if (!head_ && !ReadHead()) return std::nullopt;
    if (!(head_->length ? TakeSized() : TakeChunks())) return std::nullopt;
    const Head head = *std::exchange(head_, std::nullopt);
    if (head.closes) Reconnect();
    return head.status;
  }

 private:
  struct Head {
    int status = 0;
    std::optional<std::size_t> length;  ///< None: in chunks.
    bool closes = false;
  };

  void Reconnect() {
    close(socket_);
    socket_ = Connect(plan_);
    buffer_.clear();
  }

  bool ReadHead() {
    const auto end = buffer_.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    const std::string_view text(buffer_.data(), end + 4);
    Head head;
    std::from_chars(text.data() + 9, text.data() + 12, head.status);
    const std::string length = FieldOf(text, "\ncontent-length:");
    if (!length.empty()) head.length = std::strtoull(length.c_str(), nullptr, 10);
    head.closes = FieldOf(text, "\nconnection:").find("close") != std::string::npos;
    head_ = head;
    buffer_.erase(0, end + 4);
    chunk_at_ = 0;
    return true;
  }

  bool TakeSized() {
    if (buffer_.size() < *head_->length) return false;
    last_body_.assign(buffer_, 0, *head_->length);
    buffer_.erase(0, *head_->length);
    return true;
  }

  bool TakeChunks() {
    while (true) {
      const auto line = buffer_.find("\r\n", chunk_at_);
      if (line == std::string::npos) return false;
      const std::size_t size = std::strtoull(buffer_.c_str() + chunk_at_, nullptr, 16);
      if (buffer_.size() < line + 2 + size + 2) return false;
      chunk_at_ = line + 2 + size + 2;
      if (size == 0) break;
    }
    last_body_.clear();
    buffer_.erase(0, chunk_at_);
    return true;
  }

  /// `name` begins with the line break before it: one field's name may end as another's.
  static std::string FieldOf(std::string_view header, std::string_view name) {
    const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
    const auto found = std::search(header.begin(), header.end(), name.begin(), name.end(), same);
    if (found == header.end()) return "";
    const auto value = header.substr(static_cast<std::size_t>(found - header.begin()) + name.size());
    std::string text(value.substr(0, value.find('\r')));
    text.erase(0, text.find_first_not_of(' '));
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
  }

  const Plan& plan_;
  int socket_;
  std::string buffer_, last_body_;
  std::optional<Head> head_;  ///< Of the answer that is arriving.
  std::size_t chunk_at_ = 0;  ///< Where its next chunk begins.
};

struct Tally {
  std::vector<double> times_ms;
  std::int64_t refused = 0;
  std::string words;  ///< Of the first refusal, or of what ended the connection.
};

/// All connections on this one thread, so that little of the processors goes to asking.
class Driver {
 public:
  explicit Driver(const Plan& plan) : plan_(plan) {}

  Tally Drive() {
    try {
      for (int c = 0; c < plan_.connections; ++c) Open(c);
      while (under_way_ > 0) Wait();
    } catch (const std::exception& failure) {
      ++tally_.refused;
      tally_.words = failure.what();
    }
    return std::move(tally_);
  }

 private:
  struct Asking {
    std::unique_ptr<Wire> wire;
    Clock::time_point began;
    bool done = false;
  };

  void Open(int connection) {
    askings_.push_back({std::make_unique<Wire>(plan_), {}, false});
    ++under_way_;
    Next(connection);
  }

  void Next(int connection) {
    auto& asking = askings_[static_cast<std::size_t>(connection)];
    if (next_ == plan_.requests) {
      asking.done = true;
      --under_way_;
      return;
    }
    const std::string request = RequestOf(plan_, next_++, connection);
    asking.began = Clock::now();
    asking.wire->Send(request);
  }

  void Wait() {
    polled_.clear();
    for (const auto& asking : askings_)
      polled_.push_back({asking.done ? -1 : asking.wire->socket(), POLLIN, 0});
    if (poll(polled_.data(), polled_.size(), -1) < 0 && errno != EINTR)
      Fail(std::string("waiting failed: ") + std::strerror(errno));
    for (std::size_t c = 0; c < polled_.size(); ++c)
      if (polled_[c].revents != 0) Take(static_cast<int>(c));
  }

  void Take(int connection) {
    auto& asking = askings_[static_cast<std::size_t>(connection)];
    const auto status = asking.wire->Receive();
    if (!status) return;
    const std::chrono::duration<double, std::milli> took = Clock::now() - asking.began;
    tally_.times_ms.push_back(took.count());
    if (*status != 200) {
      ++tally_.refused;
      if (tally_.words.empty())
        tally_.words = std::to_string(*status) + " " + asking.wire->last_body().substr(0, 200);
    }
    Next(connection);
  }

  const Plan& plan_;
  std::vector<Asking> askings_;
  std::vector<pollfd> polled_;
  std::int64_t next_ = 0;
  int under_way_ = 0;
  Tally tally_;
};

std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += static_cast<unsigned char>(c) < 32 ? ' ' : c;
  }
  return quoted + "\"";
}

std::string ContentOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) Fail("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0, end; (end = text.find('\n', at)) != std::string::npos; at = end + 1)
    lines.push_back(text.substr(at, end - at));
  return lines;
}

Plan PlanOf(char** words, int count) {
  Plan plan;
  const std::string address = words[1];
  const auto colon = address.rfind(':');
  if (colon == std::string::npos) Fail("'" + address + "' is not HOST:PORT");
  plan.host = address.substr(0, colon);
  plan.port = address.substr(colon + 1);
  plan.method = words[2];
  plan.target = words[3];
  plan.content_type = words[5];
  plan.connections = std::atoi(words[6]);
  plan.requests = std::atoll(words[7]);
  for (int c = 0; c < plan.connections; ++c)
    plan.bodies.push_back(*words[4] == 0 ? "" : ContentOf(Filled(words[4], 0, c)));
  if (count == 9) plan.ids = LinesOf(ContentOf(words[8]));
  return plan;
}

int Run(const Plan& plan) {
  const auto began = Clock::now();
  Tally all = Driver(plan).Drive();
  const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
  std::sort(all.times_ms.begin(), all.times_ms.end());
  const auto at = [&](double share) {
    return all.times_ms.empty()
               ? 0.0
               : all.times_ms[static_cast<std::size_t>(share * static_cast<double>(all.times_ms.size() - 1))];
  };
  std::printf(
      "{\"requests\": %zu, \"refused\": %lld, \"words\": %s, \"seconds\": %.6f, \"per_second\": %.3f, "
      "\"p50_ms\": %.4f, \"p99_ms\": %.4f}\n",
      all.times_ms.size(), static_cast<long long>(all.refused), Quoted(all.words).c_str(), seconds,
      static_cast<double>(all.times_ms.size()) / seconds, at(0.5), at(0.99));
  return all.refused == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  if (count != 8 && count != 9) {
    std::fputs("usage: load HOST:PORT METHOD TARGET BODY-FILE CONTENT-TYPE CONNECTIONS REQUESTS [IDS-FILE]\n",
               stderr);
    return 2;
  }
  try {
    return Run(PlanOf(words, count));
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "load: %s\n", failure.what());
    return 2;
  }
}
