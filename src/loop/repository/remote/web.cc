#include "loop/repository/remote/web.h"

#include "ground/os/files.h"
#include "ground/os/pool.h"
#include "ground/vocabulary/text.h"
#include "loop/repository/remote/content.h"

namespace cairn::repository {
namespace {

constexpr unsigned kJobs = 16;
constexpr int kRedirects = 5, kAttempts = 8;

unsigned JobsOf(const Pace& pace) { return pace.jobs > 0 ? pace.jobs : kJobs; }

std::string OptionOf(const RemoteSettings& settings, std::string_view key) {
  const auto found = settings.options.find(key);
  return found == settings.options.end() ? "" : found->second;
}

Error ReadOnly(const std::string& url) {
  return {Reason::Unsupported,
          "the remote '" + url +
              "' is a web server, which Cairn only reads: push to a folder or a bucket, or use DVC"};
}

Result<std::chrono::milliseconds> Seconds(const std::string& text) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(1000 * CAIRN_TRY(ParseDouble(text))));
}

}  // namespace

Error RefusedByWeb(int status, const std::string& url) {
  const std::string what = "the web server answers " + std::to_string(status) + " for '" + url + "'";
  if (status == 401 || status == 403)
    return {Reason::Denied, what + ": check the remote's user and password, or what that user may read"};
  return {status >= 500 || status == 429 ? Reason::Unavailable : Reason::Corrupt, what};
}

Result<fetch::Outgoing> WebRequest(const RemoteSettings& settings) {
  fetch::Outgoing request;
  request.redirects = kRedirects;
  request.retry.attempts = kAttempts;
  request.timeout = std::chrono::milliseconds(0);
  const std::string way = LowerAscii(OptionOf(settings, "auth")), user = OptionOf(settings, "user"),
                    password = OptionOf(settings, "password"), verify = OptionOf(settings, "ssl_verify");
  if (way == "digest")
    return Error{Reason::Unsupported, "the remote '" + settings.name +
                                          "' asks for digest authentication, which Cairn does not have"};
  if (EqualsIgnoringCase(OptionOf(settings, "ask_password"), "true") && password.empty())
    return Error{Reason::Unsupported,
                 "the remote '" + settings.name +
                     "' asks for its password at the terminal: set it with `cairn data remote "
                     "modify --local " +
                     settings.name + " password …`"};
  if (way == "custom") {
    request.headers.emplace_back(OptionOf(settings, "custom_auth_header"), password);
  } else if (!user.empty()) {
    request.user = user + ":" + password;
  }
  request.any_certificate = EqualsIgnoringCase(verify, "false");
  if (!verify.empty() && !request.any_certificate && !EqualsIgnoringCase(verify, "true"))
    request.authorities = verify;
  if (const auto text = OptionOf(settings, "connect_timeout"); !text.empty())
    request.connect_timeout = CAIRN_TRY(Seconds(text));
  if (const auto text = OptionOf(settings, "read_timeout"); !text.empty())
    request.stall_timeout = CAIRN_TRY(Seconds(text));
  return request;
}

Result<std::unique_ptr<Remote>> WebRemote::Open(const RemoteSettings& settings) {
  std::string url = settings.url;
  while (url.ends_with('/')) url.pop_back();
  return std::unique_ptr<Remote>(new WebRemote(std::move(url), CAIRN_TRY(WebRequest(settings))));
}

fetch::Outgoing WebRemote::RequestFor(const ObjectId& id) const {
  fetch::Outgoing request = request_;
  request.url = url_ + "/" + id.Key();
  return request;
}

Result<std::vector<bool>> WebRemote::Holds(std::span<const ObjectId> ids, const Pace& pace) const {
  std::vector<Result<fetch::Incoming>> answers(ids.size(), fetch::Incoming());
  os::ForEachIndex(ids.size(), JobsOf(pace), [&](std::size_t i) {
    auto request = RequestFor(ids[i]);
    request.method = "HEAD";
    answers[i] = fetch::Fetch(request);
  });
  std::vector<bool> there;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const int status = CAIRN_TRY(std::move(answers[i])).status;
    if (status / 100 != 2 && status != 404 && status != 410)
      return RefusedByWeb(status, url_ + "/" + ids[i].Key());
    there.push_back(status / 100 == 2);
  }
  return there;
}

Result<std::vector<HeldObject>> WebRemote::List(const Pace&) const {
  return Error{Reason::Unsupported, "the remote '" + url_ + "' is a web server, which lists nothing"};
}

std::vector<Result<>> WebRemote::Put(std::span<const Move> moves, const Pace&) {
  return std::vector<Result<>>(moves.size(), ReadOnly(url_));
}

Result<> WebRemote::GetOne(const Move& move, const Pace& pace) const {
  auto request = RequestFor(move.id);
  request.response_file = move.path;
  request.moved = pace.moved;
  const auto answer = CAIRN_TRY(fetch::Fetch(request));
  if (answer.status == 404 || answer.status == 410)
    return Error{Reason::NotFound, "there is no object " + move.id.md5 + " in the remote '" + url_ + "'"};
  if (answer.status / 100 != 2) return RefusedByWeb(answer.status, request.url);
  // An empty body opens no file.
  if (!os::Exists(move.path)) CAIRN_TRY(os::WriteFileAtomically(move.path, ""));
  auto right = CheckContent(move.id, move.path);
  if (!right) static_cast<void>(bool(os::Remove(move.path)));
  if (!right && right.error().reason == Reason::Corrupt)
    return Error{Reason::Corrupt, "the object " + move.id.md5 + " of the remote '" + url_ + "' is damaged"};
  return right;
}

std::vector<Result<>> WebRemote::Get(std::span<const Move> moves, const Pace& pace) const {
  std::vector<Result<>> outcomes(moves.size());
  os::ForEachIndex(moves.size(), JobsOf(pace), [&](std::size_t i) { outcomes[i] = GetOne(moves[i], pace); });
  return outcomes;
}

Result<> WebRemote::Remove(std::span<const ObjectId>) { return ReadOnly(url_); }

}  // namespace cairn::repository
