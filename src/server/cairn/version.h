#pragma once

#include <string_view>

namespace cairn::api {

/// The program's own version.
inline constexpr std::string_view kVersion = "0.1.0";
/// The MLflow version whose REST surface we speak; clients read it from GET /version.
inline constexpr std::string_view kMlflowVersion = "3.17.2";

}  // namespace cairn::api
