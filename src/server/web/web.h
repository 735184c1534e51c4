#pragma once

#include <span>
#include <string_view>

#include "ground/http/router.h"
#include "server/web/pages.h"

/// The pages for people: what the browser shows, carried in the program itself.
namespace cairn::web {

/// Routes for `pages`: "/" is index.html, every other file has its own path. Files under assets/ carry their
/// content's hash in their name and are answered as immutable, all others are asked for again each time and
/// answered 304 while unchanged. A policy forbids the pages to load anything from elsewhere. The bytes must
/// outlive the router.
void MountPages(http::Router& router, std::span<const Page> pages);

/// The pages that the program carries.
void MountWeb(http::Router& router);

/// The content type that the end of a path stands for; application/octet-stream when it is unknown.
std::string_view TypeOf(std::string_view path);

}  // namespace cairn::web
