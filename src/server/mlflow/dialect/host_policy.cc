#include "server/mlflow/host_policy.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <vector>

#include "ground/os/environment.h"
#include "ground/vocabulary/text.h"

namespace cairn::mlflow {
namespace {

constexpr const char* kAllowed = "MLFLOW_ALLOWED_HOST_ADDRESSED_ARTIFACT_SCHEMES";

/// A scheme whose host is connected to. Schemes of one family reach the same service.
struct Scheme {
  std::string_view name, family;
  std::vector<int>
      ports;  ///< Where none is named; two where either may be meant, none where it is not known.
};

const Scheme* SchemeNamed(const std::string& name) {
  static const std::array schemes = {
      Scheme{"ftp", "ftp", {21}},      Scheme{"sftp", "sftp", {22}},
      Scheme{"hdfs", "hdfs", {}},      Scheme{"viewfs", "hdfs", {}},
      Scheme{"http", "http", {80}},    Scheme{"https", "http", {443}},
      Scheme{"r2", "r2", {443}},       Scheme{"b2", "b2", {443}},
      Scheme{"abfss", "abfss", {443}}, Scheme{"mlflow-artifacts", "http", {80, 443}}};
  const auto found =
      std::find_if(schemes.begin(), schemes.end(), [&](const Scheme& one) { return one.name == name; });
  return found == schemes.end() ? nullptr : &*found;
}

struct Target {
  const Scheme* scheme = nullptr;
  bool malformed = false;  ///< Never to be trusted.
  std::string host;
  std::optional<int> port;

  bool MayBe(const Target& other) const {
    if (malformed || other.malformed || scheme->family != other.scheme->family || host != other.host)
      return false;
    const auto ours = Ports(), theirs = other.Ports();
    return std::any_of(ours.begin(), ours.end(),
                       [&](int one) { return std::find(theirs.begin(), theirs.end(), one) != theirs.end(); });
  }

 private:
  std::vector<int> Ports() const {
    constexpr int kUnknown = -1;
    if (port) return {*port};
    return scheme->ports.empty() ? std::vector{kUnknown} : scheme->ports;
  }
};

std::string SchemeOf(const std::string& uri) {
  const auto colon = uri.find(':');
  if (colon == std::string::npos || colon == 0 || !std::isalpha(static_cast<unsigned char>(uri.front())))
    return "";
  const bool plain = std::all_of(uri.begin(), uri.begin() + static_cast<std::ptrdiff_t>(colon), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '+' || c == '-' || c == '.';
  });
  return plain ? LowerAscii(uri.substr(0, colon)) : "";
}

/// What stands between "//" and the path.
std::string AuthorityOf(const std::string& uri, std::size_t scheme) {
  const auto rest = uri.substr(scheme + 1);
  return rest.starts_with("//") ? rest.substr(2, rest.find_first_of("/?#", 2) - 2) : "";
}

void ReadAuthority(std::string authority, Target& target) {
  target.malformed = std::any_of(authority.begin(), authority.end(), [](char c) {
    return c == '\\' || std::isspace(static_cast<unsigned char>(c));
  });
  authority.erase(0, authority.rfind('@') + 1);
  const auto bracket = authority.rfind(']');
  const auto colon = authority.find(':', bracket == std::string::npos ? 0 : bracket);
  target.host = LowerAscii(authority.substr(0, colon));
  if (colon == std::string::npos || colon + 1 == authority.size()) return;
  const auto port = ParseInt(authority.substr(colon + 1));
  constexpr std::int64_t kMostPort = 65535;
  if (!port || *port < 0 || *port > kMostPort) {
    target.malformed = true;
  } else {
    target.port = static_cast<int>(*port);
  }
}

/// None for a URI that selects no host.
std::optional<Target> TargetOf(const std::string& uri) {
  const auto name = SchemeOf(uri);
  Target target{SchemeNamed(name), false, "", {}};
  if (target.scheme == nullptr) return std::nullopt;
  const auto authority = AuthorityOf(uri, name.size());
  if (name == "mlflow-artifacts" && authority.empty()) return std::nullopt;
  ReadAuthority(authority, target);
  return target;
}

bool IsAllowed(std::string_view scheme) {
  const auto names = os::VariableOr(kAllowed, "");
  for (const auto name : Split(names, ',')) {
    if (EqualsIgnoringCase(Trim(name), scheme)) return true;
  }
  return false;
}

}  // namespace

Result<> CheckHost(const std::string& uri, std::string_view field, const std::string& artifact_root) {
  const auto target = TargetOf(uri);
  if (!target || IsAllowed(target->scheme->name)) return {};
  const auto own = TargetOf(artifact_root);
  if (own && own->MayBe(*target)) return {};
  const std::string scheme(target->scheme->name);
  return Error{Reason::InvalidArgument,
               "'" + std::string(field) + "' cannot use the '" + scheme + "' scheme: the '" + scheme +
                   "' scheme addresses a host other than the tracking server's configured artifact storage. "
                   "Set the " +
                   kAllowed + " environment variable on the server to allow it."};
}

}  // namespace cairn::mlflow
