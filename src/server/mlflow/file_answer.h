#pragma once

#include <string_view>

#include "ground/http/message.h"
#include "loop/tracking/artifacts.h"

namespace cairn::mlflow {

/// The file as a download: type guessed from its name, a disposition that no browser opens in place, and a
/// tag by which a later request asks for parts of the same file (Range, If-Range) or whether it changed
/// (If-None-Match: 304).
http::Response FileAnswer(const http::Request& request, const tracking::Artifacts::File& file);
/// The same, or the refusal.
http::Response Download(const http::Request& request, const Result<tracking::Artifacts::File>& file);
/// "text/plain" for what is text, else by extension.
std::string_view TypeOf(std::string_view name);

}  // namespace cairn::mlflow
