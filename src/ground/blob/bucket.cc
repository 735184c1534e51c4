#include "ground/blob/bucket.h"

#include <algorithm>

#include "ground/blob/s3/caller.h"
#include "ground/blob/s3/download.h"
#include "ground/blob/s3/upload.h"
#include "ground/vocabulary/text.h"

namespace cairn::blob {
namespace {

using s3::Element;

std::string WithoutQuotes(std::string_view etag) {
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
  return std::string(etag);
}

/// A key as listings with encoding-type=url give it, relative to the prefix.
Result<std::string> KeyOf(const s3::Caller& caller, std::string_view encoded) {
  return caller.RelativeKey(CAIRN_TRY(PercentDecode(encoded, UrlPart::Query)));
}

Result<Object> ObjectOf(const s3::Caller& caller, const Element& contents) {
  Object object;
  object.key = CAIRN_TRY(KeyOf(caller, contents.Text("Key")));
  object.bytes = static_cast<std::uint64_t>(CAIRN_TRY(ParseInt(contents.Text("Size"))));
  object.modified_ms = CAIRN_TRY(ParseTime(contents.Text("LastModified")));
  object.etag = WithoutQuotes(contents.Text("ETag"));
  return object;
}

/// Asks for page after page of a listing; each goes to `take`, which gives the parameters of the next one.
template <class Take>
Result<> Pages(const s3::Caller& caller, s3::Parameters parameters, std::string_view root, Take take) {
  parameters["encoding-type"] = "url";
  for (;;) {
    const auto page = CAIRN_TRY(
        caller.SendForXml(caller.Request("GET", std::nullopt, parameters), caller.place().Shown(), root));
    CAIRN_TRY(take(page));
    if (page.Text("IsTruncated") != "true") return {};
    const auto before = parameters;
    if (root == "ListBucketResult") {
      parameters["continuation-token"] = page.Text("NextContinuationToken");
    } else {
      parameters["key-marker"] = CAIRN_TRY(PercentDecode(page.Text("NextKeyMarker"), UrlPart::Query));
      parameters["upload-id-marker"] = page.Text("NextUploadIdMarker");
    }
    if (parameters == before)
      return Error{Reason::Corrupt,
                   "The object store's listing of " + caller.place().Shown() + " has no end."};
  }
}

Result<Bucket::Listing> ListPages(const s3::Caller& caller, s3::Parameters parameters) {
  Bucket::Listing listing;
  parameters["list-type"] = "2";
  CAIRN_TRY(Pages(caller, std::move(parameters), "ListBucketResult", [&](const Element& page) -> Result<> {
    for (const auto& child : page.children) {
      if (child.name == "Contents") {
        auto object = CAIRN_TRY(ObjectOf(caller, child));
        // Some tools mark a folder with an empty object of its name.
        if (!object.key.empty() && !object.key.ends_with('/')) listing.objects.push_back(std::move(object));
      } else if (child.name == "CommonPrefixes") {
        auto folder = CAIRN_TRY(KeyOf(caller, child.Text("Prefix")));
        if (folder.ends_with('/')) folder.pop_back();
        listing.folders.push_back(std::move(folder));
      }
    }
    return {};
  }));
  std::sort(listing.objects.begin(), listing.objects.end(),
            [](const Object& a, const Object& b) { return a.key < b.key; });
  std::sort(listing.folders.begin(), listing.folders.end());
  return listing;
}

}  // namespace

struct Bucket::State {
  s3::Caller caller;
};

Bucket::Bucket(Place place, Tuning tuning) : state_(new State{{std::move(place), tuning}}) {}
Bucket::Bucket(Bucket&&) noexcept = default;
Bucket::~Bucket() = default;

const Place& Bucket::place() const { return state_->caller.place(); }

Result<Bucket::Listing> Bucket::List(std::string_view folder) const {
  const auto prefix = state_->caller.FullKey(folder.empty() ? "" : std::string(folder) + "/");
  return ListPages(state_->caller, {{"prefix", prefix}, {"delimiter", "/"}});
}

Result<std::vector<Object>> Bucket::ListAll(std::string_view prefix) const {
  return CAIRN_TRY(ListPages(state_->caller, {{"prefix", state_->caller.FullKey(prefix)}})).objects;
}

Result<Object> Bucket::Find(std::string_view key) const {
  const std::string what = "'" + std::string(key) + "'";
  const auto answer = CAIRN_TRY(state_->caller.Send(state_->caller.Request("HEAD", key), what));
  const auto bytes = ParseInt(answer.Header("Content-Length"));
  if (!bytes || *bytes < 0)
    return Error{Reason::Corrupt, "The object store does not tell the size of " + what + "."};
  return Object{std::string(key), static_cast<std::uint64_t>(*bytes), 0,
                WithoutQuotes(answer.Header("ETag"))};
}

Result<> Bucket::Put(std::string_view key, const std::string& source) const {
  return s3::Upload(state_->caller, key, source);
}

Result<> Bucket::Get(const Object& object, const std::string& path) const {
  return s3::Download(state_->caller, object, path);
}

Result<> Bucket::Remove(std::string_view key) const {
  const auto answer =
      state_->caller.Send(state_->caller.Request("DELETE", key), "'" + std::string(key) + "'");
  if (!answer && answer.error().reason != Reason::NotFound) return answer.error();
  return {};
}

Result<std::size_t> Bucket::AbandonUploadsBefore(TimeMs moment) const {
  const auto& caller = state_->caller;
  std::vector<std::pair<std::string, std::string>> old;
  CAIRN_TRY(Pages(caller, {{"uploads", ""}, {"prefix", caller.FullKey("")}}, "ListMultipartUploadsResult",
                  [&](const Element& page) -> Result<> {
                    for (const auto& child : page.children) {
                      if (child.name != "Upload" || CAIRN_TRY(ParseTime(child.Text("Initiated"))) >= moment)
                        continue;
                      old.emplace_back(CAIRN_TRY(KeyOf(caller, child.Text("Key"))), child.Text("UploadId"));
                    }
                    return {};
                  }));
  for (const auto& [key, id] : old)
    CAIRN_TRY(caller.Send(caller.Request("DELETE", key, {{"uploadId", id}}), "'" + key + "'"));
  return old.size();
}

}  // namespace cairn::blob
