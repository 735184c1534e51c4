#include "ground/blob/s3/upload.h"

#include <algorithm>
#include <vector>

#include "ground/crypto/hash.h"
#include "ground/os/descriptor.h"
#include "ground/os/files.h"
#include "ground/os/pool.h"
#include "ground/vocabulary/digest.h"
#include "ground/vocabulary/text.h"

namespace cairn::blob::s3 {
namespace {

constexpr std::uint64_t kMostParts = 10'000;
constexpr std::size_t kBuffer = 1 << 20;
constexpr const char* kBytes = "application/octet-stream";
constexpr const char* kMetadata = "X-Amz-Meta-Sha256";
constexpr const char* kChecksum = "X-Amz-Checksum-Sha256";

struct Part {
  fetch::FileRange range;
  std::string sha256;
  std::string etag;  ///< As the store gave it, quotes and all.
};

/// A file cut into parts, with the digests of each and of the whole, out of one read.
struct Cut {
  std::vector<Part> parts;
  std::string sha256;
  std::uint64_t bytes = 0;
};

std::string Checksum(const std::string& sha256) { return Base64(BytesOfHex(sha256).operator*()); }

Result<Cut> CutFile(const std::string& source, std::uint64_t part_bytes) {
  Cut cut;
  cut.bytes = CAIRN_TRY(os::Stat(source)).stamp.size;
  const std::uint64_t least = (cut.bytes + kMostParts - 1) / kMostParts;
  const std::uint64_t size = std::max(part_bytes, least);
  const auto file = CAIRN_TRY(os::OpenToRead(source));
  std::string buffer(kBuffer, '\0');
  crypto::Hasher whole;
  for (std::uint64_t at = 0; at < cut.bytes || cut.parts.empty(); at += cut.parts.back().range.bytes) {
    Part part{{at, std::min(size, cut.bytes - at)}, "", ""};
    crypto::Hasher hasher;
    for (std::uint64_t left = part.range.bytes; left > 0;) {
      const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(left, kBuffer));
      const auto got = CAIRN_TRY(os::ReadSome(file.number(), buffer.data(), most, source));
      if (got == 0) return Error{Reason::Corrupt, "'" + source + "' became shorter while it was read."};
      hasher.Add({buffer.data(), got});
      whole.Add({buffer.data(), got});
      left -= got;
    }
    part.sha256 = hasher.Finish().sha256;
    cut.parts.push_back(std::move(part));
    if (cut.bytes == 0) break;
  }
  cut.sha256 = whole.Finish().sha256;
  return cut;
}

void AddFields(const Caller& caller, fetch::Outgoing& request) {
  for (const auto& field : caller.place().upload_fields) request.headers.push_back(field);
}

/// Several requests that make one object; given up when it goes away before it is complete.
class PartedUpload {
 public:
  PartedUpload(const Caller& caller, std::string_view key, const std::string& source)
      : caller_(caller), key_(key), what_("'" + key_ + "'"), source_(source) {}
  ~PartedUpload() {
    if (!id_.empty()) static_cast<void>(bool(caller_.Send(Request("DELETE"), what_)));
  }
  PartedUpload(const PartedUpload&) = delete;
  PartedUpload& operator=(const PartedUpload&) = delete;

  Result<> Begin(const Cut& cut) {
    auto request = caller_.Request("POST", key_, {{"uploads", ""}});
    request.headers.emplace_back(kMetadata, cut.sha256);
    request.headers.emplace_back("X-Amz-Checksum-Algorithm", "SHA256");
    AddFields(caller_, request);
    request.headers.emplace_back("Content-Type", kBytes);
    id_ = CAIRN_TRY(caller_.SendForXml(request, what_, "InitiateMultipartUploadResult")).Text("UploadId");
    if (!id_.empty()) return {};
    return Error{Reason::Corrupt, "The object store began an upload of " + what_ + " without an id."};
  }

  Result<> Send(std::vector<Part>& parts) {
    std::vector<Result<>> outcomes(parts.size());
    os::ForEachIndex(parts.size(), caller_.tuning().threads,
                     [&](std::size_t i) { outcomes[i] = SendPart(parts[i], i + 1); });
    for (auto& outcome : outcomes) CAIRN_TRY(std::move(outcome));
    return {};
  }

  Result<> Complete(const Cut& cut) {
    std::string body = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
    for (std::size_t i = 0; i < cut.parts.size(); ++i) {
      body += "<Part><PartNumber>" + std::to_string(i + 1) + "</PartNumber><ETag>" +
              EscapeHtml(cut.parts[i].etag) + "</ETag><ChecksumSHA256>" + Checksum(cut.parts[i].sha256) +
              "</ChecksumSHA256></Part>";
    }
    body += "</CompleteMultipartUpload>";
    auto request = caller_.Request("POST", key_, {{"uploadId", id_}}, crypto::Sha256Hex(body));
    request.headers.emplace_back("Content-Type", "application/xml");
    request.body = std::move(body);
    const auto completed = caller_.SendForXml(request, what_, "CompleteMultipartUploadResult");
    if (!completed && !(completed.error().reason == Reason::NotFound && IsThere(cut)))
      return completed.error();
    id_.clear();
    return {};
  }

 private:
  fetch::Outgoing Request(const char* method) const {
    return caller_.Request(method, key_, {{"uploadId", id_}});
  }

  Result<> SendPart(Part& part, std::size_t number) const {
    auto request = caller_.Request("PUT", key_, {{"partNumber", std::to_string(number)}, {"uploadId", id_}},
                                   part.sha256);
    request.headers.emplace_back(kChecksum, Checksum(part.sha256));
    request.body_file = source_;
    request.body_range = part.range;
    part.etag = CAIRN_TRY(caller_.Send(request, what_)).Header("ETag");
    if (!part.etag.empty()) return {};
    return Error{Reason::Corrupt, "The object store took a part of " + what_ + " without naming it."};
  }

  /// When the answer to a completion was lost, its repetition finds no such upload any more.
  bool IsThere(const Cut& cut) const {
    const auto answer = caller_.Send(caller_.Request("HEAD", key_), what_);
    return answer && answer->Header(kMetadata) == cut.sha256;
  }

  const Caller& caller_;
  const std::string key_, what_, source_;
  std::string id_;  ///< "" before it has begun and once it is complete.
};

}  // namespace

Result<> Upload(const Caller& caller, std::string_view key, const std::string& source) {
  auto cut = CAIRN_TRY(CutFile(source, caller.tuning().part_bytes));
  if (cut.parts.size() == 1) {
    auto request = caller.Request("PUT", key, {}, cut.sha256);
    request.headers.emplace_back(kMetadata, cut.sha256);
    request.headers.emplace_back(kChecksum, Checksum(cut.sha256));
    request.headers.emplace_back("Content-Type", kBytes);
    AddFields(caller, request);
    request.body_file = source;
    CAIRN_TRY(caller.Send(request, "'" + std::string(key) + "'"));
    return {};
  }
  PartedUpload upload(caller, key, source);
  CAIRN_TRY(upload.Begin(cut));
  CAIRN_TRY(upload.Send(cut.parts));
  return upload.Complete(cut);
}

}  // namespace cairn::blob::s3
