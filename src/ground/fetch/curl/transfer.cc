#include "ground/fetch/curl/transfer.h"

#undef curl_easy_setopt
#undef curl_easy_getinfo

#include <cerrno>
#include <cstdio>
#include <memory>
#include <utility>

#include "ground/os/files.h"
#include "ground/os/system_error.h"

namespace cairn::fetch::curl {
namespace {

/// The thread's own handle: it keeps connections open from one request to the next.
CURL* HandleOfThread(const Library& library) {
  thread_local const std::unique_ptr<CURL, decltype(library.easy_cleanup)> handle(library.easy_init(),
                                                                                  library.easy_cleanup);
  library.easy_reset(handle.get());
  return handle.get();
}

bool IsTransient(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return true;
    default:
      return false;
  }
}

Reason ReasonOf(CURLcode code) {
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return Reason::InvalidArgument;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return Reason::Denied;
    default:
      return Reason::Unavailable;
  }
}

}  // namespace

std::string Shown(const std::string& url) {
  std::string shown = url.substr(0, url.find_first_of("?#"));
  const std::size_t scheme = shown.find("://");
  const std::size_t host = scheme == std::string::npos ? 0 : scheme + 3;
  const std::size_t user = shown.substr(host, shown.find('/', host) - host).rfind('@');
  if (user != std::string::npos) shown.erase(host, user + 1);
  return shown;
}

Transfer::Transfer(const Library& library, const Outgoing& request)
    : library_(library), request_(request), handle_(HandleOfThread(library)) {}

Transfer::~Transfer() {
  library_.easy_reset(handle_);
  library_.slist_free_all(header_list_);
  if (upload_) std::fclose(upload_);
  if (download_) std::fclose(download_);
}

template <class Value>
void Transfer::Set(CURLoption option, Value value) {
  library_.easy_setopt(handle_, option, value);
}

Result<Incoming> Transfer::Run() {
  CAIRN_TRY(Prepare());
  const CURLcode code = library_.easy_perform(handle_);
  long status = 0;
  library_.easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
  incoming_.status = static_cast<int>(status);
  if (download_ && std::fclose(std::exchange(download_, nullptr)) != 0 && received_) {
    received_ = os::SystemError(errno, "write", request_.response_file);
  }
  Result<> outcome = received_;
  if (outcome && code != CURLE_OK) {
    transient_ = IsTransient(code);
    outcome = ErrorOf(code);
  }
  if (outcome) return std::move(incoming_);
  if (!request_.response_file.empty()) std::remove(request_.response_file.c_str());
  return outcome.error();
}

Result<> Transfer::Prepare() {
  Set(CURLOPT_URL, request_.url.c_str());
  Set(CURLOPT_ERRORBUFFER, static_cast<char*>(detail_));
  Set(CURLOPT_NOSIGNAL, 1L);
  Set(CURLOPT_PROTOCOLS_STR, "http,https");
  Set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  Set(CURLOPT_USERAGENT, "cairn");
  if (request_.redirects > 0) {
    Set(CURLOPT_FOLLOWLOCATION, 1L);
    Set(CURLOPT_MAXREDIRS, static_cast<long>(request_.redirects));
  }
  if (!request_.unix_socket_path.empty()) Set(CURLOPT_UNIX_SOCKET_PATH, request_.unix_socket_path.c_str());
  if (!request_.user.empty()) Set(CURLOPT_USERPWD, request_.user.c_str());
  if (!request_.signature.empty()) Set(CURLOPT_AWS_SIGV4, request_.signature.c_str());
  Set(CURLOPT_HEADERFUNCTION, &Transfer::OnHeader);
  Set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  Set(CURLOPT_WRITEFUNCTION, &Transfer::OnBody);
  Set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  PrepareLimits();
  CAIRN_TRY(PrepareBody());
  return PrepareHeaders();
}

