#include "ground/fetch/curl/transfer.h"

#undef curl_easy_setopt
#undef curl_easy_getinfo

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <utility>

#include "ground/os/environment.h"
#include "ground/os/files.h"
#include "ground/os/system_error.h"

namespace cairn::fetch::curl {
namespace {

constexpr long kTransferBuffer = 256 * 1024;
constexpr long kLeaveMs = 50;

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
  library_.slist_free_all(address_list_);
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
  if (!request_.response_file.empty() && !request_.response_offset)
    std::remove(request_.response_file.c_str());
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
  PreparePlace();
  const std::string authorities =
      request_.authorities.empty() ? os::VariableOr("SSL_CERT_FILE", "") : request_.authorities;
  if (!authorities.empty()) Set(CURLOPT_CAINFO, authorities.c_str());
  if (request_.any_certificate) {
    Set(CURLOPT_SSL_VERIFYPEER, 0L);
    Set(CURLOPT_SSL_VERIFYHOST, 0L);
  }
  if (!request_.user.empty()) Set(CURLOPT_USERPWD, request_.user.c_str());
  if (!request_.signature.empty()) {
    Set(CURLOPT_AWS_SIGV4, request_.signature.c_str());
    // Its uploads ask for leave first, which some stores never give; to send without it does no harm.
    Set(CURLOPT_EXPECT_100_TIMEOUT_MS, kLeaveMs);
  }
  Set(CURLOPT_HEADERFUNCTION, &Transfer::OnHeader);
  Set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  if (!request_.response_file.empty()) Set(CURLOPT_BUFFERSIZE, kTransferBuffer);
  Set(CURLOPT_WRITEFUNCTION, &Transfer::OnBody);
  Set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  PrepareLimits();
  CAIRN_TRY(PrepareBody());
  return PrepareHeaders();
}

void Transfer::PreparePlace() {
  if (!request_.unix_socket_path.empty()) Set(CURLOPT_UNIX_SOCKET_PATH, request_.unix_socket_path.c_str());
  if (request_.address.empty()) return;
  const bool six = request_.address.find(':') != std::string::npos;
  // No host and no port before the address: it stands for every one.
  const std::string place = "::" + (six ? "[" + request_.address + "]" : request_.address) + ":";
  address_list_ = library_.slist_append(address_list_, place.c_str());
  Set(CURLOPT_CONNECT_TO, address_list_);
  Set(CURLOPT_PROXY, "");
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
    CAIRN_TRY(PrepareUpload());
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

Result<> Transfer::PrepareUpload() {
  uploaded_ = request_.body_range.value_or(FileRange{0, 0});
  if (!request_.body_range) uploaded_.bytes = CAIRN_TRY(os::Stat(request_.body_file)).stamp.size;
  upload_ = std::fopen(request_.body_file.c_str(), "rbe");
  if (!upload_ || ::fseeko(upload_, static_cast<off_t>(uploaded_.offset), SEEK_SET) != 0)
    return os::SystemError(errno, "read", request_.body_file);
  Set(CURLOPT_UPLOAD, 1L);
  Set(CURLOPT_UPLOAD_BUFFERSIZE, kTransferBuffer);
  Set(CURLOPT_READFUNCTION, &Transfer::OnSend);
  Set(CURLOPT_READDATA, static_cast<void*>(this));
  // A connection kept from before may turn out to be closed: then the body is sent again from its start.
  Set(CURLOPT_SEEKFUNCTION, &Transfer::OnSeek);
  Set(CURLOPT_SEEKDATA, static_cast<void*>(this));
  Set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(uploaded_.bytes));
  return {};
}

std::size_t Transfer::OnSend(char* room, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const auto most = static_cast<std::size_t>(
      std::min<std::uint64_t>(size * count, transfer.uploaded_.bytes - transfer.sent_));
  const std::size_t got = std::fread(room, 1, most, transfer.upload_);
  if (got < most && std::ferror(transfer.upload_) != 0) return CURL_READFUNC_ABORT;
  transfer.sent_ += got;
  if (transfer.request_.moved) transfer.request_.moved(got);
  return got;
}

int Transfer::OnSeek(void* self, curl_off_t offset, int origin) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
  const auto place = static_cast<curl_off_t>(transfer.uploaded_.offset) + offset;
  if (::fseeko(transfer.upload_, static_cast<off_t>(place), SEEK_SET) != 0) return CURL_SEEKFUNC_FAIL;
  transfer.sent_ = static_cast<std::uint64_t>(offset);
  return CURL_SEEKFUNC_OK;
}

Result<> Transfer::PrepareHeaders() {
  bool typed = false;
  for (const auto& [name, value] : request_.headers) {
    if ((name + value).find_first_of("\r\n") != std::string::npos) {
      return Error{Reason::InvalidArgument, "The header '" + name + "' holds a line break."};
    }
    typed = typed || EqualsIgnoringCase(name, "Content-Type");
    // With ';' in place of ':' an empty value is sent too; libcurl would otherwise take the field out, which
    // is what an empty expectation means.
    const char* const empty = EqualsIgnoringCase(name, "Expect") ? ":" : ";";
    header_list_ =
        library_.slist_append(header_list_, (name + (value.empty() ? empty : ": " + value)).c_str());
  }
  // libcurl 7.88 signs a field that is only taken out as if it were sent.
  if (!typed && request_.signature.empty())
    header_list_ = library_.slist_append(header_list_, "Content-Type:");
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
    if (!download_) CAIRN_TRY(OpenDownload());
    if (std::fwrite(bytes.data(), 1, bytes.size(), download_) != bytes.size()) {
      return os::SystemError(errno, "write", request_.response_file);
    }
    if (request_.moved) request_.moved(bytes.size());
    return {};
  }
  if (incoming_.body.size() + bytes.size() > request_.max_response_bytes) {
    return Error{Reason::TooLarge, "The answer of '" + Shown(request_.url) + "' is larger than the " +
                                       FormatBytes(request_.max_response_bytes) + " taken here."};
  }
  if (incoming_.body.empty()) ReserveBody();
  incoming_.body.append(bytes);
  return {};
}

void Transfer::ReserveBody() {
  // A length that is told and does not come must not take the memory.
  constexpr curl_off_t kMost = curl_off_t{1} << 30;
  curl_off_t length = 0;
  library_.easy_getinfo(handle_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  if (length > 0) incoming_.body.reserve(static_cast<std::size_t>(std::min(length, kMost)));
}

Result<> Transfer::OpenDownload() {
  download_ = std::fopen(request_.response_file.c_str(), request_.response_offset ? "r+be" : "wbe");
  const auto offset = static_cast<off_t>(request_.response_offset.value_or(0));
  if (!download_ || ::fseeko(download_, offset, SEEK_SET) != 0)
    return os::SystemError(errno, "write", request_.response_file);
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
