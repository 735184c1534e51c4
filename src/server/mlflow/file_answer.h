#pragma once

#include <string_view>

#include "ground/http/message.h"
#include "loop/tracking/artifacts.h"

namespace cairn::mlflow {

/// The file as a download: type guessed from its name, and a disposition that no browser opens in place.
http::Response FileAnswer(const tracking::Artifacts::File& file);
/// "text/plain" for what is text, else by extension.
std::string_view TypeOf(std::string_view name);

}  // namespace cairn::mlflow
