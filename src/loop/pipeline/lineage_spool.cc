#include "loop/pipeline/lineage_spool.h"

#include "ground/fetch/fetch.h"
#include "ground/os/append_file.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/pipeline/execution/attempt.h"

namespace cairn::pipeline {
namespace {

constexpr auto kTimeout = std::chrono::milliseconds(10'000),
               kConnectTimeout = std::chrono::milliseconds(2'000);

Result<> Append(const std::string& file, std::string_view events) {
  CAIRN_TRY(os::MakeFolders(os::ParentOf(file)));
  os::SystemDisk disk;
  const auto to = CAIRN_TRY(disk.OpenAppend(file));
  CAIRN_TRY(to->Append(events));
  return to->Sync();
}

Result<> Post(const std::string& url, const std::string& bearer, std::string_view event) {
  fetch::Outgoing post;
  post.method = "POST";
  post.url = url;
  post.headers = {{"Content-Type", "application/json"}};
  if (!bearer.empty()) post.headers.emplace_back("Authorization", "Bearer " + bearer);
  post.body = event;
  post.timeout = kTimeout;
  post.connect_timeout = kConnectTimeout;
  post.retry.attempts = 1;
  const auto answer = CAIRN_TRY(fetch::Fetch(post));
  if (answer.status >= 200 && answer.status < 300) return Done{};
  return Error{Reason::Unavailable,
               "the lineage server answered " + std::to_string(answer.status) + " to an event"};
}

}  // namespace

Result<> LineageSpool::Keep(const std::string& project, const std::string& run, const LineageTarget& target,
                            const std::vector<Json>& events) {
  CAIRN_TRY(os::MakeFolders(folder_));
  std::string lines;
  for (const Json& event : events) lines += event.Dump() + "\n";
  const auto keep = [&](const char* kind, const Json& head) {
    return os::WriteFileAtomically(os::JoinPath(folder_, run + "." + kind), head.Dump() + "\n" + lines);
  };
  if (!target.file.empty()) CAIRN_TRY(keep("file", Json{{"file", os::JoinPath(project, target.file)}}));
  if (target.url.empty()) return Done{};
  Json head{{"url", target.url}, {"project", project}};
  if (!target.key.empty()) {
    const bool variable = target.key.front().from == Secret::From::Variable;
    head.Set(variable ? "key_variable" : "key_file", target.key.front().source);
  }
  return keep("http", head);
}

Result<> LineageSpool::Deliver() {
  const auto names = os::ListFolder(folder_);
  if (!names && names.error().reason == Reason::NotFound) return Done{};
  if (!names) return names.error();
  Result<> outcome = Done{};
  for (const auto& name : *names) {
    // The runs' ids are in the order of their times. What one target does not take must not hold up another.
    if (!name.ends_with(".file") && !name.ends_with(".http")) continue;
    auto delivered = DeliverOne(os::JoinPath(folder_, name));
    if (!delivered) outcome = std::move(delivered);
  }
  return outcome;
}

Result<> LineageSpool::DeliverOne(const std::string& path) {
  const auto text = os::ReadFile(path);
  // Another program on the same folder may have been quicker.
  if (!text && text.error().reason == Reason::NotFound) return Done{};
  if (!text) return text.error();
  const auto end = text->find('\n');
  if (end == std::string::npos) return os::Remove(path);
  const Json head = CAIRN_TRY(Json::Parse(text->substr(0, end)));
  const std::string_view events = std::string_view(*text).substr(end + 1);
  if (head.Find("file")) {
    CAIRN_TRY(Append(head.Text("file"), events));
    return os::Remove(path);
  }
  std::vector<Secret> secrets;
  if (head.Find("key_variable"))
    secrets.push_back({"key", Secret::From::Variable, head.Text("key_variable")});
  if (head.Find("key_file")) secrets.push_back({"key", Secret::From::File, head.Text("key_file")});
  const auto values = CAIRN_TRY(ReadSecrets(head.Text("project"), secrets));
  for (const std::string_view event : Split(events, '\n')) {
    if (!event.empty()) CAIRN_TRY(Post(head.Text("url"), values.empty() ? "" : values.front().second, event));
  }
  return os::Remove(path);
}

}  // namespace cairn::pipeline
