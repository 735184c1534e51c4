#pragma once

// Its type checks work through the functions' own names, which are not linked here.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#include "ground/vocabulary/result.h"

namespace cairn::fetch::curl {

/// libcurl's functions. Opened at first use: linking it would map some thirty libraries into every process.
struct Library {
  decltype(&::curl_easy_init) easy_init;
  decltype(&::curl_easy_cleanup) easy_cleanup;
  decltype(&::curl_easy_reset) easy_reset;
  decltype(&::curl_easy_setopt) easy_setopt;
  decltype(&::curl_easy_perform) easy_perform;
  decltype(&::curl_easy_getinfo) easy_getinfo;
  decltype(&::curl_easy_strerror) easy_strerror;
  decltype(&::curl_slist_append) slist_append;
  decltype(&::curl_slist_free_all) slist_free_all;
};

/// Unsupported, with the remedy, when libcurl is not installed.
Result<const Library*> Load();

}  // namespace cairn::fetch::curl
