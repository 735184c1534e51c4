#pragma once

#include <cstdio>
#include <string>

#include "ground/fetch/curl/library.h"
#include "ground/fetch/fetch.h"

namespace cairn::fetch::curl {

/// One attempt at a request.
class Transfer {
 public:
  Transfer(const Library& library, const Outgoing& request);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// Sends and receives; once only.
  Result<Incoming> Run();
  /// Whether the error that Run gave may pass by itself.
  bool transient() const { return transient_; }

 private:
  static std::size_t OnHeader(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t OnBody(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t OnSend(char* room, std::size_t size, std::size_t count, void* self);
  static int OnSeek(void* self, curl_off_t offset, int origin);
  static int OnProgress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t);

  template <class Value>
  void Set(CURLoption option, Value value);
  Result<> Prepare();
  Result<> PrepareBody();
  Result<> PrepareUpload();
  Result<> OpenDownload();
  Result<> PrepareHeaders();
  void PrepareLimits();
  void PreparePlace();
  Result<> TakeBody(std::string_view bytes);
  void ReserveBody();
  Error ErrorOf(CURLcode code) const;

  const Library& library_;
  const Outgoing& request_;
  CURL* handle_;
  curl_slist* header_list_ = nullptr;
  curl_slist* address_list_ = nullptr;
  std::FILE* upload_ = nullptr;
  FileRange uploaded_;      ///< The part of the file that is sent.
  std::uint64_t sent_ = 0;  ///< Of it.
  std::FILE* download_ = nullptr;
  Incoming incoming_;
  Result<> received_;  ///< What went wrong on our side while taking the answer in.
  bool transient_ = false;
  char detail_[CURL_ERROR_SIZE] = "";
};

/// The URL without user, password, query and fragment, for messages.
std::string Shown(const std::string& url);

}  // namespace cairn::fetch::curl