void Transfer::PrepareLimits() {
  Set(CURLOPT_TIMEOUT_MS, static_cast<long>(request_.timeout.count()));
  Set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request_.connect_timeout.count()));
  Set(CURLOPT_LOW_SPEED_LIMIT, 1L);
  Set(CURLOPT_LOW_SPEED_TIME,
      static_cast<long>(std::chrono::ceil<std::chrono::seconds>(request_.stall_timeout).count()));
  Set(CURLOPT_NOPROGRESS, 0L);
  Set(CURLOPT_XFERINFOFUNCTION, &Transfer::OnProgress);
  Set(CURLOPT_XFERINFODATA, static_cast<void*>(this));
}

Result<> Transfer::PrepareBody() {
  if (!request_.body_file.empty()) {
    const auto size = CAIRN_TRY(os::Stat(request_.body_file)).stamp.size;
    upload_ = std::fopen(request_.body_file.c_str(), "rbe");
    if (!upload_) return os::SystemError(errno, "read", request_.body_file);
    Set(CURLOPT_UPLOAD, 1L);
    Set(CURLOPT_READDATA, static_cast<void*>(upload_));
    Set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(size));
  } else if (!request_.body.empty() || request_.method == "POST" || request_.method == "PUT" ||
             request_.method == "PATCH") {
    Set(CURLOPT_POSTFIELDS, request_.body.data());
    Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
  } else if (request_.method == "HEAD") {
    Set(CURLOPT_NOBODY, 1L);
    return {};
  }
  Set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  return {};
}

Result<> Transfer::PrepareHeaders() {
  bool typed = false;
  for (const auto& [name, value] : request_.headers) {
    if ((name + value).find_first_of("\r\n") != std::string::npos) {
      return Error{Reason::InvalidArgument, "The header '" + name + "' holds a line break."};
    }
    typed = typed || EqualsIgnoringCase(name, "Content-Type");
    // With ';' in place of ':' an empty value is sent too; libcurl would otherwise take the field out.
    header_list_ = library_.slist_append(header_list_, (name + (value.empty() ? ";" : ": " + value)).c_str());
  }
  if (!typed) header_list_ = library_.slist_append(header_list_, "Content-Type:");
  Set(CURLOPT_HTTPHEADER, header_list_);
  return {};
}

std::size_t Transfer::OnHeader(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::string_view line(bytes, size * count);
  const std::size_t colon = line.find(':');
  if (line.starts_with("HTTP/")) {
    // A redirect or an interim answer came before.
    transfer.incoming_.headers.clear();
  } else if (colon != std::string_view::npos) {
    transfer.incoming_.headers.emplace_back(line.substr(0, colon), Trim(line.substr(colon + 1)));
  }
  return size * count;
}

std::size_t Transfer::OnBody(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.received_ = transfer.TakeBody({bytes, size * count});
  return transfer.received_ ? size * count : 0;
}

Result<> Transfer::TakeBody(std::string_view bytes) {
  long status = 0;
  library_.easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
  if (!request_.response_file.empty() && status >= 200 && status < 300) {
    if (!download_) download_ = std::fopen(request_.response_file.c_str(), "wbe");
    if (!download_ || std::fwrite(bytes.data(), 1, bytes.size(), download_) != bytes.size()) {
      return os::SystemError(errno, "write", request_.response_file);
    }
    return {};
  }
  if (incoming_.body.size() + bytes.size() > request_.max_response_bytes) {
    return Error{Reason::TooLarge, "The answer of '" + Shown(request_.url) + "' is larger than the " +
                                       FormatBytes(request_.max_response_bytes) + " taken here."};
  }
  incoming_.body.append(bytes);
  return {};
}

int Transfer::OnProgress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Transfer*>(self)->request_.stop.stop_requested() ? 1 : 0;
}

Error Transfer::ErrorOf(CURLcode code) const {
  const std::string url = "'" + Shown(request_.url) + "'";
  if (code == CURLE_ABORTED_BY_CALLBACK)
    return {Reason::Unavailable, "The request to " + url + " was stopped."};
  const std::string why = detail_[0] != '\0' ? detail_ : library_.easy_strerror(code);
  std::string remedy = ".";
  if (ReasonOf(code) == Reason::Denied)
    remedy = ": install the certificate of its authority on this machine, or check the address.";
  return {ReasonOf(code), "The request to " + url + " failed: " + why + remedy};
}

}  // namespace cairn::fetch::curl
