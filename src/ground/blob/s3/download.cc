#include "ground/blob/s3/download.h"

#include <algorithm>
#include <vector>

#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/os/pool.h"
#include "ground/vocabulary/digest.h"

namespace cairn::blob::s3 {
namespace {

Error Damaged(const Object& object, const std::string& how) {
  return {Reason::Corrupt, "The object '" + object.key + "' " + how +
                               ": it was damaged in the store or on the way; read it again, or log it anew."};
}

/// The digest that came with the first piece, against the whole file.
Result<> Verify(const Object& object, const fetch::Incoming& first, const std::string& path) {
  const std::string_view sha256 = first.Header("X-Amz-Meta-Sha256");
  const bool keyed = first.Header("X-Amz-Server-Side-Encryption").starts_with("aws:kms") ||
                     !first.Header("X-Amz-Server-Side-Encryption-Customer-Algorithm").empty();
  const bool is_md5 = IsHex(object.etag, 32) && !keyed;
  if (CAIRN_TRY(os::Stat(path)).stamp.size != object.bytes) return Damaged(object, "has another size");
  if (IsHex(sha256, 64)) {
    if (CAIRN_TRY(crypto::HashFile(path, crypto::Kinds::Sha256)).sha256 != sha256)
      return Damaged(object, "does not have the SHA-256 that was stored with it");
  } else if (is_md5 && CAIRN_TRY(crypto::HashFile(path)).md5 != object.etag) {
    return Damaged(object, "does not have the MD5 of its ETag");
  }
  return {};
}

Result<fetch::Incoming> FetchPiece(const Caller& caller, const Object& object, const std::string& path,
                                   std::uint64_t from) {
  const std::uint64_t size = caller.tuning().piece_bytes;
  const bool whole = object.bytes <= size;
  auto request = caller.Request("GET", object.key);
  request.headers.emplace_back("If-Match", "\"" + object.etag + "\"");
  if (!whole) {
    const std::uint64_t last = std::min(from + size, object.bytes) - 1;
    request.headers.emplace_back("Range", "bytes=" + std::to_string(from) + "-" + std::to_string(last));
  }
  request.response_file = path;
  request.response_offset = from;
  auto answer = caller.Send(request, "'" + object.key + "'");
  if (!answer && answer.error().reason == Reason::Conflict) {
    return Error{Reason::Conflict, "The object '" + object.key + "' changed while it was read; try again."};
  }
  if (answer && answer->status != (whole ? 200 : 206))
    return Damaged(object, "came in another piece than asked");
  return answer;
}

Result<> FetchAll(const Caller& caller, const Object& object, const std::string& path) {
  const std::uint64_t size = caller.tuning().piece_bytes;
  const auto count = std::max<std::size_t>(1, static_cast<std::size_t>((object.bytes + size - 1) / size));
  std::vector<Result<fetch::Incoming>> answers(count, fetch::Incoming());
  os::ForEachIndex(count, caller.tuning().threads,
                   [&](std::size_t i) { answers[i] = FetchPiece(caller, object, path, i * size); });
  for (const auto& answer : answers) {
    if (!answer) return answer.error();
  }
  return Verify(object, *answers.front(), path);
}

}  // namespace

Result<> Download(const Caller& caller, const Object& object, const std::string& path) {
  CAIRN_TRY(os::WriteFileAtomically(path, ""));
  auto fetched = FetchAll(caller, object, path);
  if (!fetched) static_cast<void>(bool(os::Remove(path)));
  return fetched;
}

}  // namespace cairn::blob::s3
