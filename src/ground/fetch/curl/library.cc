#include "ground/fetch/curl/library.h"

#undef curl_easy_setopt
#undef curl_easy_getinfo

#include "ground/os/library.h"

namespace cairn::fetch::curl {
namespace {

Result<Library> Open() {
  const auto opened = os::Library::Open(
      {"libcurl", {"libcurl.so.4", "libcurl-gnutls.so.4"}, "install Debian's package libcurl4"});
  if (!opened) return Error{Reason::Unsupported, opened.error().message};
  const os::Library& file = *opened;
  const auto global_init = CAIRN_TRY(file.Symbol<decltype(&::curl_global_init)>("curl_global_init"));
  if (global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return Error{Reason::Unsupported, "libcurl could not start: its TLS library failed to initialise."};
  }
  return Library{
      CAIRN_TRY(file.Symbol<decltype(&::curl_easy_init)>("curl_easy_init")),
      CAIRN_TRY(file.Symbol<decltype(&::curl_easy_cleanup)>("curl_easy_cleanup")),
      CAIRN_TRY(file.Symbol<decltype(&::curl_easy_reset)>("curl_easy_reset")),
      CAIRN_TRY(file.Symbol<decltype(&::curl_easy_setopt)>("curl_easy_setopt")),
      CAIRN_TRY(file.Symbol<decltype(&::curl_easy_perform)>("curl_easy_perform")),
      CAIRN_TRY(file.Symbol<decltype(&::curl_easy_getinfo)>("curl_easy_getinfo")),
      CAIRN_TRY(file.Symbol<decltype(&::curl_easy_strerror)>("curl_easy_strerror")),
      CAIRN_TRY(file.Symbol<decltype(&::curl_slist_append)>("curl_slist_append")),
      CAIRN_TRY(file.Symbol<decltype(&::curl_slist_free_all)>("curl_slist_free_all")),
  };
}

}  // namespace

Result<const Library*> Load() {
  static const Result<Library> loaded = Open();
  if (!loaded) return loaded.error();
  return &*loaded;
}

}  // namespace cairn::fetch::curl
