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
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
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

  /// Waits for the whole answer and gives its status.
  int Ask(const std::string& request) {
    SendAll(request);
    const std::size_t head = ReadHead();
    const std::string_view header(buffer_.data(), head);
    int status = 0;
    std::from_chars(header.data() + 9, header.data() + 12, status);
    const std::string length = FieldOf(header, "content-length:");
    const bool closes = FieldOf(header, "connection:").find("close") != std::string::npos;
    if (!length.empty()) {
      const std::size_t whole = head + std::strtoull(length.c_str(), nullptr, 10);
      while (buffer_.size() < whole) Receive();
      last_body_.assign(buffer_, head, whole - head);
      buffer_.erase(0, whole);
    } else {
      SkipChunks(head);
    }
    if (closes) Reconnect();
    return status;
  }
  const std::string& last_body() const { return last_body_; }

 private:
  void Reconnect() {
    close(socket_);
    socket_ = Connect(plan_);
    buffer_.clear();
  }

  void SendAll(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) Fail(std::string("sending failed: ") + std::strerror(errno));
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }

  void Receive() {
    char chunk[65536];
    const ssize_t count = recv(socket_, chunk, sizeof chunk, 0);
    if (count <= 0)
      Fail(count == 0 ? "the server closed the connection"
                      : std::string("receiving failed: ") + std::strerror(errno));
    buffer_.append(chunk, static_cast<std::size_t>(count));
  }

  std::size_t ReadHead() {
    std::size_t end;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) Receive();
    return end + 4;
  }

  void SkipChunks(std::size_t at) {
    last_body_.clear();
    while (true) {
      std::size_t line;
      while ((line = buffer_.find("\r\n", at)) == std::string::npos) Receive();
      const std::size_t size = std::strtoull(buffer_.c_str() + at, nullptr, 16);
      while (buffer_.size() < line + 2 + size + 2) Receive();
      last_body_.append(buffer_, line + 2, size);
      at = line + 2 + size + 2;
      if (size == 0) break;
    }
    buffer_.erase(0, at);
  }

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
};

struct Tally {
  std::vector<double> times_ms;
  std::int64_t refused = 0;
  std::string words;  ///< Of the first refusal, or of what ended the connection.
};

void Drive(const Plan& plan, int connection, std::atomic<std::int64_t>& next, Tally& tally) {
  try {
    Wire wire(plan);
    for (std::int64_t number; (number = next.fetch_add(1)) < plan.requests;) {
      const std::string request = RequestOf(plan, number, connection);
      const auto began = Clock::now();
      const int status = wire.Ask(request);
      tally.times_ms.push_back(std::chrono::duration<double, std::milli>(Clock::now() - began).count());
      if (status == 200) continue;
      ++tally.refused;
      if (tally.words.empty()) tally.words = std::to_string(status) + " " + wire.last_body().substr(0, 200);
    }
  } catch (const std::exception& failure) {
    ++tally.refused;
    tally.words = failure.what();
  }
}

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
  std::vector<Tally> tallies(static_cast<std::size_t>(plan.connections));
  std::atomic<std::int64_t> next = 0;
  const auto began = Clock::now();
  {
    std::vector<std::jthread> threads;
    for (int c = 0; c < plan.connections; ++c) {
      threads.emplace_back(
          [&plan, c, &next, &tally = tallies[static_cast<std::size_t>(c)]] { Drive(plan, c, next, tally); });
    }
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
  Tally all;
  for (const auto& tally : tallies) {
    all.times_ms.insert(all.times_ms.end(), tally.times_ms.begin(), tally.times_ms.end());
    all.refused += tally.refused;
    if (all.words.empty()) all.words = tally.words;
  }
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
